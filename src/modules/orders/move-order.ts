// A step of an order: the state, its event and the news of it change together or not at all.

import type { Queryable } from '../../lib/db.ts';
import { keyOf, newKeyedId } from '../../lib/ids.ts';
import { ORDER_TRANSITIONS, type OrderState, statesBefore } from './order-state.ts';
import { databaseClock, selectStates, updateMoved } from './store-tracking.ts';

export type OrderMove = {
  orderId: string;
  state: OrderState;
  /** Whose order it must be; null where the caller is not a seller. */
  sellerId: number | null;
  carrier?: string;
  trackingNumber?: string;
  note?: string;
  place?: string;
};

export type MoveOutcome =
  | { kind: 'moved'; sequence: number; at: Date }
  | { kind: 'wrong-state'; state: OrderState; allowed: readonly OrderState[] }
  | { kind: 'not-found' };

/** Steps of different orders of one product, in one statement. Answers in the order of `moves`. */
export async function moveOrders(
  db: Queryable,
  productId: number,
  moves: readonly OrderMove[],
): Promise<MoveOutcome[]> {
  if (moves.length === 0) return [];
  const at = await databaseClock(db);
  const rows = moves.map((move) => ({
    orderId: move.orderId,
    sellerId: move.sellerId,
    state: move.state,
    allowed: statesBefore(move.state),
    carrier: move.carrier ?? null,
    trackingNumber: move.trackingNumber ?? null,
    note: move.note ?? null,
    place: move.place ?? null,
    messageId: newKeyedId(productId),
  }));
  const moved = new Map((await updateMoved(db, productId, at, rows)).map((row) => [row.order_id, row.sequence]));
  const refused = moves.filter((move) => !moved.has(move.orderId)).map((move) => move.orderId);
  // Read in a statement of its own: the one above saw the states as they were before it waited for a lock.
  const standing = refused.length === 0 ? [] : await selectStates(db, productId, refused);
  return moves.map((move) => {
    const sequence = moved.get(move.orderId);
    if (sequence !== undefined) return { kind: 'moved', sequence, at };
    const row = standing.find((candidate) => candidate.order_id === move.orderId);
    if (!row || (move.sellerId !== null && row.seller_id !== move.sellerId)) return { kind: 'not-found' };
    return { kind: 'wrong-state', state: row.state, allowed: ORDER_TRANSITIONS[row.state] };
  });
}

export async function moveOrder(db: Queryable, move: OrderMove): Promise<MoveOutcome> {
  const productId = keyOf(move.orderId);
  if (productId === undefined) return { kind: 'not-found' };
  const [outcome] = await moveOrders(db, productId, [move]);
  return outcome ?? { kind: 'not-found' };
}
