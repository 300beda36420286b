// The statements that run for every buyer find their rows by key, however many orders there are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestOrder, insertTestShop } from '../../checks/test-order.ts';
import { openDatabase, type Queryable, type Sql, sql } from '../../lib/db.ts';
import { indexOrders } from './index-orders.ts';
import { listOrdersOfSeller, listOrdersOfUser } from './list-orders.ts';
import { moveOrder } from './move-order.ts';
import { SELECT_TRACKED, selectEventsAfter } from './store-tracking.ts';
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

const ASKED = 200;
// Of orders, receipts, sellers and events, and what sorting and joining hand on.
const ROWS_READ_AN_ORDER = 12;

test('a plan that is kept from when there were few orders reads many of them by key too', async (t) => {
  const { url, ...db } = await openTestDatabase(t);
  const { productId } = await insertTestOrder(db, await insertTestShop(db));
  const web = openDatabase({
    url,
    applicationName: 'test',
    maxConnections: 1,
    statementTimeoutMs: 10_000,
    findsByKey: true,
  });
  t.after(() => web.close());
  const ids = Array.from({ length: ASKED }, (_, n) => `y-${n}`);
  const asked = `execute tracked (${productId}, '{${ids.join(',')}}')`;
  const read = await web.transaction(async (tx) => {
    await tx.query(sql('orders_test_generic', 'set local plan_cache_mode = force_generic_plan'));
    await tx.query(sql('orders_test_prepare', `prepare tracked as ${SELECT_TRACKED.text}`));
    await tx.query(sql('orders_test_plan', asked));
    await tx.query(sql('orders_test_fill', FILL), [productId, ids]);
    const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      sql('orders_test_analyze', `explain (analyze, timing off, format json) ${asked}`),
    );
    return rowsRead(row?.['QUERY PLAN'][0].Plan);
  });
  assert.ok(read >= ASKED * 4 && read <= ASKED * ROWS_READ_AN_ORDER, `${read} rows for ${ASKED} orders`);
});

const FILL = `
  with o as (
    insert into orders (product_id, order_id, reservation_id, payment_id, user_id, seller_id, state, title, price_minor, currency,
                        shipping_address, earliest_delivery, latest_delivery, placed_at)
    select $1, id, id, id, 1, seller_id, 'placed', 't', 1, 'USD', '{}', '2026-01-01', '2026-01-01', now()
    from unnest($2::text[]) id, (select min(seller_id) as seller_id from seller) s),
  e as (insert into order_event (product_id, order_id, sequence, state, at) select $1, id, 1, 'placed', now() from unnest($2::text[]) id)
  insert into receipt (product_id, order_id, seller_id, number, seller_name, amount_minor, tax_minor, tax_basis_points, currency, paid_at, method_brand, method_last4)
  select $1, id, seller_id, 100 + n, 'Nine', 1, 0, 0, 'USD', now(), 'visa', '4242'
  from unnest($2::text[]) with ordinality u(id, n), (select min(seller_id) as seller_id from seller) s`;

type PlanNode = { Plans?: PlanNode[] } & Record<string, number>;

/** With those that a filter threw away. */
function rowsRead(node: PlanNode | undefined): number {
  if (!node) return 0;
  const dropped = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  const here = ((node['Actual Rows'] ?? 0) + dropped) * (node['Actual Loops'] ?? 0);
  return (node.Plans ?? []).reduce((sum, plan) => sum + rowsRead(plan), here);
}
