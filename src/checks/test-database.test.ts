import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../lib/db.ts';
import { openTestDatabase } from './test-database.ts';

test('two tests write into databases of their own', async (t) => {
  const [one, other] = await Promise.all([openTestDatabase(t), openTestDatabase(t)]);
  await one.query(sql('checks_insert', `insert into shop_secret (name, value) values ('a', '\\x00')`));
  const count = sql('checks_count', 'select count(*) as count from shop_secret');
  assert.deepEqual(await one.query(count), [{ count: 1 }]);
  assert.deepEqual(await other.query(count), [{ count: 0 }]);
});
