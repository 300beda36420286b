import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testDocument, testQuery } from '../test-documents.ts';
import { searchProducts } from './search.ts';
import { openState, putDocument } from './state.ts';
import { suggestFor } from './suggest.ts';

/** Of processor time, which a busy machine does not stretch: far less than anything unbounded would take. */
const MAX_MS = 50;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function oddShop() {
  const state = openState();
  const titles = [
    'Kettle',
    'شاحن لاسلكي',
    '无线充电器',
    'नीला कप',
    '😀 \0 \ud800 "quoted"',
    'a',
    '',
    '-'.repeat(2_000),
  ];
  for (const [at, title] of titles.entries()) putDocument(state, testDocument(at + 1, { title }));
  return state;
}

const ODD_TERMS = {
  'ten kilobytes of words': 'kettle lamp '.repeat(900),
  'ten kilobytes without a space': 'k'.repeat(10_240),
  'many different words': Array.from({ length: 2_000 }, (_, at) => `w${at}x`).join(' '),
  'operators and quotes': '" AND ( OR * NEAR ^ ~ : - \' \\ % _ ; -- " "',
  'regular expression signs': '[a-z]+(kettle|.*){9}$',
  'one letter': 'k',
  Chinese: '充电器',
  Arabic: 'شاحن',
  Devanagari: 'नीला',
  NUL: 'ket\0tle',
  'a lone surrogate': '\ud800kettle\udfff',
  hyphens: '-'.repeat(10_240),
  numbers: '1.1.1.1 "\'"\' 17" 6\' 1e999 -0',
};

test('odd terms are answered in bounded time', () => {
  const state = oddShop();
  for (const [name, term] of Object.entries(ODD_TERMS)) {
    const startedAt = cpuMs();
    searchProducts(state, testQuery(term));
    suggestFor(state, term);
    assert.ok(cpuMs() - startedAt < MAX_MS, `${name}: ${cpuMs() - startedAt} ms`);
  }
  assert.equal(searchProducts(state, testQuery('充电')).items[0]?.title, '无线充电器');
  assert.equal(searchProducts(state, testQuery('شاحن')).items[0]?.title, 'شاحن لاسلكي');
  assert.equal(searchProducts(state, testQuery('नीला')).items[0]?.title, 'नीला कप');
});

test('no text makes search or suggestions throw', () => {
  const state = oddShop();
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 2 }));
  fc.assert(
    fc.property(text, (term) => {
      searchProducts(state, testQuery(term, { categories: [term], brands: [term], sellers: [term] }));
      suggestFor(state, term);
      putDocument(state, testDocument(1_000, { title: term, brand: term, category: [term], description: term }));
    }),
    { numRuns: 500 },
  );
});

test('huge and strange products are taken', () => {
  const state = openState();
  const attributes = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`name ${at}`, `value${at}`]));
  const startedAt = cpuMs();
  putDocument(state, testDocument(1, { title: 'Giant', description: 'very long '.repeat(1_000_000), attributes }));
  assert.ok(cpuMs() - startedAt < 500);
  assert.equal(searchProducts(state, testQuery('giant')).total, 1);
});

test('pages beyond the end and beyond what is ranked are empty', () => {
  const state = oddShop();
  for (const page of [2, 1_000_000, Number.MAX_SAFE_INTEGER]) {
    assert.deepEqual(searchProducts(state, testQuery('kettle', { page })).items, []);
  }
});
