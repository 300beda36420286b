// The engine against a reference that looks at every product, on random small shops and random changes to them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReplicaDocument } from '../document.ts';
import { CATEGORY_SEPARATOR, type SearchQuery, type SearchResult } from '../query.ts';
import { testDocument, testQuery } from '../test-documents.ts';
import { ratingOf } from './columns.ts';
import { pack } from './packing.ts';
import { searchProducts } from './search.ts';
import { openState, putDocument, removeDocument, type SearchState } from './state.ts';

const WORDS = ['kettle', 'mug', 'lamp', 'chair', 'desk', 'red', 'oak'];
const CATEGORIES = [[], ['Home'], ['Home', 'Kitchen'], ['Home', 'Kitchen', 'Mugs'], ['Toys']];
const BRANDS = [null, 'Alba', 'Borealis'];

const word = fc.constantFrom(...WORDS);
const someWords = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
const productId = fc.integer({ min: 1, max: 12 });
const product = fc
  .record({
    productId,
    title: someWords,
    description: someWords,
    brand: fc.constantFrom(...BRANDS),
    category: fc.constantFrom(...CATEGORIES),
    sellerId: fc.integer({ min: 1, max: 3 }),
    priceMinor: fc.integer({ min: 0, max: 5_000 }),
    ratingCounts: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }),
    createdAtMs: fc.integer({ min: 0, max: 5 }),
    stock: fc.constantFrom<ReplicaDocument['stock'][]>(
      { state: 'in_stock', available: null },
      { state: 'sold_out', available: null },
    ),
  })
  .map((fields) => testDocument(fields.productId, { ...fields, sellerName: `Seller ${fields.sellerId}` }));

type Step = { kind: 'put'; document: ReplicaDocument } | { kind: 'remove'; productId: number } | { kind: 'pack' };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: product.map((document) => ({ kind: 'put' as const, document })) },
  { weight: 2, arbitrary: productId.map((id) => ({ kind: 'remove' as const, productId: id })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'pack' as const }) },
);

const query: fc.Arbitrary<SearchQuery> = fc
  .record({
    term: fc.array(word, { maxLength: 2 }).map((words) => words.join(' ')),
    // Without relaxing: which products nearly fit is not what is compared here.
    sort: fc.constantFrom<SearchQuery['sort'][]>('price_asc', 'price_desc', 'newest', 'rating'),
    categories: fc.subarray(['Home', 'Home > Kitchen', 'Toys'], { maxLength: 1 }),
    brands: fc.subarray(['Alba', 'Borealis']),
    sellers: fc.subarray(['1', '2']),
    prices: fc.option(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 5_000 }))),
    minRating: fc.constantFrom(0, 3, 4),
    inStock: fc.boolean(),
  })
  .map(({ prices, ...fields }) =>
    testQuery(fields.term, {
      ...fields,
      size: 100,
      ...(prices && { minPriceMinor: Math.min(...prices), maxPriceMinor: Math.max(...prices) }),
    }),
  );

function take(state: SearchState, documents: Map<number, ReplicaDocument>, one: Step): void {
  if (one.kind === 'put') {
    putDocument(state, one.document);
    documents.set(one.document.productId, one.document);
  } else if (one.kind === 'remove') {
    removeDocument(state, one.productId);
    documents.delete(one.productId);
  } else [...pack(state)];
}

const FILTERS: Record<
  'category' | 'brand' | 'seller' | 'price' | 'rating' | 'stock',
  (d: ReplicaDocument, q: SearchQuery) => boolean
> = {
  category: (d, q) => {
    const path = d.category.join(CATEGORY_SEPARATOR) + CATEGORY_SEPARATOR;
    return q.categories.length === 0 || q.categories.some((one) => path.startsWith(one + CATEGORY_SEPARATOR));
  },
  brand: (d, q) => q.brands.length === 0 || q.brands.includes(d.brand ?? ''),
  seller: (d, q) => q.sellers.length === 0 || q.sellers.includes(String(d.sellerId)),
  price: (d, q) =>
    d.priceMinor >= (q.minPriceMinor ?? 0) && d.priceMinor <= (q.maxPriceMinor ?? Number.POSITIVE_INFINITY),
  rating: (d, q) => ratingOf(d).stars >= (q.minRating ?? 0),
  stock: (d, q) => !q.inStock || d.stock.state !== 'sold_out',
};

function passing(documents: ReplicaDocument[], q: SearchQuery, without?: keyof typeof FILTERS): ReplicaDocument[] {
  return documents.filter((d) => Object.entries(FILTERS).every(([name, passes]) => name === without || passes(d, q)));
}

/** Products with every word of the term; where there are none, those with the most. */
function matching(documents: Map<number, ReplicaDocument>, q: SearchQuery): ReplicaDocument[] {
  const words = [...new Set(q.term.split(' ').filter(Boolean))];
  const all = [...documents.values()];
  const counts = all.map((d) => {
    const own = new Set([d.title, d.description, d.brand ?? '', ...d.category].join(' ').toLowerCase().split(' '));
    return words.filter((one) => own.has(one) || own.has(`${one}s`)).length;
  });
  const most = Math.max(0, ...counts);
  return words.length > 0 && most === 0 ? [] : all.filter((_, at) => counts[at] === most);
}

function countBy(documents: ReplicaDocument[], nameOf: (d: ReplicaDocument) => string | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of documents.map(nameOf)) if (value) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function facetCounts(facet: { value: string; count: number }[]): Record<string, number> {
  return Object.fromEntries(facet.filter(({ count }) => count > 0).map(({ value, count }) => [value, count]));
}

function checkFacets(found: ReplicaDocument[], q: SearchQuery, { facets }: SearchResult): void {
  assert.deepEqual(
    facetCounts(facets.brand),
    countBy(passing(found, q, 'brand'), (d) => d.brand),
  );
  assert.deepEqual(
    facetCounts(facets.seller),
    countBy(passing(found, q, 'seller'), (d) => String(d.sellerId)),
  );
  if (q.categories.length === 0) {
    assert.deepEqual(
      facetCounts(facets.category),
      countBy(passing(found, q), (d) => d.category[0] ?? null),
    );
  }
  const rated = passing(found, q, 'rating').map((d) => ratingOf(d).stars);
  assert.deepEqual(
    facets.rating,
    [4, 3, 2, 1].map((min) => ({ min, count: rated.filter((stars) => stars >= min).length })),
  );
  const priced = passing(found, q, 'price');
  for (const { min, max, count } of facets.price) {
    assert.equal(count, priced.filter((d) => d.priceMinor >= min && d.priceMinor <= max).length);
  }
  assert.equal(
    facets.price.reduce((sum, range) => sum + range.count, 0),
    priced.length,
  );
}

const ORDERS: Record<Exclude<SearchQuery['sort'], 'relevance'>, (d: ReplicaDocument) => number> = {
  price_asc: (d) => -d.priceMinor,
  price_desc: (d) => d.priceMinor,
  newest: (d) => d.createdAtMs,
  rating: (d) => ratingOf(d).stars,
};

function checkOrder(items: ReplicaDocument[], sort: SearchQuery['sort']): void {
  if (sort === 'relevance') return;
  for (const [at, item] of items.entries()) {
    const next = items[at + 1];
    if (next) assert.ok(ORDERS[sort](item) >= ORDERS[sort](next) - 1e-6, `${sort} at ${at}`);
  }
}

test('after any changes the same products are found, in order, with the same facets', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.array(query, { minLength: 1, maxLength: 4 }),
      (steps, queries) => {
        const state = openState();
        const documents = new Map<number, ReplicaDocument>();
        for (const one of steps) take(state, documents, one);
        for (const q of queries) {
          const found = matching(documents, q);
          const result = searchProducts(state, q);
          const expected = passing(found, q).map((d) => d.productId);
          assert.deepEqual(
            result.items.map((d) => d.productId).sort(compare),
            expected.sort(compare),
            JSON.stringify(q),
          );
          assert.equal(result.total, expected.length);
          checkFacets(found, q, result);
          const items = result.items.map(({ productId }) => documents.get(productId) as ReplicaDocument);
          checkOrder(items, q.sort);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a packing that changes come in between keeps every one of them', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.array(step, { maxLength: 20 }), (before, during) => {
      const state = openState();
      const documents = new Map<number, ReplicaDocument>();
      for (const one of before) take(state, documents, one);
      const packing = pack(state);
      for (const one of during) {
        packing.next();
        if (one.kind !== 'pack') take(state, documents, one);
      }
      [...packing];
      for (const [id, document] of documents) {
        const q = testQuery('', {
          sort: 'price_asc',
          minPriceMinor: document.priceMinor,
          maxPriceMinor: document.priceMinor,
        });
        const listed = searchProducts(state, q).items.find(({ productId }) => productId === id);
        assert.ok(listed, `product ${id}`);
        assert.deepEqual({ ...document, ...listed }, document);
      }
      assert.equal(searchProducts(state, testQuery('')).total, documents.size);
    }),
    { numRuns: 300 },
  );
});

function compare(a: number, b: number): number {
  return a - b;
}
