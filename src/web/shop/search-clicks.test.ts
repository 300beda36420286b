import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchedTerm } from './search-clicks.ts';

const SHOP = 'https://shop.test';

test('only a results page of this shop says what was searched', () => {
  assert.equal(searchedTerm(`${SHOP}/search?term=red+shoes&page=2`, SHOP), 'red shoes');
  assert.equal(searchedTerm(`${SHOP}/search/?term=tea`, SHOP), 'tea');
  for (const other of [
    undefined,
    '',
    'nonsense',
    `${SHOP}/search`,
    `${SHOP}/product/7?term=tea`,
    'https://elsewhere.test/search?term=tea',
    `${SHOP}/search?term=${'t'.repeat(2_001)}`,
  ]) {
    assert.equal(searchedTerm(other, SHOP), undefined);
  }
});
