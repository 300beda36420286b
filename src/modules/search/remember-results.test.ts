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

test('the same query is searched once until something changes', () => {
  const remembered = rememberResults();
  let searches = 0;
  const ask = (version: number, term: string): SearchResult =>
    remembered.find(version, query(term), () => ({ total: ++searches }) as SearchResult);
  assert.deepEqual([ask(1, 'lamp').total, ask(1, 'lamp').total, ask(1, 'desk').total], [1, 1, 2]);
  assert.deepEqual([ask(2, 'lamp').total, ask(2, 'desk').total], [3, 4], 'a change forgets all');
  remembered.forget();
  assert.equal(ask(2, 'lamp').total, 5, 'and so does what was taught');
});
