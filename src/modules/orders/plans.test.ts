// The statements that run for every buyer find their rows by key, however many orders there are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestOrder, insertTestShop } from '../../checks/test-order.ts';
import { type Queryable, type Sql, sql } from '../../lib/db.ts';
import { indexOrders } from './index-orders.ts';
import { listOrdersOfSeller, listOrdersOfUser } from './list-orders.ts';
import { moveOrder } from './move-order.ts';
import { selectEventsAfter } from './store-tracking.ts';
import { track } from './track.ts';

const MANY_ORDERS = `
  insert into orders (product_id, order_id, reservation_id, payment_id, user_id, seller_id, state, title, price_minor, currency,
                      shipping_address, earliest_delivery, latest_delivery, placed_at)
  select 5000 + n % 500, 'x-' || n, 'x-' || n, 'x-' || n, n, 9, 'delivered', 't', 1, 'USD', '{}', '2026-01-01', '2026-01-01', now()
  from generate_series(1, 5000) n;
  insert into order_event (product_id, order_id, sequence, state, at)
  select product_id, order_id, s, 'delivered', now() from orders, generate_series(1, 5) s where seller_id = 9;
  insert into receipt (product_id, order_id, seller_id, number, seller_name, amount_minor, tax_minor, tax_basis_points, currency, paid_at, method_brand, method_last4)
  select product_id, order_id, 9, 1, 'Nine', 1, 0, 0, 'USD', now(), 'visa', '4242' from orders where seller_id = 9;
  insert into order_of_user (user_id, placed_at, order_id) select user_id, placed_at, order_id from orders where seller_id = 9;
  insert into order_of_seller (seller_id, placed_at, order_id, state, sequence)
  select user_id % 200 + 1000, placed_at, order_id, state, 1 from orders where seller_id = 9;
  analyze`;

test('no statement of tracking, moving, watching or listing reads a whole table', async (t) => {
  const db = await openTestDatabase(t);
  const { orderId, buyerId, sellerId, productId, placedAt } = await insertTestOrder(db, await insertTestShop(db));
  await db.script(MANY_ORDERS);
  const ran: { statement: Sql; values: readonly unknown[] }[] = [];
  const recorded: Queryable = {
    query: (statement, values = []) => {
      ran.push({ statement, values });
      return db.query(statement, values);
    },
  };
  const news = {
    orderId,
    userId: buyerId,
    sellerId,
    placedAt: placedAt.toISOString(),
    state: 'placed',
    sequence: 1,
  } as const;
  await indexOrders(recorded, [news]);
  await track(recorded, orderId);
  await moveOrder(recorded, { orderId, sellerId, state: 'packed' });
  await moveOrder(recorded, { orderId, sellerId, state: 'packed' });
  await selectEventsAfter(recorded, [{ productId, orderId, sequence: 1 }]);
  await listOrdersOfUser(recorded, { userId: buyerId, page: 1, size: 20 });
  await listOrdersOfSeller(recorded, { sellerId, page: 1, size: 20 });
  await listOrdersOfSeller(recorded, { sellerId, state: 'packed', page: 1, size: 20 });
  assert.ok(ran.length >= 14);
  for (const { statement, values } of ran) {
    const plan = await db.query<{ 'QUERY PLAN': string }>(
      sql(`orders_test_explain_${ran.findIndex((one) => one.statement === statement)}`, `explain ${statement.text}`),
      values,
    );
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    assert.doesNotMatch(text, /Seq Scan on (orders|order_event|receipt|order_of_user|order_of_seller)/, statement.name);
  }
});
