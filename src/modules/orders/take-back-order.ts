// Orders that are taken back: cancelled by the buyer before they are shipped, or refunded by the seller. The money goes back once.
import type { Queryable } from '../../lib/db.ts';
import { keyOf, newKeyedId } from '../../lib/ids.ts';
import { type OrderState, statesBefore } from './order-state.ts';
import { runRefundOrder } from './store-settling.ts';

export type TakeBackOutcome =
  | { kind: 'refunded'; refundId: string; isNew: boolean }
  | { kind: 'wrong-state'; state: OrderState }
  | { kind: 'not-found' };

/** The unit goes back on sale. */
export function cancelOrder(db: Queryable, order: { orderId: string; buyerId: number }): Promise<TakeBackOutcome> {
  return takeBack(db, {
    orderId: order.orderId,
    buyerId: order.buyerId,
    sellerId: null,
    target: 'cancelled',
    note: 'Cancelled by the buyer',
  });
}

/** The unit stays with whoever has it; a seller that has it back adds it to the stock. */
export function refundOrder(
  db: Queryable,
  order: { orderId: string; sellerId: number; reason: string },
): Promise<TakeBackOutcome> {
  return takeBack(db, {
    orderId: order.orderId,
    buyerId: null,
    sellerId: order.sellerId,
    target: 'refunded',
    note: order.reason,
  });
}

async function takeBack(
  db: Queryable,
  order: {
    orderId: string;
    buyerId: number | null;
    sellerId: number | null;
    target: 'cancelled' | 'refunded';
    note: string;
  },
): Promise<TakeBackOutcome> {
  const productId = keyOf(order.orderId);
  if (productId === undefined) return { kind: 'not-found' };
  const row = await runRefundOrder(db, {
    ...order,
    productId,
    fromStates: statesBefore(order.target),
    refundId: newKeyedId(productId),
  });
  if (row.outcome === 'not-found' || !row.state_now) return { kind: 'not-found' };
  if (row.outcome === 'wrong-state' || !row.refund) return { kind: 'wrong-state', state: row.state_now };
  return { kind: 'refunded', refundId: row.refund, isNew: row.outcome === 'refunded' };
}
