import assert from 'node:assert/strict';
import test from 'node:test';
import { makeProduct, makeSeller } from '../../checks/fixtures.ts';
import { openTestDatabase } from '../../checks/test-database.ts';
import type { Queryable } from '../../lib/db.ts';
import { openLog } from '../../lib/log.ts';
import { setDrop } from './drops.ts';
import { openLineWatch } from './watch-lines.ts';

test('a drop that is announced while its node is just reading the drops is found all the same', async (t) => {
  const db = await openTestDatabase(t);
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 1, sellerId });
  const held = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  let readings = 0;
  const slow: Queryable = {
    query: async (statement, values) => {
      const rows = await db.query(statement, values);
      if (++readings === 2) {
        answered.resolve();
        await held.promise;
      }
      return rows as never;
    },
  };
  const lines = await openLineWatch(slow, openLog('test', 'silent'));
  t.after(() => lines.close());
  await answered.promise;
  const terms = { opensAt: new Date(), mode: 'line', perCustomerLimit: 1, holdSeconds: 60 } as const;
  assert.equal((await setDrop(db, productId, sellerId, terms)).kind, 'set');
  const finding = lines.find(productId);
  held.resolve();
  assert.equal((await finding)?.productId, productId);
});
