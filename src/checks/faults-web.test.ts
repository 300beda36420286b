// Web processes that stand still, live in another hour, or meet buyers who never stop pressing.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { openDatabase, sql } from '../lib/db.ts';
import { openReservations, sweepExpired } from '../modules/inventory/index.ts';
import { makeProduct } from './fixtures.ts';
import { type Buyer, freePort, makeBuyers, QUIET, startProvider, startWebNode } from './running-shop.ts';
import {
  assertExact,
  assertKept,
  countStatuses,
  paymentOf,
  pressUntilSure,
  purchaseOf,
  type Sure,
  tryOnce,
} from './test-crowd.ts';
import { openTestDatabase } from './test-database.ts';

const SURE_WITHIN_MS = 30_000;
const HOUR_MS = 3_600_000;
const STOPPED_HOLD_SECONDS = 5; // no product has less
const STOPPED_MS = 5_500;
const PAYING_HOLD_SECONDS = 600;
const STORM_BUYERS = 1_000;
const STORM_TRIES = 10;

const locked = sql('t_lock_row', 'select 1 as one from inventory where product_id = $1 for no key update');

test('two nodes, one database', async (t) => {
  const shop = await openTwoNodes(t);
  await t.test(
    'a web process stands still for longer than a hold: others sell on, and its late answers do no harm',
    () => standStill(shop),
  );
  await t.test('a hundred parallel submits of one buyer over two nodes: one hold, one charge, one order', () =>
    submitAtOnce(shop),
  );
  await t.test(
    'an Idempotency-Key means one request: another body is refused, the same is answered again, on any node',
    () => useKeys(shop),
  );
  await t.test('a retry storm: a thousand buyers press ten times each without a pause', (t) =>
    pressWithoutPause(t, shop),
  );
});

async function standStill(shopOnTwoNodes: TwoNodes): Promise<void> {
  const { db, nodes, shop, origin } = shopOnTwoNodes;
  const units = 30;
  const productId = await makeProduct(db, { stock: units, holdSeconds: STOPPED_HOLD_SECONDS });
  const buyers = await makeBuyers(db, 120);
  const [early, late] = [buyers.slice(0, 60), buyers.slice(60)];
  const settled: Sure[] = [];
  const pressing = pressUntilSure({
    buyers: early,
    origins: [origin(0)],
    ask: purchaseOf(productId),
    timeoutMs: SURE_WITHIN_MS,
  });
  // Stopped as soon as its first holds are on disk, with most of its answers not yet written.
  while ((await db.query<{ n: number }>(heldCount, [productId]))[0]?.n === 0) await sleep(1);
  nodes[0]?.process.kill('SIGSTOP');
  await sleep(STOPPED_MS);
  assert.ok((await sweepExpired(db, null)) > 0, 'what was held when it stopped has run out');
  // Whoever comes from here on has time to pay.
  await db.query(holdFor, [productId, PAYING_HOLD_SECONDS]);
  const startedAt = performance.now();
  const others = await pressUntilSure({
    buyers: late,
    origins: [origin(1)],
    ask: purchaseOf(productId),
    timeoutMs: SURE_WITHIN_MS,
  });
  assert.ok(performance.now() - startedAt < 1_500, 'nobody waits for a process that stands still');
  assert.ok((countStatuses(others)[303] ?? 0) > 0);
  settled.push(...others);
  nodes[0]?.process.kill('SIGCONT');
  settled.push(...(await pressing));
  await assertKept(db, productId, settled);

  // Everybody who was told of a hold pays; those whose time ran out are told so and not charged.
  const holders = settled.filter(({ answer }) => answer.status === 303).map(({ buyer }) => buyer);
  const paid = await pressUntilSure({
    buyers: holders,
    origins: [origin(0), origin(1)],
    ask: paymentOf(productId),
    timeoutMs: SURE_WITHIN_MS,
  });
  const counts = countStatuses(paid);
  assert.deepEqual(
    Object.keys(counts).filter((status) => !['200', '201', '409', '410'].includes(status)),
    [],
  );
  assert.ok((counts[201] ?? 0) <= units);
  await assertKept(db, productId, paid);
  await assertExact(db, shop);
}

test('a process that stops in mid-transaction loses its locks in bounded time', async (t) => {
  const db = await openTestDatabase(t);
  const statementTimeoutMs = 1_000;
  const stopped = openDatabase({ url: db.url, applicationName: 'stopped', maxConnections: 1, statementTimeoutMs });
  t.after(() => stopped.close());
  const productId = await makeProduct(db, { stock: 1 });
  const holds = Promise.withResolvers<void>();
  const transaction = stopped.transaction(async (tx) => {
    await tx.query(locked, [productId]);
    holds.resolve();
    await sleep(statementTimeoutMs + 500);
    await tx.query(locked, [productId]);
  });
  transaction.catch(() => {});
  await holds.promise;
  const startedAt = performance.now();
  assert.equal((await openReservations(db).reserve(productId, 1)).kind, 'held');
  assert.ok(performance.now() - startedAt < statementTimeoutMs + 400);
  await assert.rejects(transaction);
});

test('clocks an hour fast and an hour slow: holds, openings and payments go by the database’s', async (t) => {
  const { db, shop, origin } = await openTwoNodes(t, [HOUR_MS, -HOUR_MS]);
  const buyers = await makeBuyers(db, 40);
  const productId = await makeProduct(db, { stock: 20 });
  const open = await makeProduct(db, { stock: 20 });
  const closed = await makeProduct(db, { stock: 20 });
  await db.query(opensAt, [open, new Date(Date.now() - 60_000)]);
  await db.query(opensAt, [closed, new Date(Date.now() + 60_000)]);
  // Both nodes have seen the openings.
  await sleep(1_200);
  for (const node of [0, 1]) {
    const crowd = {
      buyers: buyers.slice(node * 20, node * 20 + 10),
      origins: [origin(node)],
      timeoutMs: SURE_WITHIN_MS,
    };
    const pressed = await pressUntilSure({ ...crowd, ask: purchaseOf(productId) });
    assert.deepEqual(countStatuses(pressed), { 303: 10 });
    for (const { answer } of pressed) {
      const leftMs = Date.parse(String(answer.body.expiresAt)) - Date.now();
      assert.ok(leftMs > 500_000 && leftMs <= 601_000, `${leftMs} ms are left`);
    }
    assert.deepEqual(countStatuses(await pressUntilSure({ ...crowd, ask: purchaseOf(open) })), { 303: 10 });
    assert.deepEqual(countStatuses(await pressUntilSure({ ...crowd, ask: purchaseOf(closed) })), { 409: 10 });
    assert.equal(await sweepExpired(db, null), 0);
    const paid = await pressUntilSure({ ...crowd, ask: paymentOf(productId) });
    assert.deepEqual(countStatuses(paid), { 201: 10 });
    await assertKept(db, productId, paid);
  }
  await assertExact(db, shop);
});

async function submitAtOnce(shopOnTwoNodes: TwoNodes): Promise<void> {
  const { db, shop, origin } = shopOnTwoNodes;
  const productId = await makeProduct(db, { stock: 50 });
  const [buyer] = await makeBuyers(db, 1);
  assert.ok(buyer);
  const submit = (ask: ReturnType<typeof purchaseOf>) =>
    Promise.all(Array.from({ length: 100 }, (_, n) => tryOnce(origin(n % 2), buyer, ask)));
  const pressed = await submit(purchaseOf(productId));
  assert.deepEqual([...new Set(pressed.map((answer) => answer?.status))], [303]);
  assert.equal(new Set(pressed.map((answer) => answer?.body.reservationId)).size, 1);
  const paid = await submit(paymentOf(productId));
  // Who asks while the other node is charging hears that it is under way.
  assert.deepEqual(
    paid.filter((answer) => ![200, 201, 202].includes(answer?.status ?? 0)),
    [],
  );
  assert.equal(paid.filter((answer) => answer?.status === 201).length, 1);
  assert.deepEqual(await db.query(bought, [productId]), [{ orders: 1, payments: 1, charges: 1, available: 49 }]);
  await assertExact(db, shop);
}

async function useKeys(shopOnTwoNodes: TwoNodes): Promise<void> {
  const { db, shop, origin } = shopOnTwoNodes;
  const productId = await makeProduct(db, { stock: 5 });
  const other = await makeProduct(db, { stock: 5 });
  const [buyer] = await makeBuyers(db, 1);
  assert.ok(buyer);
  const withKey = (ask: ReturnType<typeof purchaseOf>, key: string) => ({
    ...ask,
    headers: { 'idempotency-key': key },
  });
  const first = await tryOnce(origin(0), buyer, withKey(purchaseOf(productId), 'press-1'));
  assert.equal(first?.status, 303);
  const again = await tryOnce(origin(1), buyer, withKey(purchaseOf(productId), 'press-1'));
  assert.deepEqual([again?.status, again?.body], [303, first?.body]);
  const reused = await tryOnce(origin(1), buyer, withKey(purchaseOf(other), 'press-1'));
  assert.deepEqual([reused?.status, reused?.body.type], [422, '/problems/idempotency-key-reused']);

  const payments = await Promise.all(
    Array.from({ length: 20 }, (_, n) => tryOnce(origin(n % 2), buyer, withKey(paymentOf(productId), 'pay-1'))),
  );
  assert.ok(payments.some((answer) => answer?.status === 201));
  for (const answer of payments) {
    const isRunning = answer?.status === 409 && answer.body.type === '/problems/request-in-progress';
    assert.ok(answer?.status === 201 || isRunning, `${answer?.status} ${JSON.stringify(answer?.body)}`);
  }
  const elsewhere = await tryOnce(origin(0), buyer, withKey(paymentOf(other), 'pay-1'));
  assert.equal(elsewhere?.body.type, '/problems/idempotency-key-reused');
  assert.deepEqual(await db.query(bought, [productId]), [{ orders: 1, payments: 1, charges: 1, available: 4 }]);
  await assertExact(db, shop);
}

async function pressWithoutPause(t: TestContext, shopOnTwoNodes: TwoNodes): Promise<void> {
  const { db, shop, origin } = shopOnTwoNodes;
  const units = 100;
  const productId = await makeProduct(db, { stock: units });
  const buyers = await makeBuyers(db, STORM_BUYERS);
  const pools = [0, 1].map((n) => new Pool(origin(n), { connections: STORM_BUYERS / 2, pipelining: 1 }));
  t.after(() => Promise.all(pools.map((pool) => pool.destroy())));
  const answers = await Promise.all(buyers.map((buyer, n) => storm(pools[n % 2] as Pool, buyer, productId)));
  const holders = answers.filter((ids) => ids.size > 0);
  assert.equal(holders.length, units);
  assert.ok(
    holders.every((ids) => ids.size === 1),
    'whoever asks again holds what they held',
  );
  await assertExact(db, shop);
}

/** The reservations that this buyer was told of. */
async function storm(pool: Pool, buyer: Buyer, productId: number): Promise<Set<string>> {
  const told = new Set<string>();
  const { path, body } = purchaseOf(productId);
  for (let n = 0; n < STORM_TRIES; n++) {
    const response = await pool.request({ method: 'POST', path, headers: buyer.headers, body: JSON.stringify(body) });
    const answer = (await response.body.json()) as { reservationId?: string };
    if (response.statusCode === 303) told.add(String(answer.reservationId));
    else assert.ok(response.statusCode === 409 || response.statusCode === 503, `${response.statusCode}`);
  }
  return told;
}

const heldCount = sql('t_held', "select count(*) as n from reservation where product_id = $1 and state = 'held'");
const holdFor = sql('t_hold_for', 'update inventory set hold_seconds = $2 where product_id = $1');
const opensAt = sql('t_opens_at', 'update inventory set opens_at = $2 where product_id = $1');
const bought = sql(
  't_bought',
  `select (select count(*) from orders where product_id = $1) as orders, (select count(*) from payment where product_id = $1) as payments,
          (select count(*) from sandbox.charge c join payment p on p.payment_id = c.idempotency_key where p.product_id = $1) as charges,
          (select available from inventory where product_id = $1) as available`,
);

async function openTwoNodes(t: TestContext, clocksWrongByMs: [number, number] = [0, 0]) {
  const db = await openTestDatabase(t);
  const port = await freePort();
  const door = await startProvider(t, db, port);
  const nodes = await Promise.all(
    clocksWrongByMs.map((ms, n) =>
      startWebNode(t, {
        databaseUrl: db.url,
        sandboxPort: door.port,
        origin: `http://127.0.0.1:${port}`,
        environment: { ...QUIET, ...(ms === 0 ? {} : { NODE_OPTIONS: `--import ${clockWrongBy(ms)}` }) },
        ...(n === 0 ? { port } : {}),
      }),
    ),
  );
  const origin = (n: number): string => nodes[n]?.origin ?? '';
  return { db, nodes, origin, shop: { sandboxPort: door.port, port } };
}

type TwoNodes = Awaited<ReturnType<typeof openTwoNodes>>;

function clockWrongBy(ms: number): string {
  const source = `const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) { if (given.length === 0) super(Real.now() + ${ms}); else super(...given); }
  static now() { return Real.now() + ${ms}; }
};`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
