import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDocument, testQuery } from '../test-documents.ts';
import { shopOf, titlesFor } from '../test-engine-shop.ts';
import { pack } from './packing.ts';
import { searchProducts } from './search.ts';
import { openState, putDocument, removeDocument } from './state.ts';
import { suggestFor } from './suggest.ts';

test('the thing itself comes before what is for it or only mentions it', () => {
  const state = shopOf(
    { title: 'Leather case for Nokia phone', category: ['Phones', 'Cases'] },
    { title: 'Desk lamp', description: 'With a stand for your phone' },
    { title: 'Nokia 3310 phone', category: ['Phones'] },
  );
  assert.deepEqual(titlesFor(state, 'phone'), ['Nokia 3310 phone', 'Leather case for Nokia phone', 'Desk lamp']);
});

test('plurals, accents, codes and measures find each other', () => {
  const state = shopOf(
    { title: 'Batteries 4 pc' },
    { title: 'Brother TN-2110 toner' },
    { title: 'USB stick 128 GB' },
    { title: 'Café mug' },
  );
  assert.deepEqual(titlesFor(state, 'battery'), ['Batteries 4 pc']);
  assert.deepEqual(titlesFor(state, 'tn2110'), ['Brother TN-2110 toner']);
  assert.deepEqual(titlesFor(state, 'TN 2110'), ['Brother TN-2110 toner']);
  assert.deepEqual(titlesFor(state, '128gb'), ['USB stick 128 GB']);
  assert.deepEqual(titlesFor(state, 'cafe'), ['Café mug']);
});

test('compounds are found together and apart', () => {
  const bells = Array.from({ length: 6 }, (_, at) => ({ title: `Brass bell ${at}` }));
  const doors = Array.from({ length: 6 }, (_, at) => ({ title: `Oak door ${at}` }));
  const state = shopOf({ title: 'Wireless doorbell' }, { title: 'Door bell with camera' }, ...bells, ...doors);
  assert.deepEqual(
    new Set(titlesFor(state, 'door bell').slice(0, 2)),
    new Set(['Wireless doorbell', 'Door bell with camera']),
  );
  assert.deepEqual(
    new Set(titlesFor(state, 'doorbell').slice(0, 2)),
    new Set(['Wireless doorbell', 'Door bell with camera']),
  );
});

test('who has every word ranks before who lacks one; other orders show only the former', () => {
  const state = shopOf(
    { title: 'Charger', priceMinor: 1 },
    { title: 'Wireless charger', priceMinor: 900 },
    { title: 'Wireless headphones', priceMinor: 2 },
    { title: 'Wireless charger stand', priceMinor: 800 },
  );
  const result = searchProducts(state, testQuery('wireless charger'));
  assert.equal(result.total, 4);
  assert.deepEqual(new Set(result.items.slice(0, 2).map((item) => item.productId)), new Set([2, 4]));
  const cheapest = searchProducts(state, testQuery('wireless charger', { sort: 'price_asc' }));
  assert.deepEqual(
    cheapest.items.map((item) => item.priceMinor),
    [800, 900],
  );
});

test('of equals the sold-out one comes last', () => {
  const state = shopOf(
    { title: 'Red mug', stock: { state: 'sold_out', available: null } },
    { title: 'Red mug', stock: { state: 'in_stock', available: null } },
  );
  for (const term of ['mug', '']) {
    assert.deepEqual(
      searchProducts(state, testQuery(term)).items.map((item) => item.productId),
      [2, 1],
      term,
    );
  }
});

test('a misspelt word is corrected, in words to be read', () => {
  const state = shopOf({ title: 'Wireless chargers' }, { title: 'Wireless charger' }, { title: 'Kettle' });
  const result = searchProducts(state, testQuery('Wireles  chargre'));
  assert.equal(result.correctedTerm, 'wireless charger');
  assert.equal(result.total, 2);
  assert.equal(searchProducts(state, testQuery('wireless')).correctedTerm, null);
});

test('a word found only in a description gives way to a far more common one; a word of a title never does', () => {
  const headphones = Array.from({ length: 40 }, (_, at) => ({ title: `Headphones ${at}`, priceMinor: 1_000 * at }));
  const state = shopOf({ title: 'Stand', description: 'for headphonse' }, ...headphones);
  const corrected = searchProducts(state, testQuery('headphonse'));
  assert.deepEqual([corrected.correctedTerm, corrected.total], ['headphones', 40]);
  const limited = searchProducts(state, testQuery('headphonse under 100'));
  assert.deepEqual([limited.correctedTerm, limited.price?.maxPriceMinor, limited.total], ['headphones', 10_000, 11]);
  putDocument(state, testDocument(99, { title: 'Headphonse by Phonse' }));
  assert.equal(searchProducts(state, testQuery('headphonse')).correctedTerm, null);
});

test('an unfinished last word finds what begins so', () => {
  const state = shopOf({ title: 'Bluetooth headphones' }, { title: 'Head lamp' });
  assert.equal(titlesFor(state, 'bluetooth headph')[0], 'Bluetooth headphones');
  assert.deepEqual(titlesFor(state, 'headph'), ['Bluetooth headphones']);
});

test('a number goes on with letters and with no more digits', () => {
  const state = shopOf({ title: 'Sony WH-1000XM4' }, { title: 'Dog harness', gtin: '2110000010034' });
  assert.deepEqual(titlesFor(state, 'wh-1000'), ['Sony WH-1000XM4']);
  assert.deepEqual([titlesFor(state, 'tn-2110'), titlesFor(state, '2110000010034')], [[], ['Dog harness']]);
});

test('a word that nothing has does not hide what the others find', () => {
  const state = shopOf({ title: 'Garden chair' });
  assert.deepEqual(titlesFor(state, 'garden chair xqzxqz9'), ['Garden chair']);
  assert.deepEqual(titlesFor(state, 'xqzxqz9'), []);
});

test('a changed price is found at once and costs no new words', () => {
  const state = shopOf({ title: 'Kettle', priceMinor: 500 });
  const slots = state.growing.slotCount;
  putDocument(
    state,
    testDocument(1, { title: 'Kettle', priceMinor: 700, stock: { state: 'sold_out', available: null } }),
  );
  assert.equal(state.growing.slotCount, slots);
  assert.equal(searchProducts(state, testQuery('kettle', { minPriceMinor: 600 })).total, 1);
  assert.equal(searchProducts(state, testQuery('kettle', { inStock: true })).total, 0);
  putDocument(state, testDocument(1, { title: 'Teapot', priceMinor: 700 }));
  assert.deepEqual([titlesFor(state, 'kettle'), titlesFor(state, 'teapot')], [[], ['Teapot']]);
  removeDocument(state, 1);
  assert.deepEqual(titlesFor(state, 'teapot'), []);
});

test('words in many and in few products are intersected exactly', () => {
  const words = new Map([
    [1, 'all'],
    [2, 'even'],
    [3, 'third'],
    [5, 'fifth'],
    [70, 'seldom'],
    [251, 'rare'],
  ]);
  const state = openState();
  const products = Array.from({ length: 600 }, (_, at) => at + 1);
  for (const [at, productId] of products.entries()) {
    const title = [...words].flatMap(([every, word]) => (productId % every === 0 ? [word] : [])).join(' ');
    putDocument(state, testDocument(productId, { title }));
    if (at === 400) [...pack(state)];
  }
  for (const [first, word] of words) {
    for (const [second, other] of words) {
      const { items, total } = searchProducts(state, testQuery(`${word} ${other}`, { sort: 'price_asc', size: 100 }));
      const expected = products.filter((productId) => productId % first === 0 && productId % second === 0);
      if (expected.length === 0) continue;
      assert.equal(total, expected.length, `${word} ${other}`);
      assert.deepEqual(
        items.map((item) => item.productId),
        expected.slice(0, 100),
        `${word} ${other}`,
      );
    }
  }
});

test('category facets show the next level below what is chosen', () => {
  const state = shopOf(
    { category: ['Home', 'Kitchen', 'Kettles'] },
    { category: ['Home', 'Kitchen', 'Mugs'] },
    { category: ['Home', 'Garden'] },
    { category: ['Toys'] },
  );
  const facet = (categories: string[]) =>
    searchProducts(state, testQuery('', { categories })).facets.category.map(({ value, label, count }) => [
      value,
      label,
      count,
    ]);
  assert.deepEqual(facet([]), [
    ['Home', 'Home', 3],
    ['Toys', 'Toys', 1],
  ]);
  assert.deepEqual(facet(['Home']), [
    ['Home > Kitchen', 'Kitchen', 2],
    ['Home > Garden', 'Garden', 1],
  ]);
  assert.deepEqual(facet(['Home > Garden']), [['Home > Garden', 'Garden', 1]]);
  assert.equal(searchProducts(state, testQuery('', { categories: ['Home > Kitchen'] })).total, 2);
  assert.equal(searchProducts(state, testQuery('', { categories: ['Home > Kit'] })).total, 0);
});

test('suggestions complete words, forgive a slip and lead to products, categories and brands', () => {
  const state = shopOf(
    { title: 'Wireless charger', brand: 'Chargery', category: ['Phones', 'Charging'] },
    { title: 'Wireless charger duo', brand: 'Chargery', category: ['Phones', 'Charging'] },
    { title: 'Wireless mouse' },
  );
  assert.deepEqual(
    suggestFor(state, 'charg').map(({ text, kind, url }) => [kind, text, url]),
    [
      ['query', 'charger', '/search/?term=charger'],
      ['category', 'Charging', '/search/?category=Phones%20%3E%20Charging'],
      ['brand', 'Chargery', '/search/?brand=Chargery'],
      ['product', 'Wireless charger', '/product/1/'],
      ['product', 'Wireless charger duo', '/product/2/'],
    ],
  );
  assert.ok(suggestFor(state, 'wireles cha').some(({ text, kind }) => kind === 'query' && text === 'wireless charger'));
  assert.ok(suggestFor(state, 'chrage').some(({ text }) => text === 'Wireless charger'));
  assert.deepEqual(suggestFor(state, ''), []);
  const phones = shopOf({ title: 'Smartphone' }, { title: 'Smart watch' }, { title: 'Smarty' });
  assert.deepEqual(
    suggestFor(phones, 'smartfo').map(({ text }) => text),
    ['smartphone', 'Smartphone'],
  );
});
