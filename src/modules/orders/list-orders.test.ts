import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestOrder, insertTestShop, type TestOrder } from '../../checks/test-order.ts';
import { sql } from '../../lib/db.ts';
import { indexOrders } from './index-orders.ts';
import { listOrdersOfSeller, listOrdersOfUser } from './list-orders.ts';
import { moveOrder } from './move-order.ts';
import type { OrderState } from './order-state.ts';
import type { OrderNews } from './store-lists.ts';

function newsOf(order: TestOrder, state: OrderState, sequence: number): OrderNews {
  const { orderId, buyerId, sellerId, placedAt } = order;
  return { orderId, userId: buyerId, sellerId, placedAt: placedAt.toISOString(), state, sequence };
}

test('orders are listed newest first, a page at a time', async (t) => {
  const db = await openTestDatabase(t);
  const shop = await insertTestShop(db);
  const orders: TestOrder[] = [];
  for (let n = 0; n < 5; n++) orders.push(await insertTestOrder(db, shop, new Date(Date.UTC(2026, 10, 20 + n))));
  await indexOrders(
    db,
    orders.map((order) => newsOf(order, 'placed', 1)),
  );

  const newestFirst = orders.map((order) => order.orderId).reverse();
  const first = await listOrdersOfUser(db, { userId: shop.buyerId, page: 1, size: 2 });
  const last = await listOrdersOfUser(db, { userId: shop.buyerId, page: 3, size: 2 });
  const beyond = await listOrdersOfUser(db, { userId: shop.buyerId, page: 4, size: 2 });
  assert.deepEqual(
    first.items.map((item) => item.orderId),
    newestFirst.slice(0, 2),
  );
  assert.deepEqual(
    last.items.map((item) => item.orderId),
    newestFirst.slice(4),
  );
  assert.deepEqual(beyond, { items: [], page: 4, size: 2, total: 5 });
  assert.deepEqual(first.items[0], {
    orderId: newestFirst[0],
    productId: shop.productId,
    state: 'placed',
    title: 'Aurora wireless charger',
    priceMinor: 2999,
    currency: 'USD',
    placedAt: new Date(Date.UTC(2026, 10, 24)),
    recipient: 'Ada Okafor',
  });
  assert.equal((await listOrdersOfUser(db, { userId: shop.otherId, page: 1, size: 10 })).total, 0);
});

test('a seller lists what stands at one state', async (t) => {
  const db = await openTestDatabase(t);
  const shop = await insertTestShop(db);
  const waiting = await insertTestOrder(db, shop);
  const packed = await insertTestOrder(db, shop);
  await moveOrder(db, { orderId: packed.orderId, sellerId: shop.sellerId, state: 'packed' });
  await indexOrders(db, [newsOf(waiting, 'placed', 1), newsOf(packed, 'placed', 1), newsOf(packed, 'packed', 2)]);
  const { sellerId } = shop;
  const ids = async (state?: OrderState): Promise<string[]> =>
    (await listOrdersOfSeller(db, { sellerId, state, page: 1, size: 10 })).items.map((item) => item.orderId);
  assert.deepEqual(await ids('placed'), [waiting.orderId]);
  assert.deepEqual(await ids('packed'), [packed.orderId]);
  assert.deepEqual((await ids()).sort(), [waiting.orderId, packed.orderId].sort());
  assert.equal((await listOrdersOfSeller(db, { sellerId: sellerId + 1, page: 1, size: 10 })).total, 0);
});

const SELECT_INDEX = sql('orders_test_index', 'select seller_id, order_id, state, sequence from order_of_seller');

test('news in any order, any batches and any number of times leaves the newest state', async (t) => {
  const db = await openTestDatabase(t);
  const order = await insertTestOrder(db, await insertTestShop(db));
  const story = [newsOf(order, 'placed', 1), newsOf(order, 'packed', 2), newsOf(order, 'shipped', 3)];
  const anyDelivery = fc.array(fc.shuffledSubarray([...story, ...story], { minLength: 1 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(anyDelivery, async (batches) => {
      await db.script('truncate order_of_seller, order_of_user');
      for (const batch of batches) await indexOrders(db, batch);
      const newest = batches.flat().reduce((a, b) => (a.sequence >= b.sequence ? a : b));
      const { state, sequence, sellerId, orderId } = newest;
      assert.deepEqual(await db.query(SELECT_INDEX), [{ seller_id: sellerId, order_id: orderId, state, sequence }]);
    }),
    { numRuns: 25 },
  );
});
