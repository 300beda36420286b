import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { openLog } from '../../lib/log.ts';
import { countableTerm, openQueryLog } from './query-log.ts';
import { loadFrequentQueries } from './store-query-log.ts';

const log = openLog('test', 'silent');

test('searches and clicks are counted together; only frequent ones that found something are suggested', async (t) => {
  const db = await openTestDatabase(t);
  const queryLog = openQueryLog(db, log);
  for (let time = 0; time < 3; time++) queryLog.searched('  Kettle ', 'found');
  for (let time = 0; time < 4; time++) queryLog.searched('xqz', 'empty');
  queryLog.searched('mug', 'found');
  for (let time = 0; time < 3; time++) queryLog.searched('purple mug', 'near');
  queryLog.searched('purple mug', 'empty');
  queryLog.clicked('kettle', 7);
  queryLog.clicked('KETTLE', 7);
  queryLog.clicked('kettle', 8);
  await queryLog.close();
  assert.deepEqual(await loadFrequentQueries(db), [{ term: 'kettle', times: 3 }]);

  const again = openQueryLog(db, log);
  again.searched('kettle', 'found');
  await again.close();
  const { top, withoutResults, nearOnly } = await again.report(7);
  assert.deepEqual(top, [
    { term: 'kettle', times: 4, timesNear: 0, timesEmpty: 0, clicks: 3, favouriteId: 7 },
    { term: 'purple mug', times: 4, timesNear: 3, timesEmpty: 1, clicks: 0, favouriteId: null },
    { term: 'xqz', times: 4, timesNear: 0, timesEmpty: 4, clicks: 0, favouriteId: null },
    { term: 'mug', times: 1, timesNear: 0, timesEmpty: 0, clicks: 0, favouriteId: null },
  ]);
  assert.deepEqual(
    [withoutResults, nearOnly].map((list) => list.map(({ term }) => term)),
    [['xqz'], ['purple mug']],
  );
});

test('what could be personal, and what is no word, is not kept', () => {
  for (const typed of ['me@mail.test', '+44 7700 900123', '4111 1111 1111 1111', '', ' "" ', 'k'.repeat(81)]) {
    assert.equal(countableTerm(typed), undefined, typed);
  }
  assert.equal(countableTerm('  Café\n  Crème '), 'cafe creme');
  assert.equal(countableTerm('006R90321'), '006r90321');
});

test('a database that is away costs the counts and nobody else anything', async (t) => {
  const db = await openTestDatabase(t);
  const broken = { ...db, query: () => Promise.reject(new Error('away')) };
  const queryLog = openQueryLog(broken, log);
  queryLog.searched('kettle', 'found');
  await queryLog.close();
});
