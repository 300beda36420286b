// A reservation takes one unit out of everyone else's reach. Its states and what may follow each, read by code, tests and docs.
import type { JoinOutcome } from './ticket.ts';

export const RESERVATION_TRANSITIONS = {
  /** The unit is the buyer's until expires_at. Letting go or running out deletes the row. */
  held: ['paying', 'sold'],
  /** A charge may be on its way: cannot expire. */
  paying: ['held', 'sold'],
  sold: ['returned'],
  /** The order was cancelled and the unit is back on sale. */
  returned: [],
} as const satisfies Record<string, readonly string[]>;

export type ReservationState = keyof typeof RESERVATION_TRANSITIONS;

export type Reservation = {
  reservationId: string;
  productId: number;
  userId: number;
  state: ReservationState;
  priceMinor: number;
  currency: string;
  expiresAt: Date;
};

export type ReserveOutcome =
  | { kind: 'held'; reservation: Reservation }
  | { kind: 'already-held'; reservation: Reservation }
  | { kind: 'sold-out'; productId: number }
  | { kind: 'purchase-limit'; limit: number }
  | { kind: 'not-open-yet'; opensAt: Date }
  | { kind: 'paused' }
  | Extract<JoinOutcome, { kind: 'in-line' }>
  | { kind: 'product-not-found' }
  | { kind: 'overloaded' };

/** From this many units down shoppers see the number; it matches visible_stock() in the database. */
const LOW_STOCK_UNITS = 10;

export type StockLevel = { state: 'in_stock' | 'low' | 'sold_out'; available: number | null };

/** What shoppers are told of a stock of so many units. */
export function stockLevel(availableUnits: number): StockLevel {
  if (availableUnits <= 0) return { state: 'sold_out', available: null };
  return availableUnits <= LOW_STOCK_UNITS
    ? { state: 'low', available: availableUnits }
    : { state: 'in_stock', available: null };
}
