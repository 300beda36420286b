import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_HIGHEST_PRICE } from '../../modules/search/index.ts';
import {
  categoryEntries,
  choiceEntries,
  chosenFilters,
  priceEntries,
  ratingEntries,
  stockEntry,
  withoutPriceWords,
} from './facet-links.ts';
import { EVERYTHING, searchUrl } from './search-url.ts';

const NO_FACETS = { category: [], brand: [], seller: [], price: [], rating: [] };

test('the same search has one address, without what is not asked for', () => {
  assert.equal(searchUrl(EVERYTHING), '/search');
  assert.equal(
    searchUrl({ ...EVERYTHING, term: 'tea & pot', brands: ['A', 'B'], inStock: true, sort: 'newest', page: 3 }),
    '/search?term=tea+%26+pot&brand=A&brand=B&in_stock=true&sort=newest&page=3',
  );
});

test('choosing a second brand keeps the first; choosing one again takes it off; both start at page one', () => {
  const query = { ...EVERYTHING, brands: ['A'], page: 7 };
  const entries = choiceEntries(query, 'brands', [
    { value: 'A', label: 'A', count: 3 },
    { value: 'B', label: 'B', count: 2 },
  ]);
  assert.deepEqual(
    entries.map(({ href, selected }) => ({ href, selected })),
    [
      { href: '/search', selected: true },
      { href: '/search?brand=A&brand=B', selected: false },
    ],
  );
});

test('categories: the way down, then the next level; the chosen one leads a step up', () => {
  const query = { ...EVERYTHING, categories: ['Home > Kitchen'] };
  const entries = categoryEntries(query, [{ value: 'Home > Kitchen > Tea', label: 'Tea', count: 4 }]);
  assert.deepEqual(entries, [
    { text: 'Home', count: null, href: '/search?category=Home', selected: false, depth: 1 },
    { text: 'Kitchen', count: null, href: '/search?category=Home', selected: true, depth: 2 },
    { text: 'Tea', count: 4, href: '/search?category=Home+%3E+Kitchen+%3E+Tea', selected: false, depth: 3 },
  ]);
});

test('at the end of the tree the chosen category stands once', () => {
  const query = { ...EVERYTHING, categories: ['Home'] };
  const entries = categoryEntries(query, [{ value: 'Home', label: 'Home', count: 4 }]);
  assert.deepEqual(
    entries.map((entry) => entry.href),
    ['/search'],
  );
});

test('price, rating and stock switch on and off', () => {
  const range = { min: 0, max: 2499, count: 9 };
  const [on] = priceEntries(EVERYTHING, [range, { min: 2500, max: 5000, count: 0 }], 'USD');
  assert.deepEqual(on, { text: 'Up to $24.99', count: 9, href: '/search?min_price=0&max_price=2499', selected: false });
  const [off] = priceEntries({ ...EVERYTHING, minPriceMinor: 0, maxPriceMinor: 2499 }, [range], 'USD');
  assert.deepEqual([off?.href, off?.selected], ['/search', true]);
  assert.equal(ratingEntries(EVERYTHING, [{ min: 4, count: 1 }])[0]?.href, '/search?min_rating=4');
  assert.equal(stockEntry({ ...EVERYTHING, inStock: true }).href, '/search');
});

test('price ranges are read as they are asked for: what costs as much as an end is within', () => {
  const ranges = [
    { min: 0, max: 999, count: 3 },
    { min: 1_000, max: 4_999, count: 2 },
    { min: 5_000, max: NO_HIGHEST_PRICE, count: 1 },
  ];
  assert.deepEqual(
    priceEntries(EVERYTHING, ranges, 'USD').map(({ text, href }) => [text, href]),
    [
      ['Up to $9.99', '/search?min_price=0&max_price=999'],
      ['$10 to $49.99', '/search?min_price=1000&max_price=4999'],
      ['$50 and more', '/search?min_price=5000'],
    ],
  );
  const textOf = (minPriceMinor: number, maxPriceMinor?: number) =>
    chosenFilters({ ...EVERYTHING, minPriceMinor, ...(maxPriceMinor ? { maxPriceMinor } : {}) }, NO_FACETS, 'JPY')[0]
      ?.text;
  assert.deepEqual(
    [textOf(1_000, 4_999), textOf(501, 700), textOf(2_501)],
    ['¥1,000 to ¥4,999', '¥501 to ¥700', '¥2,501 and more'],
  );
});

test('a price that is chosen takes the place of one that was typed', () => {
  const termOf = (term: string) =>
    withoutPriceWords({ ...EVERYTHING, term }, { text: 'under $100', maxPriceMinor: 10_000 }).term;
  assert.deepEqual(['red  shoes Under $100 for men', 'under $100', 'shoes'].map(termOf), [
    'red shoes for men',
    '',
    'shoes',
  ]);
});

test('every chosen filter can be taken off alone', () => {
  const query = {
    ...EVERYTHING,
    term: 'x',
    brands: ['A'],
    minPriceMinor: 100,
    minRating: 4,
    inStock: true,
    sellers: ['7'],
  };
  const facets = { ...NO_FACETS, seller: [{ value: '7', label: 'Seven', count: 1 }] };
  assert.deepEqual(
    chosenFilters(query, facets, 'USD').map((filter) => filter.text),
    ['A', 'From Seven', '$1 and more', '4 stars and up', 'In stock'],
  );
  for (const { href } of chosenFilters(query, facets, 'USD')) assert.ok(href.startsWith('/search?term=x&'));
});
