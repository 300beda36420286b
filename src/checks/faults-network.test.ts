// The way to the database is cut, silent or slow, or a row is locked for seconds: noticed in bounded time, refused where it must
// be, sent again where nobody knows, and exact afterwards.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openDatabase, sql } from '../lib/db.ts';
import { openReservations } from '../modules/inventory/index.ts';
import { openFaultyProxy } from './faulty-proxy.ts';
import { makeProduct } from './fixtures.ts';
import { openCrowdedShop } from './running-shop.ts';
import {
  assertExact,
  assertKept,
  countStatuses,
  paymentOf,
  pressUntilSure,
  purchaseOf,
  tryOnce,
} from './test-crowd.ts';
import { openTestDatabase } from './test-database.ts';

const UNITS = 40;
const BUYERS = 150;
const SURE_WITHIN_MS = 30_000;
const LOCK_HELD_MS = 3_000;

test('connections that fall silent are noticed in bounded time, and what was under way is sent again', async (t) => {
  const db = await openTestDatabase(t);
  const proxy = await openFaultyProxy(t, db.url);
  const statementTimeoutMs = 1_000;
  const far = openDatabase({ url: proxy.url, applicationName: 'far', maxConnections: 4, statementTimeoutMs });
  const reservations = openReservations(far);
  t.after(async () => {
    await reservations.drain();
    await far.close();
  });
  const productId = await makeProduct(db, { stock: UNITS });
  await reservations.reserve(productId, 1);
  const reserving = Array.from({ length: BUYERS }, (_, n) => reservations.reserve(productId, n + 2));
  // The statement has left, and nobody knows whether it arrived.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.ok(proxy.silence() > 0);
  const startedAt = performance.now();
  const outcomes = await Promise.all(reserving);
  const noticedMs = performance.now() - startedAt;
  assert.ok(noticedMs < 2 * statementTimeoutMs + 1_500, `noticed after ${noticedMs} ms`);
  assert.equal(outcomes.filter((outcome) => outcome.kind === 'held').length, UNITS - 1);
  assert.equal(outcomes.filter((outcome) => outcome.kind === 'sold-out').length, BUYERS - UNITS + 1);

  // In the middle of a transaction: the caller waits once, and the connection is not used again.
  const begun = Promise.withResolvers<void>();
  const transaction = far.transaction(async (tx) => {
    await tx.query(sql('t_one', 'select 1 as one'));
    proxy.silence();
    begun.resolve();
    await tx.query(sql('t_two', 'select 2 as two'));
  });
  await begun.promise;
  const from = performance.now();
  await assert.rejects(transaction, /Query read timeout/);
  assert.ok(performance.now() - from < statementTimeoutMs + 1_500);
  assert.deepEqual(await far.query(sql('t_three', 'select 3 as three')), [{ three: 3 }]);
  await assertExact(db);
});

test('connections cut under load, over and over', async (t) => {
  const { origin, proxy, productId, buyers, db, shop } = await openFarShop(t);
  const origins = [origin];
  const cutting = setInterval(() => proxy.cut(), 80);
  t.after(() => clearInterval(cutting));
  const ask = purchaseOf(productId);
  const pressed = await pressUntilSure({ buyers, origins, ask, timeoutMs: SURE_WITHIN_MS });
  assert.deepEqual(countStatuses(pressed), { 303: UNITS, 409: BUYERS - UNITS });
  await assertKept(db, productId, pressed);
  const holders = pressed.filter(({ answer }) => answer.status === 303).map(({ buyer }) => buyer);
  const paid = await pressUntilSure({
    buyers: holders,
    origins,
    ask: paymentOf(productId),
    timeoutMs: SURE_WITHIN_MS,
  });
  clearInterval(cutting);
  assert.deepEqual(
    paid.filter(({ answer }) => answer.status !== 200 && answer.status !== 201),
    [],
  );
  await assertKept(db, productId, paid);
  await assertExact(db, shop);
});

test('all is silent, new connections too: buyers hear 503 in bounded time, looking goes on, and it heals', async (t) => {
  const { origin, proxy, productId, buyers, db, shop } = await openFarShop(t);
  const origins = [origin];
  const ask = purchaseOf(productId);
  const pressing = pressUntilSure({ buyers, origins, ask, timeoutMs: SURE_WITHIN_MS });
  proxy.silenceAll();
  const startedAt = performance.now();
  const looking = await lookAround(origin, productId, 20);
  assert.ok(looking.slowestMs < 1_000, `a page took ${looking.slowestMs} ms`);
  await sleep(2_000);
  proxy.heal();
  const pressed = await pressing;
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < 15_000, `sure after ${tookMs} ms`);
  assert.deepEqual(countStatuses(pressed), { 303: UNITS, 409: BUYERS - UNITS });
  await assertKept(db, productId, pressed);
  await assertExact(db, shop);
});

test('a database 200 ms away sells more slowly, and as exactly', async (t) => {
  const { origin, proxy, productId, buyers, db, shop } = await openFarShop(t);
  proxy.delay(100);
  const startedAt = performance.now();
  const ask = purchaseOf(productId);
  const pressed = await pressUntilSure({ buyers, origins: [origin], ask, timeoutMs: SURE_WITHIN_MS });
  assert.deepEqual(countStatuses(pressed), { 303: UNITS, 409: BUYERS - UNITS });
  assert.ok(performance.now() - startedAt < 5_000, 'a batch pays the way once, not each buyer');
  const looking = await lookAround(origin, productId, 20);
  assert.ok(looking.slowestMs < 1_000, `a page took ${looking.slowestMs} ms`);
  await assertKept(db, productId, pressed);
  proxy.heal();
  await assertExact(db, shop);
});

test('a row locked for three seconds: other products sell on, pages stay quick, nobody waits without end', async (t) => {
  const { origin, productId, buyers, db, shop } = await openFarShop(t);
  const other = await makeProduct(db, { stock: BUYERS });
  const locker = new pg.Client({ connectionString: db.url });
  await locker.connect();
  await locker.query('begin');
  await locker.query('select 1 from inventory where product_id = $1 for update', [productId]);
  const origins = [origin];
  const startedAt = performance.now();
  const pressing = pressUntilSure({ buyers, origins, ask: purchaseOf(productId), timeoutMs: SURE_WITHIN_MS });
  const others = await pressUntilSure({ buyers, origins, ask: purchaseOf(other), timeoutMs: SURE_WITHIN_MS });
  const othersTookMs = performance.now() - startedAt;
  assert.deepEqual(countStatuses(others), { 303: BUYERS });
  assert.ok(othersTookMs < 1_500, `the others took ${othersTookMs} ms`);
  assert.ok((await lookAround(origin, productId, 20)).slowestMs < 1_000);
  await sleep(LOCK_HELD_MS - (performance.now() - startedAt));
  await locker.query('rollback');
  await locker.end();
  const pressed = await pressing;
  assert.deepEqual(countStatuses(pressed), { 303: UNITS, 409: BUYERS - UNITS });
  assert.ok(performance.now() - startedAt < LOCK_HELD_MS + 3_000, 'it recovers as soon as the lock is gone');
  await assertKept(db, productId, pressed);
  await assertExact(db, shop);
});

test('a row that stays locked: the buyers are told 503 and when to come back', async (t) => {
  const { origin, productId, buyers, db, shop } = await openFarShop(t);
  const locker = new pg.Client({ connectionString: db.url });
  await locker.connect();
  await locker.query('begin');
  await locker.query('select 1 from inventory where product_id = $1 for update', [productId]);
  const startedAt = performance.now();
  const answers = await Promise.all(buyers.map((buyer) => tryOnce(origin, buyer, purchaseOf(productId))));
  const tookMs = performance.now() - startedAt;
  assert.deepEqual([...new Set(answers.map((answer) => answer?.status))], [503]);
  assert.ok(answers.every((answer) => Number(answer?.retryAfter) >= 1));
  assert.ok(tookMs < 12_000, `told after ${tookMs} ms`);
  await locker.query('rollback');
  await locker.end();
  const ask = purchaseOf(productId);
  const pressed = await pressUntilSure({ buyers, origins: [origin], ask, timeoutMs: SURE_WITHIN_MS });
  assert.deepEqual(countStatuses(pressed), { 303: UNITS, 409: BUYERS - UNITS });
  await assertExact(db, shop);
});

async function openFarShop(t: TestContext) {
  const db = await openTestDatabase(t);
  const proxy = await openFaultyProxy(t, db.url);
  const shop = await openCrowdedShop(t, db, { units: UNITS, buyers: BUYERS, databaseUrl: proxy.url });
  return { db, proxy, ...shop };
}

/** Somebody who only looks: search and a page that asks nobody for data. */
async function lookAround(origin: string, productId: number, times: number): Promise<{ slowestMs: number }> {
  let slowestMs = 0;
  for (let n = 0; n < times; n++) {
    const startedAt = performance.now();
    const search = await fetch(`${origin}/search?term=lamp`);
    assert.equal(search.status, 200);
    await search.text();
    const product = await fetch(`${origin}/product/${productId}`);
    assert.ok(product.status < 500, `${product.status}`);
    await product.text();
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  }
  return { slowestMs };
}
