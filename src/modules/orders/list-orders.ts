import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import type { OrderState } from './order-state.ts';
import { type KeyPage, type OrderSummary, pageOfSeller, pageOfUser, selectSummaries } from './store-lists.ts';

export type OrderPage = { items: OrderSummary[]; page: number; size: number; total: number };

/** A user's orders, newest first. A new one may be missing for the second that indexing takes. */
export async function listOrdersOfUser(
  db: Queryable,
  request: { userId: number; page: number; size: number },
): Promise<OrderPage> {
  const { userId, page, size } = request;
  return readPage(db, page, size, await pageOfUser(db, userId, rangeOf(page, size)));
}

/** A seller's orders, newest first, all or those that stand at one state. */
export async function listOrdersOfSeller(
  db: Queryable,
  request: { sellerId: number; state?: OrderState | undefined; page: number; size: number },
): Promise<OrderPage> {
  const { sellerId, state, page, size } = request;
  return readPage(db, page, size, await pageOfSeller(db, sellerId, state, rangeOf(page, size)));
}

function rangeOf(page: number, size: number): { limit: number; offset: number } {
  return { limit: size, offset: (page - 1) * size };
}

async function readPage(db: Queryable, page: number, size: number, keys: KeyPage): Promise<OrderPage> {
  return { items: await selectSummaries(db, pairsOf(keys.orderIds)), page, size, total: keys.total };
}

/** Order ids with the product each of them names. */
export function pairsOf(orderIds: readonly string[]): { productId: number; orderId: string }[] {
  return orderIds.flatMap((orderId) => {
    const productId = keyOf(orderId);
    return productId === undefined ? [] : [{ productId, orderId }];
  });
}
