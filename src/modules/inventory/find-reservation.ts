// A reservation as its buyer sees it; other people's are not found.
import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import type { Reservation } from './reservation.ts';
import { findOpenHolds, findReservationById, hasEnded } from './store.ts';

export type FindOutcome = { kind: 'found'; reservation: Reservation } | { kind: 'ended' } | { kind: 'not-found' };

export async function findReservation(db: Queryable, userId: number, reservationId: string): Promise<FindOutcome> {
  const productId = keyOf(reservationId);
  if (productId === undefined) return { kind: 'not-found' };
  const reservation = await findReservationById(db, productId, userId, reservationId);
  if (reservation) return { kind: 'found', reservation };
  return { kind: (await hasEnded(db, productId, userId, reservationId)) ? 'ended' : 'not-found' };
}

/** The unit of this product that the buyer holds or pays for now. */
export async function findOpenHold(db: Queryable, userId: number, productId: number): Promise<Reservation | undefined> {
  const [hold] = await findOpenHolds(db, productId, [userId]);
  return hold;
}
