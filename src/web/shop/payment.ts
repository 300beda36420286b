// Paying for a held unit, and asking how a payment stands.
import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { invalid, problem } from '../../lib/problem.ts';
import { type Address, loadUser, saveAddress } from '../../modules/accounts/index.ts';
import {
  findOrderOfPayment,
  type PayOutcome,
  paidOrder,
  placeOrder,
  receiptOf,
  resolvePayment,
} from '../../modules/orders/index.ts';
import { chargeTokenOf, findPayment } from '../../modules/payments/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { mediaUrl } from '../kit/components/picture.ts';
import { wantsPage } from '../kit/negotiate.ts';
import { OrderJson, orderJson, ReceiptJson, receiptJson } from '../kit/order-json.ts';
import { limitBuyers } from '../kit/rate-limit.ts';
import { AddressSchema, Id, Line, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { payFormAgain } from './pay-view.ts';
import { refuseRawCard } from './raw-card.ts';
import { payPath } from './reservation-json.ts';
import { productPicture } from './visible-order.ts';

const OVERLOADED_RETRY_SECONDS = 2;
const UNAVAILABLE_RETRY_SECONDS = 5;
const PROCESSING_RETRY_SECONDS = 2;

/** What a form says to an address that was left out. */
const EMPTY_ADDRESS_ERRORS = AddressSchema.required.map((name) => ({
  pointer: `/paymentDetails/shippingAddress/${name}`,
  message: 'is required',
}));

const PaidJson = Type.Object({ order: OrderJson, receipt: ReceiptJson });
const OpenJson = Type.Union([
  Type.Object({ paymentId: Type.String(), state: Type.Literal('requires_action'), actionUrl: Type.String() }),
  Type.Object({ paymentId: Type.String(), state: Type.Literal('processing') }),
]);
const PaymentJson = Type.Object({
  paymentId: Type.String(),
  state: Type.Enum(['processing', 'requires_action', 'succeeded', 'declined', 'refunded']),
  actionUrl: Type.Optional(Type.String()),
  declineCode: Type.Optional(Type.String()),
  order: Type.Optional(OrderJson),
  receipt: Type.Optional(ReceiptJson),
});

export function paymentRoutes(app: App, shop: Shop): void {
  app.post(
    '/product/payment',
    {
      schema: {
        tags: ['purchase'],
        summary: 'Pay for the unit you hold',
        description:
          'Charges once, however often it is sent. `token` comes from the payment provider’s page, or is the `methodId` of a saved payment method; a card number is refused. Without `shippingAddress` the saved address is used.',
        body: Type.Object(
          {
            productId: Id,
            paymentDetails: Type.Object(
              { token: Line(200), shippingAddress: Type.Optional(AddressSchema) },
              { additionalProperties: false },
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: PaidJson,
          201: PaidJson,
          202: OpenJson,
          ...problemResponses(401, 402, 404, 409, 410, 422, 429, 503),
        },
      },
      onRequest: limitBuyers(),
      errorHandler: payFormAgain(shop),
      preValidation: async (request) => refuseRawCard(request.body),
    },
    async (request, reply) => {
      const caller = requireCaller(request);
      const productId = parseId(request.body.productId);
      if (productId === undefined) throw problem('product-not-found');
      const { token: named, shippingAddress: given } = request.body.paymentDetails;
      const token = await chargeTokenOf(shop.db, caller.userId, named);
      if (token === undefined)
        throw invalid([{ pointer: '/paymentDetails/token', message: 'is no payment method of yours' }]);
      const isPage = wantsPage(request);
      const saved = given && !isPage ? undefined : await savedAddress(shop, caller.userId);
      const shippingAddress = given ?? saved;
      if (!shippingAddress) throw isPage ? invalid(EMPTY_ADDRESS_ERRORS) : problem('address-required');
      // Whoever typed it into our form must not type it again when the bank says no.
      if (!saved && isPage) await saveAddress(shop.accounts, caller.userId, shippingAddress);
      const product = await shop.replica.product(productId);
      const description = product?.title ?? `Product ${productId}`;
      const outcome = await placeOrder(shop.checkout, {
        productId,
        userId: caller.userId,
        token,
        shippingAddress,
        description,
      });
      if (isPage) return sendOn(reply, outcome, request.body.productId) as never;
      return answer(shop, reply, outcome, request.body.productId) as never;
    },
  );

  app.get(
    '/product/payment/:paymentId',
    {
      schema: {
        tags: ['purchase'],
        summary: 'How a payment stands',
        params: Type.Object({ paymentId: Id }),
        response: { 200: PaymentJson, ...problemResponses(401, 404) },
      },
    },
    async (request, reply) => {
      const caller = requireCaller(request);
      const found = await findPayment(shop.db, request.params.paymentId);
      if (!found || found.userId !== caller.userId) throw problem('not-found');
      const payment = await resolvePayment(shop.checkout, found);
      reply.header('cache-control', 'no-store');
      const { paymentId, state, actionUrl, declineCode } = payment;
      const orderId =
        state === 'succeeded' ? await findOrderOfPayment(shop.db, payment.productId, paymentId) : undefined;
      return {
        paymentId,
        state: state === 'unsold' ? 'refunded' : state,
        ...(state === 'requires_action' && actionUrl ? { actionUrl } : {}),
        ...(state === 'declined' && declineCode ? { declineCode } : {}),
        ...(orderId ? await paidJson(shop, orderId) : {}),
      } satisfies Static<typeof PaymentJson> as never;
    },
  );
}

async function savedAddress(shop: Shop, userId: number): Promise<Address | undefined> {
  return (await loadUser(shop.accounts, userId))?.address ?? undefined;
}

async function answer(shop: Shop, reply: FastifyReply, outcome: PayOutcome, productId: string): Promise<unknown> {
  switch (outcome.kind) {
    case 'paid':
      reply.code(outcome.isNew ? 201 : 200);
      return paidJson(shop, outcome.orderId);
    case 'requires-action':
      reply.code(202);
      return { paymentId: outcome.paymentId, state: 'requires_action', actionUrl: outcome.actionUrl };
    case 'processing':
      reply.code(202).header('retry-after', String(PROCESSING_RETRY_SECONDS));
      return { paymentId: outcome.paymentId, state: 'processing' };
    default:
      throw refusal(outcome, productId);
  }
}

/** A browser goes on to the page that shows how it stands. */
function sendOn(reply: FastifyReply, outcome: PayOutcome, productId: string): FastifyReply {
  switch (outcome.kind) {
    case 'paid':
      return reply.redirect(`/thanks/${outcome.orderId}`, 303);
    case 'requires-action':
      return reply.redirect(outcome.actionUrl, 303);
    case 'processing':
      return reply.redirect(`/payment/${outcome.paymentId}`, 303);
    case 'declined':
      return reply.redirect(
        `${payPath(outcome.reservationId)}?declined=${encodeURIComponent(outcome.declineCode)}`,
        303,
      );
    default:
      throw refusal(outcome, productId);
  }
}

function refusal(outcome: Exclude<PayOutcome, { kind: 'paid' | 'requires-action' | 'processing' }>, productId: string) {
  switch (outcome.kind) {
    case 'declined':
      return problem('payment-declined', {
        declineCode: outcome.declineCode,
        paymentId: outcome.paymentId,
        expiresAt: outcome.expiresAt.toISOString(),
      });
    case 'refunded':
      return problem('sold-out', {
        paymentId: outcome.paymentId,
        detail:
          'The payment came through after the hold had ended and no unit was left. The money goes back to you by itself.',
      });
    case 'payments-unavailable':
      return problem('payments-unavailable', {
        expiresAt: outcome.expiresAt.toISOString(),
        retryAfterSeconds: UNAVAILABLE_RETRY_SECONDS,
      });
    case 'reservation-expired':
      return problem('reservation-expired', { productId });
    case 'no-reservation':
      return problem('no-reservation', { productId });
    case 'overloaded':
      return problem('overloaded', { retryAfterSeconds: OVERLOADED_RETRY_SECONDS });
  }
}

async function paidJson(
  shop: Shop,
  orderId: string,
): Promise<{ order: ReturnType<typeof orderJson>; receipt: ReturnType<typeof receiptJson> }> {
  const order = await paidOrder(shop.checkout, orderId);
  // It is paid all the same: asked again, it answers with this order.
  if (order === 'overloaded') throw problem('overloaded', { retryAfterSeconds: OVERLOADED_RETRY_SECONDS });
  const picture = await productPicture(shop, order.productId);
  const image = picture ? mediaUrl(picture.pictureId, 640, 'webp') : null;
  return { order: orderJson(order, image), receipt: receiptJson(receiptOf(order)) };
}
