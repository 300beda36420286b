// The payment provider's webhooks.
import { Type } from 'typebox';
import { problem } from '../../lib/problem.ts';
import { openEventInbox, receiveEvent } from '../../modules/payments/index.ts';
import type { App, Shop } from '../kit/shop.ts';

const MAX_EVENT_BYTES = 64 * 1024;
const OVERLOADED_RETRY_SECONDS = 2;

export function paymentEventRoutes(app: App, shop: Shop): void {
  const inbox = openEventInbox(shop.db, (paymentId) => shop.checkout.beingSettled.has(paymentId));
  // In a scope of its own: the signature is over the bytes as they came, so nothing may parse them first.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: MAX_EVENT_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.post(
      '/webhooks/payments',
      { schema: { hide: true, response: { 204: Type.Null() } } },
      async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const event = shop.provider.readWebhook(request.headers, body);
        if (event.kind === 'bad-signature') throw problem('forbidden', { detail: 'The signature does not fit.' });
        if (event.kind === 'malformed') throw problem('malformed-json');
        const { kind } = await receiveEvent(inbox, event);
        // Not taken: the provider sends it again.
        if (kind === 'overloaded') throw problem('overloaded', { retryAfterSeconds: OVERLOADED_RETRY_SECONDS });
        return reply.code(204).send(null);
      },
    );
  });
}
