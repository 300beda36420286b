import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestOrder, insertTestShop } from '../../checks/test-order.ts';
import type { Queryable } from '../../lib/db.ts';
import { openLog } from '../../lib/log.ts';
import { moveOrder } from './move-order.ts';
import { openOrderWatch } from './watch-orders.ts';

const log = openLog('test', 'silent');
const EVERY_MS = 20;
const LONG_ENOUGH_MS = 5_000;

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + LONG_ENOUGH_MS;
  while (!condition()) {
    if (Date.now() > giveUpAt) assert.fail('did not come to pass in time');
    await pause(5);
  }
}

test('each viewer hears what they have not seen, in order; a hundred viewers cost one statement', async (t) => {
  const db = await openTestDatabase(t);
  const shop = await insertTestShop(db);
  const { orderId } = await insertTestOrder(db, shop);
  const other = await insertTestOrder(db, shop);
  let statements = 0;
  const counted: Queryable = {
    query: (statement, values) => {
      statements++;
      return db.query(statement, values);
    },
  };
  const watch = openOrderWatch({ db: counted, everyMs: EVERY_MS, log });
  t.after(() => watch.close());

  const heard: number[][] = Array.from({ length: 100 }, () => []);
  for (const [n, sequences] of heard.entries())
    watch.watch(orderId, n % 2, (events) => sequences.push(...events.map((event) => event.sequence)));
  const heardOfOther: string[] = [];
  watch.watch(other.orderId, 1, (events) => heardOfOther.push(...events.map((event) => event.state)));
  await until(() => heard[0]?.length === 1);
  assert.ok(statements <= 2, `${statements} statements`);

  await moveOrder(db, { orderId, sellerId: null, state: 'packed' });
  await moveOrder(db, { orderId, sellerId: null, state: 'shipped' });
  await until(() => heard.every((sequences) => sequences.includes(3)));
  assert.deepEqual(heard[0], [1, 2, 3]);
  assert.deepEqual(heard[1], [2, 3]);
  assert.deepEqual(heardOfOther, []);
});

test('nobody is told after leaving, and a node without viewers asks nothing', async (t) => {
  const db = await openTestDatabase(t);
  const { orderId } = await insertTestOrder(db, await insertTestShop(db));
  let statements = 0;
  const counted: Queryable = {
    query: (statement, values) => {
      statements++;
      return db.query(statement, values);
    },
  };
  const watch = openOrderWatch({ db: counted, everyMs: EVERY_MS, log });
  t.after(() => watch.close());
  let told = 0;
  const leave = watch.watch(orderId, 1, () => told++);
  await until(() => statements > 0);
  leave();
  await moveOrder(db, { orderId, sellerId: null, state: 'packed' });
  await pause(3 * EVERY_MS);
  const after = statements;
  await pause(5 * EVERY_MS);
  assert.equal(told, 0);
  assert.equal(statements, after);
});

test('viewers outlive a database that fails, and hear what they missed', async (t) => {
  const db = await openTestDatabase(t);
  const { orderId } = await insertTestOrder(db, await insertTestShop(db));
  let failures = 3;
  const shaky: Queryable = {
    query: (statement, values) => (failures-- > 0 ? Promise.reject(new Error('gone')) : db.query(statement, values)),
  };
  const watch = openOrderWatch({ db: shaky, everyMs: EVERY_MS, log });
  t.after(() => watch.close());
  const states: string[] = [];
  watch.watch(orderId, 0, (events) => states.push(...events.map((event) => event.state)));
  await until(() => states.length === 1);
  assert.deepEqual(states, ['placed']);
});
