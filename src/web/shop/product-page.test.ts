import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import type { Line } from '../../modules/inventory/index.ts';
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
const moment = {
  nowMs: 0,
  delivery: { earliest: '2026-11-25', latest: '2026-11-27' },
  ageSeconds: 0.24,
  line: undefined,
};

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

test('the buy box says how the drop stands', () => {
  const line = {
    productId: 4711,
    mode: 'line',
    opensAt: new Date(1_000),
    perCustomerLimit: 1,
    holdSeconds: 600,
    isPaused: false,
    isWithdrawn: false,
    entryCondition: 'none',
    total: 10,
    available: 10,
    held: 0,
    sold: 0,
    expired: 0,
    waiting: 1_234,
    head: 1,
    departed: new Float64Array(),
    lastPlace: 1_234,
    version: 1,
    draw: null,
  } satisfies Line;
  const box = (change: Partial<Line>, nowMs: number): [state: string, page: string] => {
    const now = { ...moment, nowMs, line: { ...line, ...change } };
    const { drop } = JSON.parse(productJson(product, reviews, now));
    assert.ok(Value.Check(ProductSchema.properties.drop, drop) && drop);
    return [drop.state, String(productPage({ document: product, family: [], reviews, moment: now }))];
  };
  const [announced, before] = box({}, 0);
  assert.equal(announced, 'announced');
  assert.match(before, /Opens .*1,234<\/strong> wait in line.*Join the line/s);
  const [open, after] = box({}, 2_000);
  assert.equal(open, 'open');
  assert.match(after, /Arrives.*Join the line/s);
  const [soldOut, held] = box({ available: 0, held: 2, sold: 8 }, 2_000);
  assert.equal(soldOut, 'sold_out');
  assert.match(held, /All held or paid for.*Join the waiting list/s);
  const [closed, over] = box({ available: 0, sold: 10 }, 2_000);
  assert.equal(closed, 'closed');
  assert.match(over, /every unit has been paid for/);
  assert.doesNotMatch(over, /action="\/product\/purchase"/);
  const draw = { commitment: 'c0ffee', seed: null, drawnAt: null, drawnTickets: null, draw: null };
  const [, lottery] = box({ mode: 'lottery', draw }, 0);
  assert.match(lottery, /are in the draw.*Join the draw.*<code>c0ffee<\/code>/s);
  const drawn = { ...draw, seed: '5eed', drawnAt: new Date(1_100), drawnTickets: 1_234, draw: 7 };
  const [, told] = box({ mode: 'lottery', draw: drawn }, 2_000);
  assert.match(told, /<code>5eed<\/code>/);
  assert.ok(told.includes('href="/product/4711/drop/tickets"'));
  const [, firstCome] = box({ mode: 'open' }, 0);
  assert.doesNotMatch(firstCome, /action="\/product\/purchase"/);
});
