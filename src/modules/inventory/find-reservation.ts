// A reservation as its buyer sees it; other people's are not found.
import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import type { Reservation } from './reservation.ts';
import { findReservationById } from './store.ts';

export async function findReservation(
  db: Queryable,
  userId: number,
  reservationId: string,
): Promise<Reservation | undefined> {
  const productId = keyOf(reservationId);
  return productId === undefined ? undefined : findReservationById(db, productId, userId, reservationId);
}
