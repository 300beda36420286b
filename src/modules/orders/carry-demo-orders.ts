// The demo's carrier: a newcomer who buys something sees the parcel travel within two minutes.
import { createHash } from 'node:crypto';
import type { Queryable } from '../../lib/db.ts';
import { pairsOf } from './list-orders.ts';
import { moveOrders, type OrderMove } from './move-order.ts';
import type { OrderState } from './order-state.ts';
import { movingOrderIds, selectStandingSince } from './store-lists.ts';

const MAX_CARRIED_ORDERS = 500;
const CARRIER = 'Caravan Parcel';

type DemoStep = (
  city: string,
  orderId: string,
) => Pick<OrderMove, 'state' | 'carrier' | 'trackingNumber' | 'note' | 'place'>;

const DEMO_STEPS: Partial<Record<OrderState, DemoStep>> = {
  placed: () => ({ state: 'packed', note: 'Packed and labelled', place: 'Seller’s warehouse' }),
  packed: (_city, orderId) => ({
    state: 'shipped',
    carrier: CARRIER,
    trackingNumber: trackingNumberOf(orderId),
    note: `Picked up by ${CARRIER}`,
    place: 'Sorting centre North',
  }),
  shipped: (city) => ({ state: 'out_for_delivery', note: 'With the courier', place: city }),
  out_for_delivery: (city) => ({ state: 'delivered', note: 'Handed over at the door', place: city }),
};

/** Moves every order that has stood still for `stepSeconds` one step on; tells how many. */
export async function carryDemoOrders(db: Queryable, options: { at: Date; stepSeconds: number }): Promise<number> {
  const since = new Date(options.at.getTime() - options.stepSeconds * 1000);
  const moving = pairsOf(await movingOrderIds(db, MAX_CARRIED_ORDERS));
  const byProduct = Map.groupBy(await selectStandingSince(db, moving, since), (row) => row.product_id);
  let moved = 0;
  for (const [productId, orders] of byProduct) {
    const moves = orders.flatMap((order) => {
      const step = DEMO_STEPS[order.state]?.(order.city ?? 'Your town', order.order_id);
      return step ? [{ orderId: order.order_id, sellerId: null, ...step }] : [];
    });
    const outcomes = await moveOrders(db, productId, moves);
    moved += outcomes.filter((outcome) => outcome.kind === 'moved').length;
  }
  return moved;
}

function trackingNumberOf(orderId: string): string {
  const digits = createHash('sha256').update(orderId).digest().readUIntBE(0, 5) % 10_000_000_000;
  return `CP${String(digits).padStart(10, '0')}`;
}
