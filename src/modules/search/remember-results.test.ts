import assert from 'node:assert/strict';
import test from 'node:test';
import type { SearchQuery, SearchResult } from './query.ts';
import { rememberResults } from './remember-results.ts';

const query = (term: string): SearchQuery => ({
  term,
  page: 1,
  size: 24,
  sort: 'relevance',
  categories: [],
  brands: [],
  sellers: [],
});

test('the same query is searched once until something changes', async () => {
  const remembered = rememberResults();
  let searches = 0;
  const ask = async (version: number, term: string): Promise<number> => {
    const result = await remembered.find(version, query(term), async () => ({ total: ++searches }) as SearchResult);
    return result.total;
  };
  assert.deepEqual(await Promise.all([ask(1, 'lamp'), ask(1, 'lamp'), ask(1, 'desk')]), [1, 1, 2]);
  assert.deepEqual([await ask(1, 'lamp'), await ask(1, 'lamp')], [3, 3], 'kept from the second time on');
  assert.deepEqual([await ask(2, 'lamp'), await ask(2, 'desk')], [4, 5], 'a change forgets all');
  assert.equal(await ask(2, 'lamp'), 4, 'but not that they were asked');
  remembered.forget();
  assert.equal(await ask(2, 'lamp'), 6, 'what was taught forgets all too');
});

test('a failure is not remembered, and neither is what was found before a change', async () => {
  const remembered = rememberResults();
  const fail = () => Promise.reject(new Error('away'));
  await assert.rejects(remembered.find(1, query('lamp'), fail), /away/);
  const { promise: slow, resolve } = Promise.withResolvers<SearchResult>();
  const before = remembered.find(1, query('lamp'), () => slow);
  const after = remembered.find(2, query('lamp'), async () => ({ total: 2 }) as SearchResult);
  resolve({ total: 1 } as SearchResult);
  assert.deepEqual([(await before).total, (await after).total], [1, 2]);
  await remembered.find(2, query('lamp'), async () => ({ total: 2 }) as SearchResult);
  assert.equal((await remembered.find(2, query('lamp'), fail)).total, 2);
});
