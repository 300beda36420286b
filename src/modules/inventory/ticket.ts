// A place in the line of a drop. Its states and what may follow each, read by code, tests and docs.
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

/** How many stand before this place, the holder included: 1 is next. Those who left in between are still counted. */
export function positionOf(place: number | null, head: number | null): number | null {
  return place === null ? null : Math.max(1, place - (head ?? place) + 1);
}
