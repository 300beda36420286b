import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import type { ReplicaDocument } from '../../modules/search/index.ts';
import { ProductSchema, productJson } from '../kit/product-json.ts';
import { parseFile } from './media.ts';
import { productPage } from './pages/product-page.ts';
import { productHead } from './structured-data.ts';

const HOSTILE = `</script><script>alert("1")</script><img src=x onerror='alert(2)'>`;

const review = {
  reviewId: 'r1',
  rating: 5,
  title: HOSTILE,
  body: HOSTILE,
  author: HOSTILE,
  createdAt: '2026-11-01T10:00:00.000Z',
  verifiedPurchase: true,
};

const product: ReplicaDocument = {
  productId: 4711,
  sellerId: 7,
  sellerName: HOSTILE,
  sellerRating: 4.7,
  title: HOSTILE,
  description: HOSTILE,
  brand: HOSTILE,
  category: [HOSTILE, 'Kitchen'],
  attributes: { [HOSTILE]: HOSTILE },
  gtin: null,
  familyKey: 'f',
  variant: { Color: HOSTILE },
  priceMinor: 2999,
  currency: 'USD',
  pictures: [{ pictureId: 'aa', width: 1200, height: 900, alt: HOSTILE }],
  ratingCounts: [0, 0, 0, 0, 1],
  createdAtMs: 0,
  newestReviews: [review],
  stock: { state: 'low', available: 3 },
  drop: null,
};

const reviews = { items: [review], page: 1, size: 10, total: 1 };
const moment = { nowMs: 0, delivery: { earliest: '2026-11-25', latest: '2026-11-27' }, ageSeconds: 0.24 };

test('a hostile seller cannot put markup into the page', () => {
  const family = [product, { ...product, productId: 4712 }];
  const page = String(productPage({ document: product, family, reviews, moment }));
  assert.ok(page.includes('Only 3 left'));
  assert.doesNotMatch(page, /<script|<img src=x|onerror='/);
});

test('nor end the data that search engines read', () => {
  const head = String(productHead(product, 'https://shop.example'));
  assert.equal(head.match(/<script/g)?.length, 2);
  assert.equal(head.match(/<\/script>/g)?.length, 2);
  const [, json = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(head) ?? [];
  const data = JSON.parse(json);
  assert.equal(data.name, HOSTILE);
  assert.deepEqual(
    [data.offers.price, data.offers.availability, data.aggregateRating.reviewCount],
    ['29.99', 'https://schema.org/LimitedAvailability', 1],
  );
});

test('the JSON put together from pieces is what its schema says', () => {
  const limited = { ...product, drop: { opensAt: '2026-12-01T10:00:00Z', perCustomerLimit: 1, holdSeconds: 600 } };
  for (const document of [product, limited]) {
    const value = JSON.parse(productJson(document, reviews, moment));
    assert.deepEqual([...Value.Errors(ProductSchema, value)], []);
    assert.equal(value.title, HOSTILE);
    assert.equal(value.dataAgeSeconds, 0.2);
    assert.deepEqual(value.stock, { state: 'low', available: 3 });
    assert.deepEqual(value.delivery, moment.delivery);
  }
  assert.equal(JSON.parse(productJson(limited, reviews, moment)).drop.state, 'announced');
  assert.equal(JSON.parse(productJson(product, reviews, moment)).drop, null);
});

test('only the names of pictures lead to files', () => {
  assert.deepEqual(parseFile('demo-1f4f1-2a-0-640.avif'), { pictureId: 'demo-1f4f1-2a-0', width: 640, format: 'avif' });
  for (const name of [
    'a-641.avif',
    'a-640.png',
    '..%2f-640.webp',
    '../a-640.webp',
    'a-640.avif/..',
    '-640.webp',
    'a',
  ]) {
    assert.equal(parseFile(name), undefined, name);
  }
});
