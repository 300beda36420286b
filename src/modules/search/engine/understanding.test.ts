// What is read out of a query beyond its words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaDocument } from '../document.ts';
import { testDocument, testQuery } from '../test-documents.ts';
import { teach } from './knowledge.ts';
import { searchProducts } from './search.ts';
import { openState, putDocument, type SearchState } from './state.ts';
import { suggestFor } from './suggest.ts';
import { understand } from './understand.ts';

function shopOf(...products: Partial<ReplicaDocument>[]): SearchState {
  const state = openState();
  for (const [position, fields] of products.entries()) putDocument(state, testDocument(position + 1, fields));
  return state;
}

function titlesFor(state: SearchState, term: string, fields = {}): string[] {
  return searchProducts(state, testQuery(term, fields)).items.map((item) => item.title);
}

const SHOES = [
  { title: 'Red running shoes', brand: 'Nike', priceMinor: 4_500 },
  { title: 'Red running shoes, fits like Nike', brand: 'Other', priceMinor: 4_000 },
  { title: 'Red running shoes', brand: 'Nike', priceMinor: 9_000 },
  { title: 'Blue running shoes', brand: 'Nike', priceMinor: 3_000 },
];

test('price words filter, a brand that is named ranks first', () => {
  const state = shopOf(...SHOES);
  const result = searchProducts(state, testQuery('red nike shoes under 50', { explain: true }));
  assert.deepEqual(result.price, { text: 'under 50', maxPriceMinor: 5_000 });
  assert.equal(result.items[0]?.productId, 1);
  assert.deepEqual(
    result.items.map((item) => item.priceMinor <= 5_000),
    result.items.map(() => true),
  );
  assert.deepEqual(result.explanation?.brands, ['Nike']);
  const narrowed = searchProducts(state, testQuery('shoes under 50', { maxPriceMinor: 3_500 }));
  assert.deepEqual(
    narrowed.items.map((item) => item.productId),
    [4],
  );
});

test('price words alone browse', () => {
  assert.deepEqual(titlesFor(shopOf(...SHOES), 'under $35'), ['Blue running shoes']);
});

test('as typed: nothing is corrected, completed or read as a price', () => {
  const state = shopOf(...SHOES, { title: 'Wireless mouse' });
  assert.equal(searchProducts(state, testQuery('wireles mouse')).correctedTerm, 'wireless mouse');
  const exact = searchProducts(state, testQuery('wireles mouse', { exact: true }));
  assert.deepEqual([exact.correctedTerm, exact.unknownWords], [null, ['wireles']]);
  assert.equal(searchProducts(state, testQuery('shoes under 50', { exact: true })).price, null);
  assert.deepEqual(titlesFor(state, 'wirel', { exact: true }), []);
});

test('synonyms find each other, phrases too, and are exchanged while the shop runs', () => {
  const state = shopOf({ title: 'Leather sofa' }, { title: 'Oak chest of drawers' }, { title: 'Garden chair' });
  assert.deepEqual(titlesFor(state, 'couch'), []);
  teach(state.knowledge, { synonyms: 'couch, sofa\ndresser, chest of drawers' });
  assert.deepEqual(titlesFor(state, 'leather couch'), ['Leather sofa']);
  assert.deepEqual(titlesFor(state, 'dressers'), ['Oak chest of drawers']);
  putDocument(state, testDocument(9, { title: 'White dresser' }));
  assert.deepEqual(titlesFor(state, 'chest of drawers'), ['Oak chest of drawers', 'White dresser']);
  teach(state.knowledge, { synonyms: '' });
  assert.deepEqual(titlesFor(state, 'couch'), []);
});

test('where no product has all words, the nearest are shown and what they lack is said', () => {
  const state = shopOf({ title: 'Garden chair' }, { title: 'Purple kettle' });
  const result = searchProducts(state, testQuery('purple garden chair'));
  assert.deepEqual([result.fitting, result.relaxedWords, result.items[0]?.title], [0, ['purple'], 'Garden chair']);
  assert.deepEqual(searchProducts(state, testQuery('garden chair')).relaxedWords, []);
  assert.deepEqual(searchProducts(state, testQuery('chair xqzxqz')).unknownWords, ['xqzxqz']);
});

test('the thing is the last noun before a preposition, not a number or a measure', () => {
  const state = shopOf({ title: 'Case phone cover 11 iphone 48 in desk lamp for oak leather strap' });
  const head = (term: string) => {
    const { words, head: at } = understand(state, term);
    return words[at];
  };
  assert.equal(head('leather phone case'), 'case');
  assert.equal(head('case for iphone 11'), 'case');
  assert.equal(head('iphone 11'), 'iphone');
  assert.equal(head('oak desk 48 in'), 'desk');
});

test('what a product says it is counts before its shelf', () => {
  const state = shopOf(
    {
      title: 'Acme X1 256 GB SSD silver 14 inch display 8 GB memory',
      category: ['SSD'],
      attributes: { 'Product type': 'Notebook' },
    },
    { title: 'Acme internal solid state drive 256 GB', description: 'A fast SSD', category: ['Storage'] },
  );
  assert.equal(titlesFor(state, 'ssd')[0], 'Acme internal solid state drive 256 GB');
  assert.equal(titlesFor(state, 'notebook')[0], 'Acme X1 256 GB SSD silver 14 inch display 8 GB memory');
});

test('a noun before another name of a thing is not what is sold', () => {
  const batteries = Array.from({ length: 12 }, (_, at) => ({ title: `Cell ${at}`, category: ['Power', 'Battery'] }));
  const state = shopOf({ title: 'Acme camera battery' }, { title: 'Acme camera red' }, ...batteries);
  assert.deepEqual(titlesFor(state, 'camera'), ['Acme camera red', 'Acme camera battery']);
});

test('an explanation names words, corrections and what each score is the sum of', () => {
  const state = shopOf({ title: 'Wireless charger' }, { title: 'Charger' });
  const { explanation, items } = searchProducts(state, testQuery('wireles charger', { explain: true }));
  assert.equal(explanation?.text, 'wireless charger');
  assert.deepEqual(
    explanation.words.map(({ word, isHead }) => [word, isHead]),
    [
      ['wireless', false],
      ['charger', true],
    ],
  );
  assert.deepEqual(
    explanation.scores.map(({ productId }) => productId),
    items.map(({ productId }) => productId),
  );
  for (const { score, parts } of explanation.scores) {
    const sum = Object.values(parts).reduce((whole, part) => whole + part, 0);
    assert.ok(Math.abs(sum - score) < 0.01, `${sum} ${score}`);
  }
});

test('what others searched is suggested first, also with a slip', () => {
  const state = shopOf({ title: 'Wireless charger' }, { title: 'Wireless mouse' });
  teach(state.knowledge, {
    pastQueries: [
      { term: 'wireless mouse', times: 3 },
      { term: 'wireless charger stand', times: 9 },
    ],
  });
  const queries = (typed: string) =>
    suggestFor(state, typed).flatMap(({ kind, text }) => (kind === 'query' ? [text] : []));
  assert.deepEqual(queries('wirel').slice(0, 2), ['wireless charger stand', 'wireless mouse']);
  assert.ok(queries('wirless').includes('wireless mouse'));
});
