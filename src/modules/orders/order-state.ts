// Where an order can stand and what can follow: the one table that code, tests and documents read.
export type OrderState =
  | 'placed'
  | 'packed'
  | 'shipped'
  | 'out_for_delivery'
  | 'delivered'
  | 'cancelled'
  | 'refunded'
  | 'returned';

export const ORDER_TRANSITIONS: Record<OrderState, readonly OrderState[]> = {
  placed: ['packed', 'cancelled', 'refunded'],
  packed: ['shipped', 'cancelled', 'refunded'],
  shipped: ['out_for_delivery', 'delivered', 'returned', 'refunded'],
  out_for_delivery: ['delivered', 'returned', 'refunded'],
  delivered: ['returned', 'refunded'],
  returned: ['refunded'],
  cancelled: [],
  refunded: [],
};

export const ORDER_STATES = Object.keys(ORDER_TRANSITIONS) as readonly OrderState[];

/** Steps of the parcel. The other states go with money, so they are reached through cancelling and refunding only. */
export const PARCEL_STATES = ['packed', 'shipped', 'out_for_delivery', 'delivered', 'returned'] as const;
export type ParcelState = (typeof PARCEL_STATES)[number];

export function canMove(from: OrderState, to: OrderState): boolean {
  return ORDER_TRANSITIONS[from].includes(to);
}

/** The states that `to` can follow. */
export function statesBefore(to: OrderState): readonly OrderState[] {
  return ORDER_STATES.filter((from) => canMove(from, to));
}

/** What a seller can report of an order that stands at `from`. */
export function parcelStatesAfter(from: OrderState): readonly ParcelState[] {
  return PARCEL_STATES.filter((to) => canMove(from, to));
}

/** Nothing more will happen to the parcel, so nobody needs to wait for news of it. */
export function isAtRest(state: OrderState): boolean {
  return parcelStatesAfter(state).length === 0 || state === 'delivered';
}
