import assert from 'node:assert/strict';
import test from 'node:test';
import type { ReplicaDocument } from '../../../modules/search/index.ts';
import { rowOf, variants } from './product-variants.ts';

function phone(productId: number, color: string, storage: string, priceMinor = 99_900): ReplicaDocument {
  return {
    productId,
    sellerId: 1,
    sellerName: 'Orvane Direct',
    sellerRating: null,
    title: `Phone ${productId}`,
    description: '',
    brand: null,
    category: ['Electronics'],
    attributes: {},
    gtin: null,
    familyKey: 'phone',
    variant: { Color: color, Storage: storage },
    priceMinor,
    currency: 'USD',
    pictures: [],
    ratingCounts: [0, 0, 0, 0, 0],
    createdAtMs: 0,
    newestReviews: [],
    stock: { state: 'in_stock', available: null },
    drop: null,
  };
}

const black = phone(1, 'Black', '256 GB');
const blackLarge = phone(2, 'Black', '512 GB', 109_900);
const sage = phone(3, 'Sage', '256 GB');
const sageLarge = phone(4, 'Sage', '512 GB', 109_900);
const coralLarge = phone(5, 'Coral', '512 GB', 109_900);
const family = [black, blackLarge, sage, sageLarge, coralLarge];

test('a row for each way they differ; each choice keeps the rest where it can', () => {
  const idsOf = (name: string): number[] => rowOf(name, sage, family).map(({ sibling }) => sibling.productId);
  assert.deepEqual(idsOf('Color'), [1, 3, 5]);
  assert.deepEqual(idsOf('Storage'), [3, 4]);
  const page = String(variants(sage, family));
  assert.equal(page.match(/<h2>/g)?.length, 2);
  assert.equal(page.match(/href="\/product\/3" aria-current="true"/g)?.length, 2);
  assert.match(page, /Coral <span class="muted"><span class="price">\$1,099\.00/);
});

test('two that are the same by name stand in one row, so that both can be reached', () => {
  const page = String(variants(black, [...family, phone(6, 'Black', '256 GB')]));
  assert.equal(page.match(/<h2>/g)?.length, 1);
  for (const id of [1, 2, 3, 4, 5, 6]) assert.ok(page.includes(`href="/product/${id}"`));
});

test('nothing where there is only one', () => {
  assert.equal(String(variants(black, [black])), '');
});
