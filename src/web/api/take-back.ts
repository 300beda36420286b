// Orders taken back: by their buyer before they are shipped, or by their seller with a refund.
import { type Static, Type } from 'typebox';
import { keyOf } from '../../lib/ids.ts';
import { problem } from '../../lib/problem.ts';
import { findSellersOfUser } from '../../modules/catalog/index.ts';
import { cancelOrder, parcelStatesAfter, refundOrder, type TakeBackOutcome } from '../../modules/orders/index.ts';
import { findRefund } from '../../modules/payments/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { wantsPage } from '../kit/negotiate.ts';
import { Id, Line, MoneySchema, Nullable, problemResponses, Time } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';

const RefundJson = Type.Object({
  refundId: Type.String(),
  orderId: Type.String(),
  state: Type.Enum(['due', 'done'], { description: 'due: on its way to the provider' }),
  amount: MoneySchema,
  reason: Type.String(),
  createdAt: Time,
  doneAt: Nullable(Time),
});

const params = Type.Object({ orderId: Id });

export function takeBackRoutes(app: App, shop: Shop): void {
  app.post(
    '/orders/:orderId/cancel',
    {
      schema: {
        tags: ['orders'],
        summary: 'Cancel an order of yours before it is shipped; all of the money goes back',
        params,
        response: { 200: RefundJson, ...problemResponses(401, 404, 409) },
      },
    },
    async (request, reply) => {
      const { userId } = requireCaller(request);
      const { orderId } = request.params;
      const refund = await refundJson(shop, orderId, await cancelOrder(shop.db, { orderId, buyerId: userId }));
      if (wantsPage(request)) return reply.redirect(`/track/${orderId}`, 303) as never;
      return refund;
    },
  );

  app.post(
    '/seller/orders/:orderId/refund',
    {
      schema: {
        tags: ['seller'],
        summary: 'Refund an order of your shop in full, once',
        params,
        body: Type.Object({ reason: Line(300) }, { additionalProperties: false }),
        response: { 200: RefundJson, 201: RefundJson, ...problemResponses(401, 403, 404, 409, 422) },
      },
    },
    async (request, reply) => {
      const { userId } = requireCaller(request, 'seller');
      const { orderId } = request.params;
      const [seller] = await findSellersOfUser(shop.db, userId);
      if (!seller) throw problem('not-found');
      const outcome = await refundOrder(shop.db, { orderId, sellerId: seller.sellerId, reason: request.body.reason });
      const refund = await refundJson(shop, orderId, outcome);
      if (wantsPage(request)) return reply.redirect(`/seller/orders/${orderId}?saved=refunded`, 303) as never;
      reply.code(outcome.kind === 'refunded' && outcome.isNew ? 201 : 200);
      return refund;
    },
  );
}

async function refundJson(shop: Shop, orderId: string, outcome: TakeBackOutcome): Promise<Static<typeof RefundJson>> {
  if (outcome.kind === 'not-found') throw problem('not-found');
  if (outcome.kind === 'wrong-state')
    throw problem('wrong-state', { state: outcome.state, allowed: parcelStatesAfter(outcome.state) });
  const refund = await findRefund(shop.db, keyOf(orderId) ?? 0, outcome.refundId);
  if (!refund) throw new Error(`refund ${outcome.refundId} is gone`);
  return {
    refundId: refund.refund_id,
    orderId,
    state: refund.state,
    amount: { amount: refund.amount_minor, currency: refund.currency },
    reason: refund.reason,
    createdAt: refund.created_at.toISOString(),
    doneAt: refund.done_at?.toISOString() ?? null,
  };
}
