import assert from 'node:assert/strict';
import test from 'node:test';
import pg from 'pg';
import { openCuttingProxy } from '../../checks/cutting-proxy.ts';
import { makeProduct } from '../../checks/fixtures.ts';
import { openTestDatabase } from '../../checks/test-database.ts';
import { openDatabase, sql } from '../../lib/db.ts';
import { releaseHold } from './release.ts';
import type { ReserveOutcome } from './reservation.ts';
import { openReservations } from './reserve.ts';
import { stockCounts } from './stock.ts';
import { runReserveBatch } from './store.ts';
import { sweepExpired } from './sweep-expired.ts';

const kinds = (outcomes: readonly ReserveOutcome[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

test('thirty buyers press Buy at once for ten units: the first ten get one each', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 10 });
  const reservations = openReservations(db);
  const outcomes = await Promise.all(Array.from({ length: 30 }, (_, n) => reservations.reserve(productId, n + 1)));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    [...Array(10).fill('held'), ...Array(20).fill('sold-out')],
  );
  assert.deepEqual(await stockCounts(db, productId), { available: 0, held: 10, sold: 0 });
});

test('asking twice, at once or later, never takes two units', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 10 });
  const reservations = openReservations(db);
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => reservations.reserve(productId, 7)));
  assert.deepEqual(kinds(outcomes), { held: 1, 'already-held': 4 });
  const ids = new Set(
    outcomes.map((outcome) =>
      outcome.kind === 'held' || outcome.kind === 'already-held' ? outcome.reservation.reservationId : '',
    ),
  );
  assert.equal(ids.size, 1);
  assert.equal((await reservations.reserve(productId, 7)).kind, 'already-held');
  assert.deepEqual(await stockCounts(db, productId), { available: 9, held: 1, sold: 0 });
});

test('one buyer who asks many times in the batch of the last units takes one of them', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 2 });
  const reservations = openReservations(db);
  const outcomes = await Promise.all([1, 1, 1, 2, 3].map((userId) => reservations.reserve(productId, userId)));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['held', 'already-held', 'already-held', 'held', 'sold-out'],
  );
});

test('who holds is told so after the rest is sold out, from memory too', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 1 });
  const reservations = openReservations(db);
  assert.equal((await reservations.reserve(productId, 1)).kind, 'held');
  assert.equal((await reservations.reserve(productId, 2)).kind, 'sold-out');
  assert.equal((await reservations.reserve(productId, 1)).kind, 'already-held');
  assert.ok(reservations.statistics().lookUp.items >= 2, 'the believed sold-out is answered without taking the lock');
});

test('a hold that runs out gives its unit back, and is buyable again', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 1 });
  const reservations = openReservations(db);
  await reservations.reserve(productId, 1);
  assert.equal(await sweepExpired(db, null), 0);
  assert.equal(await sweepExpired(db, new Date(Date.now() + 601_000)), 1);
  assert.deepEqual(await stockCounts(db, productId), { available: 1, held: 0, sold: 0 });
  assert.deepEqual(await db.query(sql('t_ended', 'select user_id, reason from reservation_ended')), [
    { user_id: 1, reason: 'expired' },
  ]);
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.equal((await reservations.reserve(productId, 2)).kind, 'held');
});

test('a buyer can let go; others cannot do it for them', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 1 });
  const outcome = await openReservations(db).reserve(productId, 1);
  assert.ok(outcome.kind === 'held');
  const { reservationId } = outcome.reservation;
  assert.deepEqual(await releaseHold(db, 2, reservationId), { kind: 'not-found' });
  assert.deepEqual(await releaseHold(db, 1, reservationId), { kind: 'released' });
  assert.deepEqual(await releaseHold(db, 1, reservationId), { kind: 'not-found' });
  assert.deepEqual(await stockCounts(db, productId), { available: 1, held: 0, sold: 0 });
});

test('a limited product: held and bought count together', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 10, customerLimit: 2 });
  await db.script(`insert into reservation (product_id, user_id, slot, nth, customer_limit, reservation_id, state, price_minor, currency, reserved_at, expires_at)
    select ${productId}, 1, slot, abs(slot), 2, 'r' || slot, case slot when -1 then 'returned' else 'sold' end, 1, 'USD', now(), now()
    from unnest(array[-1, 1, 2]) slot;
    update inventory set available = 8`);
  const reservations = openReservations(db);
  assert.deepEqual(await reservations.reserve(productId, 1), { kind: 'purchase-limit', limit: 2 });
  assert.equal((await reservations.reserve(productId, 2)).kind, 'held');
});

test('before it opens nobody gets one; a hidden or unknown product is none', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 10 });
  await db.script("update inventory set opens_at = '2100-01-01T00:00:00Z'");
  const reservations = openReservations(db);
  assert.deepEqual(await reservations.reserve(productId, 1), {
    kind: 'not-open-yet',
    opensAt: new Date('2100-01-01T00:00:00Z'),
  });
  const later = await runReserveBatch(db, productId, new Date('2100-01-01T00:00:01Z'), [1], ['r1']);
  assert.equal(later.granted_count, 1);
  await db.script("update product set status = 'hidden'");
  // Another node, which does not remember that it is not open yet.
  const other = openReservations(db);
  assert.deepEqual(await other.reserve(productId, 2), { kind: 'product-not-found' });
  assert.deepEqual(await other.reserve(999_999, 2), { kind: 'product-not-found' });
});

test('answers are lost after the statement has committed: who got in is recognised, nobody is lost or doubled', async (t) => {
  const direct = await openTestDatabase(t);
  const productId = await makeProduct(direct, { stock: 95 });
  const proxy = await openCuttingProxy(t, direct.url);
  const db = openDatabase({ url: proxy.url, applicationName: 'cut', maxConnections: 4, statementTimeoutMs: 5_000 });
  t.after(() => db.close());
  const reservations = openReservations(db);
  const outcomes: ReserveOutcome[] = [];
  for (let wave = 0; wave < 5; wave++) {
    proxy.cutNextAnswers(2);
    outcomes.push(
      ...(await Promise.all(Array.from({ length: 20 }, (_, n) => reservations.reserve(productId, wave * 20 + n + 1)))),
    );
  }
  assert.ok(proxy.cuts() >= 8, `only ${proxy.cuts()} answers were cut`);
  assert.deepEqual(kinds(outcomes), { held: 95, 'sold-out': 5 });
  const [books] = await direct.query(
    sql('t_cut_books', 'select available, (select count(*) from reservation) as rows from inventory'),
  );
  assert.deepEqual(books, { available: 0, rows: 95 });
});

test('many products at once share statements; one whose row is locked keeps nobody else waiting', async (t) => {
  const db = await openTestDatabase(t);
  const stocks = Array.from({ length: 60 }, (_, n) => (n % 3) + 1);
  const productIds = await Promise.all(stocks.map((stock) => makeProduct(db, { stock })));
  const [locked = 0] = productIds;
  const holder = new pg.Client({ connectionString: db.url });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from inventory where product_id = $1 for update', [locked]);
  const reservations = openReservations(db);
  const startedAt = performance.now();
  // Three buyers for each product, which has one, two or three units.
  const waves = [1, 2, 3].map((userId) => productIds.map((productId) => reservations.reserve(productId, userId)));
  const free = waves.flatMap((wave) => wave.slice(1));
  assert.deepEqual(kinds(await Promise.all(free)), { held: 119, 'sold-out': 58 });
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < 1_500, `the others waited ${Math.round(tookMs)} ms`);
  const { batches } = reservations.statistics().reserve;
  assert.ok(batches < productIds.length, `${batches} statements`);
  await holder.query('rollback');
  await holder.end();
  const last = await Promise.all(waves.map((wave) => wave[0]));
  assert.deepEqual(
    last.map((outcome) => outcome?.kind),
    ['held', 'sold-out', 'sold-out'],
  );
  const [books] = await db.query(
    sql('t_together', 'select sum(available)::int as left, (select count(*) from reservation) as rows from inventory'),
  );
  assert.deepEqual(books, { left: 0, rows: stocks.reduce((sum, stock) => sum + stock) });
});

test('connections are killed in mid-statement, again and again: the books stay exact', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 100_000 });
  const reservations = openReservations(db);
  const knife = new pg.Client({ connectionString: db.url });
  await knife.connect();
  const outcomes: ReserveOutcome[] = [];
  let cuts = 0;
  // On a quick machine a knife that comes by seldom finds a statement under way.
  for (let wave = 0; wave < 1_900 && cuts < 3; wave++) {
    const asked = Promise.all(Array.from({ length: 50 }, (_, n) => reservations.reserve(productId, wave * 50 + n + 1)));
    await new Promise((resolve) => setImmediate(resolve));
    const { rowCount } = await knife.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and query like '%reserve_batch%' and state = 'active'`,
    );
    cuts += rowCount ?? 0;
    outcomes.push(...(await asked));
  }
  await knife.end();
  assert.ok(cuts >= 3, `only ${cuts} connections were killed`);
  const [books] = await db.query(
    sql(
      't_books',
      'select count(*) as rows, count(distinct user_id) as buyers, (select total - available from inventory) as gone from reservation',
    ),
  );
  assert.deepEqual(books, { rows: outcomes.length, buyers: outcomes.length, gone: outcomes.length });
  assert.deepEqual(kinds(outcomes), { held: outcomes.length });
});

test('hot statements read by index only', async (t) => {
  const db = await openTestDatabase(t);
  await db.script(`insert into reservation (product_id, user_id, reservation_id, price_minor, currency, reserved_at, expires_at)
    select 1 + g % 100, g, 'r' || g, 1, 'USD', now(), now() + interval '10 minutes' from generate_series(1, 20000) g; analyze reservation`);
  const plans = [
    'select user_id from reservation where product_id = 5 and user_id = any (array[5, 105, 205]::bigint[]) and slot = 0',
    "select product_id from reservation where state = 'held' and expires_at <= now() order by expires_at limit 100",
  ];
  for (const text of plans) {
    const rows = await db.query<{ 'QUERY PLAN': string }>(sql(`t_plan_${plans.indexOf(text)}`, `explain ${text}`));
    assert.doesNotMatch(rows.map((row) => row['QUERY PLAN']).join('\n'), /Seq Scan/);
  }
});
