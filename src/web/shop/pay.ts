// The payment page of a reservation, the page that waits for an outcome, and the thank-you.
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { nothing } from '../../lib/html.ts';
import { keyOf } from '../../lib/ids.ts';
import { problem } from '../../lib/problem.ts';
import { findReservation, type Reservation } from '../../modules/inventory/index.ts';
import { findOrderOfPayment, resolvePayment } from '../../modules/orders/index.ts';
import { findLatestPaymentOf, findPayment, type Payment } from '../../modules/payments/index.ts';
import { callerOf, requireCaller } from '../kit/caller.ts';
import { respond, sendPage, wantsPage } from '../kit/negotiate.ts';
import { Id, Line, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { thanksPage } from './pages/thanks-page.ts';
import { waitingPage } from './pages/waiting-page.ts';
import { drawPayPage } from './pay-view.ts';
import { payPath, ReservationJson, reservationJson } from './reservation-json.ts';
import { OrderParams, productPicture, visibleOrder } from './visible-order.ts';

const WAITING_REFRESH_SECONDS = 2;

export function payRoutes(app: App, shop: Shop): void {
  app.get(
    '/pay/:reservationId',
    {
      schema: {
        tags: ['purchase'],
        summary: 'The payment page of a reservation',
        params: Type.Object({ reservationId: Id }),
        querystring: Type.Object({ payment_token: Type.Optional(Line(200)), declined: Type.Optional(Line(100)) }),
        response: { 200: ReservationJson, ...problemResponses(401, 404, 410) },
      },
    },
    async (request, reply) => {
      const caller = requireCaller(request);
      const { reservation, payment } = await standing(shop, caller.userId, request.params.reservationId);
      reply.header('cache-control', 'no-store');
      if (wantsPage(request)) {
        const next = await nextStep(shop, reservation, payment, request);
        if (next) return reply.redirect(next, 303) as never;
      }
      const { payment_token: token, declined: declineCode } = request.query;
      const page = wantsPage(request) ? await drawPayPage(shop, caller, reservation, { token, declineCode }) : nothing;
      return respond(request, reply, { json: () => reservationJson(reservation), page: () => page });
    },
  );

  app.get(
    '/payment/:paymentId',
    { schema: { hide: true, params: Type.Object({ paymentId: Id }) } },
    async (request, reply) => {
      const caller = requireCaller(request);
      const found = await findPayment(shop.db, request.params.paymentId);
      if (!found || found.userId !== caller.userId) throw problem('not-found');
      const payment = await resolvePayment(shop.checkout, found);
      if (payment.state === 'unsold')
        throw problem('sold-out', {
          detail:
            'Your payment came through after the hold had ended and no unit was left. The money goes back to you by itself.',
        });
      if (payment.state !== 'processing') return reply.redirect(payPath(payment.reservationId), 303);
      reply.header('cache-control', 'no-store').header('refresh', String(WAITING_REFRESH_SECONDS));
      return sendPage(reply, waitingPage({ caller, payment }));
    },
  );

  app.get('/thanks/:orderId', { schema: { hide: true, params: OrderParams } }, async (request, reply) => {
    requireCaller(request);
    const { order } = await visibleOrder(shop, request, request.params.orderId, undefined);
    reply.header('cache-control', 'no-store');
    return sendPage(
      reply,
      thanksPage({ order, picture: await productPicture(shop, order.productId), caller: callerOf(request) }),
    );
  });
}

type Standing = { reservation: Reservation; payment: Payment | undefined };

/** The reservation with its latest payment, after the provider was asked where the outcome was open. */
async function standing(shop: Shop, userId: number, reservationId: string): Promise<Standing> {
  const productId = keyOf(reservationId);
  if (productId === undefined) throw problem('not-found');
  const latest = await findLatestPaymentOf(shop.db, reservationId, userId);
  // While a charge is on its way it is left to whoever sent it; a visit must not hurry the provider.
  const payment = latest?.state === 'requires_action' ? await resolvePayment(shop.checkout, latest) : latest;
  const found = await findReservation(shop.db, userId, reservationId);
  if (found.kind === 'ended') throw problem('reservation-expired', { productId: String(productId) });
  if (found.kind === 'not-found') throw problem('not-found');
  return { reservation: found.reservation, payment };
}

/** Where a browser belongs instead of this page, if anywhere. */
async function nextStep(
  shop: Shop,
  reservation: Reservation,
  payment: Payment | undefined,
  request: FastifyRequest,
): Promise<string | undefined> {
  if (payment?.state === 'succeeded') {
    const orderId = await findOrderOfPayment(shop.db, reservation.productId, payment.paymentId);
    return orderId && `/thanks/${orderId}`;
  }
  if (payment?.state === 'processing') return `/payment/${payment.paymentId}`;
  if (payment?.state === 'requires_action') return payment.actionUrl ?? undefined;
  const query = request.query as { declined?: string; payment_token?: string };
  // Back from the bank without its consent.
  if (payment?.state === 'declined' && !query.declined && !query.payment_token) {
    return `${payPath(reservation.reservationId)}?declined=${encodeURIComponent(payment.declineCode ?? 'declined')}`;
  }
  return undefined;
}
