// A payment by its id, or the latest one for a reservation.
import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import type { Payment } from './payment.ts';
import { findLatestPayment, findPaymentById } from './store.ts';

export async function findPayment(db: Queryable, paymentId: string): Promise<Payment | undefined> {
  const productId = keyOf(paymentId);
  return productId === undefined ? undefined : findPaymentById(db, productId, paymentId);
}

export async function findLatestPaymentOf(
  db: Queryable,
  reservationId: string,
  userId: number,
): Promise<Payment | undefined> {
  const productId = keyOf(reservationId);
  return productId === undefined ? undefined : findLatestPayment(db, productId, reservationId, userId);
}
