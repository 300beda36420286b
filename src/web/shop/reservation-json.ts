// A reservation as the contract writes it.
import { type Static, Type } from 'typebox';
import type { Reservation } from '../../modules/inventory/index.ts';
import { MoneySchema, Time } from '../kit/schemas.ts';

export const ReservationJson = Type.Object({
  reservationId: Type.String(),
  productId: Type.String(),
  state: Type.Enum(['held', 'paying', 'sold', 'returned']),
  price: MoneySchema,
  expiresAt: Time,
  paymentPage: Type.String(),
});

export function payPath(reservationId: string): string {
  return `/pay/${reservationId}`;
}

export function reservationJson(reservation: Reservation): Static<typeof ReservationJson> {
  return {
    reservationId: reservation.reservationId,
    productId: String(reservation.productId),
    state: reservation.state,
    price: { amount: reservation.priceMinor, currency: reservation.currency },
    expiresAt: reservation.expiresAt.toISOString(),
    paymentPage: payPath(reservation.reservationId),
  };
}
