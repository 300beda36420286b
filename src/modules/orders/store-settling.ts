// Statements that make a payment's outcome true. Both are functions of the database: migrations/0020 and 0014.
import { type Queryable, sql } from '../../lib/db.ts';
import type { OrderState } from './order-state.ts';

const settleBatch = sql(
  'orders_settle_batch',
  `select outcome, order_of_payment
   from settle_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
);
const refundOrder = sql(
  'orders_refund_order',
  'select outcome, refund, state_now from refund_order($1, null, $2, $3, $4, $5, $6, $7, $8)',
);
const orderOfPayment = sql(
  'orders_of_payment',
  'select order_id from orders where product_id = $1 and payment_id = $2',
);

const bought = sql(
  'orders_has_bought',
  "select 1 as yes from orders where product_id = $1 and user_id = $2 and state <> 'cancelled' limit 1",
);

export async function hasBought(db: Queryable, productId: number, userId: number): Promise<boolean> {
  return (await db.query(bought, [productId, userId])).length > 0;
}

export type SettleRow = {
  outcome: 'sold' | 'unsold' | 'declined' | 'requires_action' | 'unknown-payment';
  order_of_payment: string | null;
};

export type SettleColumns = {
  paymentIds: string[];
  results: string[];
  chargeIds: (string | null)[];
  brands: (string | null)[];
  last4s: (string | null)[];
  capturedAts: (Date | null)[];
  details: (string | null)[];
  orderIds: string[];
  refundIds: string[];
};

export function runSettleBatch(
  db: Queryable,
  productId: number,
  at: Date | null,
  columns: SettleColumns,
  terms: { feeBasisPoints: number; earliestDelivery: string; latestDelivery: string; checkSeconds: number },
): Promise<SettleRow[]> {
  return db.query<SettleRow>(settleBatch, [
    productId,
    at,
    columns.paymentIds,
    columns.results,
    columns.chargeIds,
    columns.brands,
    columns.last4s,
    columns.capturedAts,
    columns.details,
    columns.orderIds,
    columns.refundIds,
    terms.feeBasisPoints,
    terms.earliestDelivery,
    terms.latestDelivery,
    terms.checkSeconds,
  ]);
}

export type RefundRow = {
  outcome: 'refunded' | 'already' | 'wrong-state' | 'not-found';
  refund: string | null;
  state_now: OrderState | null;
};

export async function runRefundOrder(
  db: Queryable,
  order: {
    productId: number;
    orderId: string;
    buyerId: number | null;
    sellerId: number | null;
    target: 'cancelled' | 'refunded';
    fromStates: readonly OrderState[];
    note: string;
    refundId: string;
  },
): Promise<RefundRow> {
  const { productId, orderId, buyerId, sellerId, target, fromStates, note, refundId } = order;
  const [row] = await db.query<RefundRow>(refundOrder, [
    productId,
    orderId,
    buyerId,
    sellerId,
    target,
    fromStates,
    note,
    refundId,
  ]);
  return row ?? { outcome: 'not-found', refund: null, state_now: null };
}

export async function findOrderOfPayment(
  db: Queryable,
  productId: number,
  paymentId: string,
): Promise<string | undefined> {
  const [row] = await db.query<{ order_id: string }>(orderOfPayment, [productId, paymentId]);
  return row?.order_id;
}
