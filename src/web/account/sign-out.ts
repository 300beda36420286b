import { Type } from 'typebox';
import { signOut } from '../../modules/accounts/index.ts';
import { clearSessionCookie, sessionOf } from '../kit/caller.ts';
import { wantsPage } from '../kit/negotiate.ts';
import { problemResponses } from '../kit/schemas.ts';
import type { App } from '../kit/shop.ts';
import type { AccountShop } from './routes.ts';

export function signOutRoute(app: App, shop: AccountShop): void {
  const schema = {
    tags: ['accounts'],
    summary: 'Sign out: the session, its cookie and its tokens are dead at once',
    response: { 204: Type.Null(), ...problemResponses(403, 503) },
  };
  app.post('/auth/logout', { schema, config: { unrecorded: true } }, async (request, reply) => {
    // With the database away we cannot know whose cookie it is, and saying "signed out" would be a lie.
    if (request.caller?.kind === 'unknown') throw request.caller.fault;
    const session = sessionOf(request);
    if (session) await signOut(shop.accounts, session.sessionId);
    clearSessionCookie(reply, shop.publicOrigin);
    if (wantsPage(request)) return reply.redirect('/', 303);
    return reply.code(204).send(null);
  });
}
