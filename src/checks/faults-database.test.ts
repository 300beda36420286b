// The database dies or is restarted while people buy. Nobody who was told yes loses it, and the books are exact.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Database, sql } from '../lib/db.ts';
import { moveLines, setDrop } from '../modules/inventory/index.ts';
import { makeProduct, makeSeller } from './fixtures.ts';
import { openCrowdedShop } from './running-shop.ts';
import { assertExact, assertKept, countStatuses, paymentOf, pressUntilSure, purchaseOf } from './test-crowd.ts';
import { type OwnServer, openOwnServer } from './test-own-server.ts';

const UNITS = 60;
const BUYERS = 200;
const SURE_WITHIN_MS = 30_000;

type Fault = {
  name: string;
  strike(server: OwnServer, web: { kill9(): Promise<void>; start(): Promise<void> }): Promise<void>;
};

const faults: Fault[] = [
  {
    name: 'kill -9 of the database',
    strike: async (server) => {
      await server.kill9();
      await server.start();
    },
  },
  {
    name: 'kill -9 of web and database together',
    strike: async (server, web) => {
      await Promise.all([server.kill9(), web.kill9()]);
      await server.start();
      await web.start();
    },
  },
  {
    name: 'a fast restart of the database',
    strike: async (server) => {
      await server.stop();
      await server.start();
    },
  },
];

test('the database goes away in mid-batch and comes back', async (t) => {
  const server = await openOwnServer();
  t.after(() => server.remove());
  for (const [n, fault] of faults.entries()) {
    await t.test(fault.name, async (t) => {
      const db = await server.database(`fault_${n}`);
      t.after(() => db.close());
      await buyThrough(t, server, db, fault);
    });
  }
  for (const [n, fault] of faults.slice(0, 2).entries()) {
    await t.test(`${fault.name}, while people join a line`, async (t) => {
      const db = await server.database(`fault_line_${n}`);
      t.after(() => db.close());
      await joinThrough(t, server, db, fault);
    });
  }
});

async function joinThrough(
  t: TestContext,
  server: OwnServer,
  db: Database & { url: string },
  fault: Fault,
): Promise<void> {
  const { origin, web, buyers } = await openCrowdedShop(t, db, { units: 0, buyers: BUYERS });
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: UNITS, sellerId });
  const opensAt = new Date(Date.now() - 1_000);
  await setDrop(db, productId, sellerId, { opensAt, mode: 'line', perCustomerLimit: 1, holdSeconds: 600 });
  await lockInventory(t, db, productId);
  const ask = purchaseOf(productId);
  const pressing = pressUntilSure({ buyers, origins: [origin], ask, timeoutMs: SURE_WITHIN_MS });
  await untilSomebodyWaits(db);
  await fault.strike(server, web);
  const pressed = await pressing;
  assert.deepEqual(countStatuses(pressed), { 303: BUYERS });
  // Whoever was told of a place or a unit has it, under the id that they were told of.
  const told = pressed.map(({ buyer, answer: { body } }) => `${buyer.userId} ${body.ticketId ?? body.reservationId}`);
  const tickets = await db.query<{ user_id: number; ticket_id: string }>(ticketsOf, [productId]);
  assert.deepEqual(tickets.map((ticket) => `${ticket.user_id} ${ticket.ticket_id}`).sort(), told.sort());
  await moveLines(db, null);
  assert.deepEqual(await db.query(states, [productId]), [
    { state: 'granted', n: UNITS, first: 1, last: UNITS },
    { state: 'waiting', n: BUYERS - UNITS, first: UNITS + 1, last: BUYERS },
  ]);
  await assertExact(db);
  await web.stop();
}

const ticketsOf = sql('t_tickets_of', 'select user_id, ticket_id from ticket where product_id = $1');
const states = sql(
  't_ticket_states',
  `select state, count(*) as n, min(place) as first, max(place) as last from ticket where product_id = $1
   group by state order by state`,
);

async function buyThrough(
  t: TestContext,
  server: OwnServer,
  db: Database & { url: string },
  fault: Fault,
): Promise<void> {
  const { origin, web, productId, buyers, shop } = await openCrowdedShop(t, db, { units: UNITS, buyers: BUYERS });
  const origins = [origin];

  // A batch is inside the database, waiting for the row, when it happens.
  await lockInventory(t, db, productId);
  const pressing = pressUntilSure({ buyers, origins, ask: purchaseOf(productId), timeoutMs: SURE_WITHIN_MS });
  await untilSomebodyWaits(db);
  await fault.strike(server, web);
  const pressed = await pressing;
  assert.deepEqual(countStatuses(pressed), { 303: UNITS, 409: BUYERS - UNITS });
  await assertKept(db, productId, pressed);

  // And once more while payments settle.
  const holders = pressed.filter(({ answer }) => answer.status === 303).map(({ buyer }) => buyer);
  const paying = pressUntilSure({ buyers: holders, origins, ask: paymentOf(productId), timeoutMs: SURE_WITHIN_MS });
  await untilPaymentsBegin(db);
  await fault.strike(server, web);
  const paid = await paying;
  assert.deepEqual(
    Object.keys(countStatuses(paid)).filter((status) => status !== '200' && status !== '201'),
    [],
  );
  await assertKept(db, productId, paid);
  await assertExact(db, shop);
  assert.deepEqual(await db.query(sql('t_orders', 'select count(*) as n from orders')), [{ n: UNITS }]);
  await web.stop();
}

async function lockInventory(t: TestContext, db: { url: string }, productId: number): Promise<void> {
  const client = new pg.Client({ connectionString: db.url });
  client.on('error', () => {});
  await client.connect();
  t.after(() => client.end().catch(() => {}));
  await client.query('begin');
  await client.query('select 1 from inventory where product_id = $1 for update', [productId]);
}

const waiters = sql(
  't_waiters',
  "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
);
const begun = sql('t_begun', 'select count(*) as n from payment');

async function untilSomebodyWaits(db: Database): Promise<void> {
  while ((await db.query<{ n: number }>(waiters))[0]?.n === 0) await sleep(2);
}

async function untilPaymentsBegin(db: Database): Promise<void> {
  while ((await db.query<{ n: number }>(begun))[0]?.n === 0) await sleep(1);
}
