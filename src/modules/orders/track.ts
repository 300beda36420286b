import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import { selectTracked } from './store-tracking.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** The order with its events and receipt; undefined for an id of none. */
export async function track(db: Queryable, orderId: string): Promise<TrackedOrder | undefined> {
  const productId = keyOf(orderId);
  return productId === undefined ? undefined : selectTracked(db, productId, orderId);
}

export type OrderViewer = { userId: number; roles: readonly string[] };

export function maySee(order: TrackedOrder, viewer: OrderViewer | undefined): boolean {
  if (!viewer) return false;
  return viewer.userId === order.userId || viewer.userId === order.seller.userId || viewer.roles.includes('operator');
}
