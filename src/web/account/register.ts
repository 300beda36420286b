import { invalid, problem } from '../../lib/problem.ts';
import { registerAccount } from '../../modules/accounts/index.ts';
import { callerOf, safeNext, setSessionCookie } from '../kit/caller.ts';
import { EMPTY_FORM, formAgain } from '../kit/form-again.ts';
import { sendPage, wantsPage } from '../kit/negotiate.ts';
import type { limitRate } from '../kit/rate-limit.ts';
import { problemResponses } from '../kit/schemas.ts';
import type { App } from '../kit/shop.ts';
import { registerPage } from './credential-pages.ts';
import type { AccountShop } from './routes.ts';
import { NextQuery, RegisterBody, SignedInAnswer, signedInJson } from './schemas.ts';

export const BUSY_RETRY_SECONDS = 2;

export function registerRoutes(app: App, shop: AccountShop, limited: ReturnType<typeof limitRate>): void {
  const page = { tags: ['accounts'], summary: 'The page to create an account', querystring: NextQuery };
  app.get('/auth/register', { schema: page }, (request, reply) => {
    const next = safeNext(request.query.next);
    if (callerOf(request)) return reply.redirect(next, 303);
    return reply.send(sendPage(reply, registerPage(EMPTY_FORM, next)));
  });

  const schema = {
    tags: ['accounts'],
    summary: 'Create an account and sign in',
    querystring: NextQuery,
    body: RegisterBody,
    response: { 201: SignedInAnswer, ...problemResponses(409, 422, 429, 503) },
  };
  const errorHandler = formAgain(['email', 'name'], (request, state) => registerPage(state, nextOf(request)));
  app.post(
    '/auth/register',
    { schema, errorHandler, onRequest: limited, config: { unrecorded: true } },
    async (request, reply) => {
      const outcome = await registerAccount(shop.accounts, request.body);
      switch (outcome.kind) {
        case 'registered':
          setSessionCookie(reply, outcome.cookie, shop.publicOrigin);
          if (wantsPage(request)) return reply.redirect(safeNext(request.query.next), 303);
          return reply.code(201).send(signedInJson(outcome.signedIn));
        case 'email-taken':
          throw problem('email-taken');
        case 'email-malformed':
          throw invalid([{ pointer: '/email', message: 'must be an e-mail address' }]);
        case 'busy':
          throw problem('overloaded', { retryAfterSeconds: BUSY_RETRY_SECONDS });
      }
    },
  );
}

/** Of a request that may have failed its schema. */
export function nextOf(request: { query: unknown }): string {
  const { next } = request.query as { next?: unknown };
  return safeNext(typeof next === 'string' ? next : undefined);
}
