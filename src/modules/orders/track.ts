import { type Batcher, createBatcher } from '../../lib/batcher.ts';
import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import { selectTracked } from './store-tracking.ts';
import type { TrackedOrder } from './tracked-order.ts';

const MAX_BATCH_ORDERS = 200;
const MAX_QUEUED_ORDERS = 5_000;
const MAX_PRODUCTS_IN_FLIGHT = 4;
const RETRY_FOR_MS = 2_000;

/** The order with its events and receipt; undefined for an id of none. */
export async function track(db: Queryable, orderId: string): Promise<TrackedOrder | undefined> {
  const productId = keyOf(orderId);
  return productId === undefined ? undefined : (await selectTracked(db, productId, [orderId]))[0];
}

export type Tracker = Batcher<string, TrackedOrder | undefined>;

/** For those who have just paid: a batch is settled at once and then read at once. */
export function openTracker(db: Queryable): Tracker {
  return createBatcher<string, TrackedOrder | undefined>({
    maxBatchItems: MAX_BATCH_ORDERS,
    maxQueuedItems: MAX_QUEUED_ORDERS,
    maxKeysInFlight: MAX_PRODUCTS_IN_FLIGHT,
    retryForMs: RETRY_FOR_MS,
    run: async (productId, orderIds) => {
      const orders = new Map((await selectTracked(db, productId, orderIds)).map((order) => [order.orderId, order]));
      return orderIds.map((orderId) => orders.get(orderId));
    },
  });
}

export type OrderViewer = { userId: number; roles: readonly string[] };

export function maySee(order: TrackedOrder, viewer: OrderViewer | undefined): boolean {
  if (!viewer) return false;
  return viewer.userId === order.userId || viewer.userId === order.seller.userId || viewer.roles.includes('operator');
}
