// A place in the line of a drop. Its states and what may follow each, read by code, tests and docs.
import { countBelow } from './departures.ts';

export const TICKET_TRANSITIONS = {
  waiting: ['granted', 'left'],
  /** A unit is held for the buyer, under a reservation of the same id. */
  granted: ['bought', 'lapsed', 'left'],
  bought: ['waiting'],
  /** Not paid in time: the unit went to the next. Joining again means the end of the line. */
  lapsed: ['waiting'],
  left: ['waiting'],
} as const satisfies Record<string, readonly string[]>;

export type TicketState = keyof typeof TICKET_TRANSITIONS;

export type Ticket = {
  ticketId: string;
  productId: number;
  userId: number;
  state: TicketState;
  /** Null: waits for the draw. */
  place: number | null;
};

export type JoinOutcome =
  | { kind: 'in-line'; ticket: Ticket; position: number | null; waiting: number; opensAt: Date }
  | { kind: 'purchase-limit'; limit: number }
  | { kind: 'product-not-found' }
  | { kind: 'no-line' }
  | { kind: 'overloaded' };

/** `departed`: places of those who left, ascending. */
export type LineFront = { head: number | null; departed: Float64Array };

/** How many stand up to this place: 1 is next. */
export function positionOf(place: number | null, { head, departed }: LineFront): number | null {
  if (place === null) return null;
  const from = head ?? place;
  return Math.max(1, place - from + 1 - (countBelow(departed, place) - countBelow(departed, from)));
}
