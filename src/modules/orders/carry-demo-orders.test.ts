import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestOrder, insertTestShop } from '../../checks/test-order.ts';
import { sql } from '../../lib/db.ts';
import { carryDemoOrders } from './carry-demo-orders.ts';
import { indexOrders } from './index-orders.ts';
import type { OrderNews } from './store-lists.ts';
import { track } from './track.ts';

const SELECT_NEWS = sql('orders_test_news', 'select payload from outbox');

test('a demo parcel travels from the shop to the door, a step at a time', async (t) => {
  const db = await openTestDatabase(t);
  const shop = await insertTestShop(db);
  const { orderId, buyerId, sellerId, placedAt } = await insertTestOrder(db, shop);
  await indexOrders(db, [
    { orderId, userId: buyerId, sellerId, placedAt: placedAt.toISOString(), state: 'placed', sequence: 1 },
  ]);
  const carry = async (afterSeconds: number): Promise<number> => {
    const moved = await carryDemoOrders(db, { at: new Date(Date.now() + afterSeconds * 1000), stepSeconds: 20 });
    const news = await db.query<{ payload: OrderNews }>(SELECT_NEWS);
    await indexOrders(
      db,
      news.map((row) => row.payload),
    );
    return moved;
  };
  assert.equal(await carry(5), 0);
  assert.deepEqual(
    [await carry(25), await carry(25), await carry(25), await carry(25), await carry(25)],
    [1, 1, 1, 1, 0],
  );
  const order = await track(db, orderId);
  assert.deepEqual(
    order?.events.map((event) => event.state),
    ['placed', 'packed', 'shipped', 'out_for_delivery', 'delivered'],
  );
  assert.equal(order?.carrier, 'Caravan Parcel');
  assert.match(order?.trackingNumber ?? '', /^CP\d{10}$/);
  assert.equal(order?.events.at(-1)?.place, 'Leeds');
});
