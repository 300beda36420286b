import { problem } from '../../lib/problem.ts';
import { refreshSession } from '../../modules/accounts/index.ts';
import type { limitRate } from '../kit/rate-limit.ts';
import { problemResponses } from '../kit/schemas.ts';
import type { App } from '../kit/shop.ts';
import type { AccountShop } from './routes.ts';
import { RefreshBody, SignedInAnswer, signedInJson } from './schemas.ts';

export function refreshRoute(app: App, shop: AccountShop, limited: ReturnType<typeof limitRate>): void {
  const schema = {
    tags: ['accounts'],
    summary: 'Trade a refresh token for new tokens',
    description: 'Each refresh token works once. One that comes a second time ends its session.',
    body: RefreshBody,
    response: { 200: SignedInAnswer, ...problemResponses(401, 422, 429, 503) },
  };
  app.post('/auth/refresh', { schema, onRequest: limited, config: { unrecorded: true } }, async (request, reply) => {
    const outcome = await refreshSession(shop.accounts, request.body.refreshToken);
    if (outcome.kind !== 'refreshed') throw problem('invalid-token');
    return reply.send(signedInJson(outcome.signedIn));
  });
}
