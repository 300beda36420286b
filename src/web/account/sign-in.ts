import { problem } from '../../lib/problem.ts';
import { signIn } from '../../modules/accounts/index.ts';
import { callerOf, safeNext, setSessionCookie } from '../kit/caller.ts';
import { EMPTY_FORM, formAgain } from '../kit/form-again.ts';
import { sendPage, wantsPage } from '../kit/negotiate.ts';
import type { limitRate } from '../kit/rate-limit.ts';
import { problemResponses } from '../kit/schemas.ts';
import type { App } from '../kit/shop.ts';
import { signInPage } from './credential-pages.ts';
import { BUSY_RETRY_SECONDS, nextOf } from './register.ts';
import type { AccountShop } from './routes.ts';
import { NextQuery, SignedInAnswer, SignInBody, signedInJson } from './schemas.ts';

export function signInRoutes(app: App, shop: AccountShop, limited: ReturnType<typeof limitRate>): void {
  const page = { tags: ['accounts'], summary: 'The page to sign in', querystring: NextQuery };
  app.get('/auth/login', { schema: page }, (request, reply) => {
    const next = safeNext(request.query.next);
    if (callerOf(request)) return reply.redirect(next, 303);
    return reply.send(sendPage(reply, signInPage(EMPTY_FORM, next)));
  });

  const schema = {
    tags: ['accounts'],
    summary: 'Sign in',
    querystring: NextQuery,
    body: SignInBody,
    response: { 200: SignedInAnswer, ...problemResponses(401, 422, 429, 503) },
  };
  const errorHandler = formAgain(['email'], (request, state) => signInPage(state, nextOf(request)));
  app.post(
    '/auth/login',
    { schema, errorHandler, onRequest: limited, config: { unrecorded: true } },
    async (request, reply) => {
      const outcome = await signIn(shop.accounts, request.body);
      switch (outcome.kind) {
        case 'signed-in':
          setSessionCookie(reply, outcome.cookie, shop.publicOrigin);
          if (wantsPage(request)) return reply.redirect(safeNext(request.query.next), 303);
          return reply.send(signedInJson(outcome.signedIn));
        case 'bad-credentials':
          throw problem('bad-credentials');
        case 'busy':
          throw problem('overloaded', { retryAfterSeconds: BUSY_RETRY_SECONDS });
      }
    },
  );
}
