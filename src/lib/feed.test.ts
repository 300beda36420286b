import assert from 'node:assert/strict';
import test from 'node:test';
import pg from 'pg';
import { openTestDatabase } from '../checks/test-database.ts';
import { sql } from './db.ts';
import { currentFeedOffset, feedReaches, openFeedReader, pruneFeed } from './feed.ts';

const change = sql('test_change', "insert into feed_change (topic, key) values ('product', $1) on conflict do nothing");

test('every change after the offset arrives, and only those of the topic', async (t) => {
  const db = await openTestDatabase(t);
  await db.query(change, [1]);
  const reader = openFeedReader(db, 'product', await currentFeedOffset(db));
  assert.deepEqual((await reader.poll(10)).keys, []);
  await db.query(change, [2]);
  await db.query(change, [3]);
  await db.script("insert into feed_change (topic, key) values ('other', 9)");
  const news = await reader.poll(10);
  assert.deepEqual(news.keys, [2, 3]);
  assert.equal(news.caughtUp, true);
  assert.deepEqual((await reader.poll(10)).keys, []);
});

test('a change that commits behind later ones is not lost, and delays nobody', async (t) => {
  const db = await openTestDatabase(t);
  const reader = openFeedReader(db, 'product', await currentFeedOffset(db));
  const slow = new pg.Client({ connectionString: db.url });
  await slow.connect();
  await slow.query('begin');
  await slow.query("insert into feed_change (topic, key) values ('product', 1)");
  await db.query(change, [2]);
  const before = await reader.poll(10);
  assert.deepEqual(before.keys, [2], 'the later one is there while the earlier one still runs');
  assert.deepEqual((await reader.poll(10)).keys, [], 'and is not told twice');
  await slow.query('commit');
  await slow.end();
  assert.deepEqual((await reader.poll(10)).keys, [1], 'the earlier one comes when it commits');

  // A node that starts again from the offset it kept in between sees both.
  const restarted = openFeedReader(db, 'product', before.offset);
  assert.deepEqual((await restarted.poll(10)).keys.sort(), [1, 2]);
});

test('a poll that meets its limit goes on where it was, in the middle of a transaction too', async (t) => {
  const db = await openTestDatabase(t);
  const reader = openFeedReader(db, 'product', await currentFeedOffset(db));
  await db.script("insert into feed_change (topic, key) select 'product', g from generate_series(1, 25) g");
  const keys: number[] = [];
  for (;;) {
    const news = await reader.poll(10);
    keys.push(...news.keys);
    if (news.caughtUp) break;
  }
  assert.deepEqual(
    keys,
    Array.from({ length: 25 }, (_, n) => n + 1),
  );
});

test('pruned news is told from news that never was', async (t) => {
  const db = await openTestDatabase(t);
  const early = await currentFeedOffset(db);
  await db.query(change, [1]);
  assert.equal(await feedReaches(db, early), true);
  await db.script("update feed_change set at = now() - interval '3 days'");
  await pruneFeed(db);
  assert.equal(await feedReaches(db, early), false);
  assert.equal(await feedReaches(db, await currentFeedOffset(db)), true);
});

test('an offset that is none is refused', () => {
  assert.throws(() => openFeedReader({} as never, 'product', 'x'), /no feed offset/);
});
