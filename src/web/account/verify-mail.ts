// Verifying one's mail address, which some drops want.
import { Type } from 'typebox';
import { html } from '../../lib/html.ts';
import { parseId } from '../../lib/ids.ts';
import { invalid, problem } from '../../lib/problem.ts';
import { askMailVerification, confirmMail } from '../../modules/accounts/index.ts';
import { callerOf, requireCaller } from '../kit/caller.ts';
import { buttonLink } from '../kit/components/button.ts';
import { narrow } from '../kit/components/section.ts';
import { layout } from '../kit/layout.ts';
import { respond } from '../kit/negotiate.ts';
import { limitRate } from '../kit/rate-limit.ts';
import { Id, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';

// Each may send a mail, so no wider than people need.
const MAIL_LIMIT = { requestsPerMinute: 60, burst: 100 };
const LATEST_SECONDS = 1e11;

const Verified = Type.Object({ verified: Type.Boolean() });

export function verifyMailRoutes(app: App, shop: Pick<Shop, 'accounts' | 'linkKey'>): void {
  const limited = limitRate(MAIL_LIMIT);

  const ask = {
    tags: ['accounts'],
    summary: 'Mail me a link that verifies my address',
    description: 'One mail in five minutes. `verified` says whether it is already, and then none is sent.',
    response: { 202: Verified, ...problemResponses(401, 429) },
  };
  app.post('/me/verify-mail', { schema: ask, onRequest: limited }, async (request, reply) => {
    const caller = requireCaller(request);
    const outcome = await askMailVerification(shop.accounts, caller.userId);
    if (outcome.kind === 'not-found') throw problem('sign-in-required');
    const verified = outcome.kind === 'verified';
    reply.code(202);
    return respond(request, reply, {
      json: () => ({ verified }),
      page: () =>
        verified
          ? page('Your e-mail is verified', 'Nothing is left to do.', caller)
          : page('Look into your mailbox', `A link is on its way to ${caller.email}. Open it, then come back.`, caller),
    });
  });

  const confirm = {
    tags: ['accounts'],
    summary: 'Where the link of the mail leads',
    querystring: Type.Object({
      user: Id,
      until: Type.Integer({ minimum: 0, maximum: LATEST_SECONDS }),
      link: Type.String({ maxLength: 64 }),
    }),
    response: { 200: Verified, ...problemResponses(422, 429) },
  };
  app.get('/me/verify-mail', { schema: confirm, onRequest: limited }, async (request, reply) => {
    const { user, until, link } = request.query;
    const userId = parseId(user);
    const outcome =
      userId === undefined
        ? { kind: 'bad-link' as const }
        : await confirmMail(shop.accounts, shop.linkKey, { userId, untilSeconds: until, link });
    if (outcome.kind === 'bad-link')
      throw invalid([{ pointer: '/query/link', message: 'is not valid, or its day is over: ask for another one' }]);
    return respond(request, reply, {
      json: () => ({ verified: true }),
      page: () => page('Your e-mail is verified', 'You can go on buying.', callerOf(request)),
    });
  });
}

function page(title: string, text: string, caller: { name: string; roles: readonly string[] } | undefined) {
  const main = narrow(
    html`<h1>${title}</h1><p>${text}</p><p class="actions">${buttonLink('/', 'To the shop', 'quiet')}</p>`,
  );
  return layout({ title, caller, main, robots: 'noindex' });
}
