// Buying begins: one unit is taken out of everyone else's reach, and the buyer goes to pay for it.
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { keyOf, parseId } from '../../lib/ids.ts';
import { type Problem, problem } from '../../lib/problem.ts';
import { findReservation, type Reservation, type ReserveOutcome, releaseHold } from '../../modules/inventory/index.ts';
import { openCardEntries } from '../../modules/payments/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { PROOF_MAX_CHARACTERS } from '../kit/proof-of-work.ts';
import { limitBuyers } from '../kit/rate-limit.ts';
import { Id, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { admit, waitPath } from './admission.ts';
import { payPath, ReservationJson, reservationJson } from './reservation-json.ts';
import { linePath, TicketJson, ticketJson } from './ticket-json.ts';

const OVERLOADED_RETRY_SECONDS = 2;
const PAUSED_RETRY_SECONDS = 10;

export function purchaseRoutes(app: App, shop: Shop): void {
  const cardEntries = openCardEntries(shop.db);
  app.post(
    '/product/purchase',
    {
      schema: {
        tags: ['purchase'],
        summary: 'Take one unit out of everyone else’s reach',
        description:
          'Holds a unit for the product’s hold time and answers 303 to the payment page, or to a place in the line where the drop has one. Who holds this product already gets the same reservation: asking twice never takes two units.',
        body: Type.Object(
          {
            productId: Id,
            proof: Type.Optional(
              Type.String({
                maxLength: PROOF_MAX_CHARACTERS,
                description: 'Only for a drop that asks for one: see GET /product/{productId}/proof',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          303: Type.Union([ReservationJson, TicketJson]),
          ...problemResponses(401, 403, 404, 409, 422, 429, 503),
        },
      },
      onRequest: limitBuyers(),
      onResponse: async (request, reply) => countAnswer(shop, request.body?.productId, reply),
    },
    async (request, reply) => {
      const caller = requireCaller(request);
      const { proof } = request.body;
      const productId = parseId(request.body.productId);
      if (productId === undefined) throw problem('product-not-found');
      const admission = await admit(shop, cardEntries, request, { productId, userId: caller.userId }, proof);
      if (admission.kind === 'sent-on') return reply.redirect(admission.location, 303) as never;
      const outcome = await shop.reservations.reserve(productId, caller.userId);
      if (proof !== undefined && (outcome.kind === 'held' || outcome.kind === 'in-line')) shop.proofs.spend(proof);
      reply.code(303);
      if (outcome.kind === 'in-line' && outcome.ticket.state !== 'granted') {
        reply.header('location', linePath(outcome.ticket.ticketId));
        return ticketJson(outcome.ticket, outcome);
      }
      const reservation = await heldBy(shop, outcome, request.body.productId);
      reply.header('location', payPath(reservation.reservationId));
      return reservationJson(reservation);
    },
  );

  const release = {
    tags: ['purchase'],
    summary: 'Let a held unit go at once',
    params: Type.Object({ reservationId: Id }),
    response: { 204: Type.Null(), ...problemResponses(401, 404, 409) },
  };

  app.delete('/reservation/:reservationId', { schema: release }, async (request, reply) => {
    await letGo(shop, requireCaller(request).userId, request.params.reservationId);
    return reply.code(204).send(null);
  });

  // The same for forms, which cannot DELETE.
  app.post(
    '/reservation/:reservationId/release',
    { schema: { hide: true, params: Type.Object({ reservationId: Id }) } },
    async (request, reply) => {
      await letGo(shop, requireCaller(request).userId, request.params.reservationId);
      return reply.redirect('/', 303);
    },
  );
}

/** Of a request that may have failed before it was read. */
function countAnswer(shop: Shop, given: string | undefined, reply: FastifyReply): void {
  const productId = given === undefined ? undefined : parseId(given);
  if (productId === undefined || !shop.lines.line(productId)) return;
  const isSentOn = reply.getHeader('location')?.toString().startsWith(waitPath(productId));
  shop.answers.count(productId, isSentOn ? 403 : reply.statusCode);
}

async function letGo(shop: Shop, userId: number, reservationId: string): Promise<void> {
  const outcome = await releaseHold(shop.db, userId, reservationId);
  const productId = keyOf(reservationId);
  if (productId !== undefined) shop.reservations.forget(productId, userId);
  if (outcome.kind === 'not-found') throw problem('not-found');
  if (outcome.kind === 'paying')
    throw problem('wrong-state', {
      state: 'paying',
      allowed: [],
      detail: 'A payment for it is under way. Wait for its outcome.',
    });
}

async function heldBy(shop: Shop, outcome: ReserveOutcome, productId: string): Promise<Reservation> {
  if (outcome.kind === 'held' || outcome.kind === 'already-held') return outcome.reservation;
  if (outcome.kind !== 'in-line') throw refusal(outcome, productId);
  // The ticket's id became the reservation's when the line granted it.
  const granted = await findReservation(shop.db, outcome.ticket.userId, outcome.ticket.ticketId);
  if (granted.kind !== 'found') throw problem('overloaded', { retryAfterSeconds: OVERLOADED_RETRY_SECONDS });
  return granted.reservation;
}

/** What a buyer who got nothing is told; with the product, to which a page leads back. */
function refusal(
  outcome: Exclude<ReserveOutcome, { kind: 'held' | 'already-held' | 'in-line' }>,
  productId: string,
): Problem {
  switch (outcome.kind) {
    case 'sold-out':
      return problem('sold-out', { productId });
    case 'purchase-limit':
      return problem('purchase-limit', { limit: outcome.limit, productId });
    case 'not-open-yet':
      return problem('not-open-yet', { opensAt: outcome.opensAt.toISOString(), productId });
    case 'paused':
      return problem('sale-paused', { retryAfterSeconds: PAUSED_RETRY_SECONDS, productId });
    case 'product-not-found':
      return problem('product-not-found');
    case 'overloaded':
      return problem('overloaded', { retryAfterSeconds: OVERLOADED_RETRY_SECONDS, productId });
  }
}
