// A drop in small: 500 buyers, 50 units, four web processes on one database, over HTTP.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from '../lib/db.ts';
import { auditBooks } from '../modules/orders/index.ts';
import { ADDRESS, makeProduct } from './fixtures.ts';
import { freePort, makeBuyers, post, startProvider, startWebNode } from './running-shop.ts';
import { openTestDatabase } from './test-database.ts';

const BUYERS = 500;
const UNITS = 50;
const PROCESSES = 4;

test('500 buyers, 50 units, four processes: 50 orders, 450 times sold out, exact books', async (t) => {
  const db = await openTestDatabase(t);
  const port = await freePort();
  const door = await startProvider(t, db, port);
  const productId = await makeProduct(db, { stock: UNITS, customerLimit: 1 });
  const buyers = await makeBuyers(db, BUYERS);
  const nodes = await Promise.all(
    Array.from({ length: PROCESSES }, (_, n) =>
      startWebNode(t, {
        databaseUrl: db.url,
        sandboxPort: door.port,
        origin: `http://127.0.0.1:${port}`,
        ...(n === 0 ? { port } : {}),
      }),
    ),
  );
  const originOf = (n: number): string => nodes[n % PROCESSES]?.origin ?? '';
  const ask = { productId: String(productId) };
  // Everybody presses twice, on two different nodes.
  const pressed = await Promise.all(
    buyers.flatMap((buyer, n) => [
      post(originOf(n), '/product/purchase', buyer, ask),
      post(originOf(n + 1), '/product/purchase', buyer, ask),
    ]),
  );
  const statuses = new Map<number, number>();
  for (const { status } of pressed) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  assert.deepEqual([...statuses].sort(), [
    [303, UNITS * 2],
    [409, (BUYERS - UNITS) * 2],
  ]);
  const reservationIds = new Set(pressed.filter(({ status }) => status === 303).map(({ body }) => body.reservationId));
  assert.equal(reservationIds.size, UNITS);

  const body = { ...ask, paymentDetails: { token: 'tok_visa', shippingAddress: ADDRESS } };
  const paid = await Promise.all(buyers.map((buyer, n) => post(originOf(n), '/product/payment', buyer, body)));
  assert.equal(paid.filter(({ status }) => status === 201).length, UNITS);
  assert.equal(
    paid.filter(({ status, body: refusal }) => status === 409 && refusal.type === '/problems/no-reservation').length,
    BUYERS - UNITS,
  );

  const [books] = await db.query(
    sql(
      't_many',
      `select (select count(distinct user_id) from orders) as buyers, (select count(*) from orders) as orders, (select available from inventory) as available,
      (select count(*) from sandbox.charge where state = 'succeeded') as charges, (select max(number) from receipt) as last_receipt`,
    ),
  );
  assert.deepEqual(books, { buyers: UNITS, orders: UNITS, available: 0, charges: UNITS, last_receipt: UNITS });
  const report = await auditBooks(db);
  assert.deepEqual(
    report.checks.filter((check) => check.offending.length > 0),
    [],
  );
  await Promise.all(nodes.map((node) => node.stop()));
});
