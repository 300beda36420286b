// What is read out of a query beyond its words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDocument, testQuery } from '../test-documents.ts';
import { shopOf, titlesFor } from '../test-engine-shop.ts';
import { teach } from './knowledge.ts';
import { searchProducts } from './search.ts';
import { putDocument } from './state.ts';
import { suggestFor } from './suggest.ts';
import { understand } from './understand.ts';

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

test('spelt as it sounds is one slip', () => {
  const state = shopOf({ title: 'Smartphone' }, { title: 'Photocopier' }, { title: 'Fine pen' }, { title: 'Phone' });
  const corrected = (term: string) => searchProducts(state, testQuery(term)).correctedTerm;
  assert.deepEqual(['smartfone', 'smartfon', 'fotocopier', 'fone', 'fone pen'].map(corrected), [
    'smartphone',
    'smartphone',
    'photocopier',
    'phone',
    'phone pen',
  ]);
});

test('what shops do not have is no slip of what they have, and what people mistype is', () => {
  const meant =
    'basic crime gloves mouse canvas wallet print party bread road model keyboard vacuum kettle curtain monitor jacket';
  const more = 'camera puzzle coffee headphones umbrella printer binoculars microwave telephone';
  const state = shopOf({ title: meant }, { title: more });
  const corrected = (term: string) => searchProducts(state, testQuery(term)).correctedTerm;
  const words = 'basil creme crème cloves moose mallet prick parka broad modem ballet noodle pastry trout tulle poodle';
  const wrong = words.split(' ').filter((word) => corrected(word) !== null);
  assert.deepEqual(wrong, []);
  const slips: Record<string, string> = {
    ...{
      keybord: 'keyboard',
      kyeboard: 'keyboard',
      vaccum: 'vacuum',
      vacum: 'vacuum',
      kettel: 'kettle',
      ketle: 'kettle',
    },
    ...{ curtin: 'curtain', moniter: 'monitor', jaket: 'jacket', camrea: 'camera', camara: 'camera', puzzel: 'puzzle' },
    ...{ cofee: 'coffee', headfones: 'headphones', umberella: 'umbrella', pritner: 'printer', telefone: 'telephone' },
    ...{ binaculars: 'binoculars', micorwave: 'microwave' },
  };
  assert.deepEqual(Object.fromEntries(Object.keys(slips).map((slip) => [slip, corrected(slip)])), slips);
});

test('the word that was meant has synonyms and stands beside its neighbours', () => {
  const state = shopOf(
    { title: 'Smartphone' },
    { title: 'Smart watch for a phone' },
    { title: 'Leather sofa' },
    { title: 'Couch' },
  );
  teach(state.knowledge, { synonyms: 'couch, sofa' });
  assert.equal(titlesFor(state, 'smart fone')[0], 'Smartphone');
  assert.deepEqual(titlesFor(state, 'leather cuoch')[0], 'Leather sofa');
});

test('a letter left out is likelier than one put in, a likely slip than another word', () => {
  const state = shopOf(
    { title: 'Print' },
    { title: 'Blue print' },
    { title: 'Printer' },
    { title: 'Packed case for a day' },
  );
  const result = (term: string) => searchProducts(state, testQuery(term));
  assert.equal(result('printr').correctedTerm, 'printer');
  // Other words that this shop does not know, and no slips of those that it does.
  for (const word of ['cafe', 'dad', 'packard']) {
    assert.deepEqual([result(word).correctedTerm, result(word).unknownWords], [null, [word]], word);
  }
  assert.equal(result('csae').correctedTerm, 'case');
  assert.equal(result('kase').correctedTerm, 'case');
});

test('a measure is one thing that is asked for, however its unit is written', () => {
  const state = shopOf(
    { title: 'Steel bottle 1 L' },
    { title: 'Wool coat L, repels water', attributes: { Buttons: '1' } },
    { title: 'Water bottle' },
    { title: 'Lite monitor 24-inch' },
    { title: 'Monitor 27 inches', description: '24 months of warranty, 3 in a box' },
  );
  assert.deepEqual(titlesFor(state, 'water bottle 1l').slice(0, 2).toSorted(), ['Steel bottle 1 L', 'Water bottle']);
  for (const term of ['monitor 24"', '24 inch monitor', '24in monitor', 'monitor 24 inches']) {
    assert.deepEqual(
      [searchProducts(state, testQuery(term)).fitting, titlesFor(state, term)[0]],
      [1, 'Lite monitor 24-inch'],
      term,
    );
  }
  const litre = searchProducts(state, testQuery('bottle 7 litre'));
  assert.deepEqual([litre.correctedTerm, litre.unknownWords], [null, ['7 litre']]);
});

test('plurals that no suffix makes find their singular', () => {
  const state = shopOf({ title: 'Laser mouse' }, { title: 'Chef knife' }, { title: "Women's coat" });
  assert.deepEqual(
    ['mice', 'knives', 'womens', 'woman'].map((term) => titlesFor(state, term)[0]),
    ['Laser mouse', 'Chef knife', "Women's coat", "Women's coat"],
  );
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
  assert.equal(head('leather case size 11'), 'case');
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
