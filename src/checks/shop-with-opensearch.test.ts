// The whole shop with SEARCH_URL: what shoppers see of OpenSearch, and of its absence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openStandIn } from '../modules/search/opensearch/test-opensearch-stand-in.ts';
import { until } from '../sandbox/test-sandbox.ts';
import { openTestShop } from './test-shop.ts';

const PAGE = { accept: 'text/html' };
/** What a node keeps of its last answers is older then. */
const FORGOTTEN_MS = 600;
const READY_MS = 5_000;

test('a shop searches in OpenSearch, and without it says so and goes on showing products', async (t) => {
  const standIn = await openStandIn();
  t.after(() => standIn.close());
  const { app, shop, productId } = await openTestShop(t, standIn.url);
  await until(async () => shop.replica.searchFault() === null && shop.replica.documentCount() > 0, READY_MS);
  const document = await shop.replica.product(productId);
  const url = `/search/?term=${encodeURIComponent(document?.title ?? '')}`;
  const found = await app.inject({ url });
  assert.equal(found.statusCode, 200);
  assert.match(found.body, new RegExp(`"productId": ?"?${productId}\\b`));
  assert.equal((await app.inject({ url, headers: PAGE })).statusCode, 200);
  assert.equal((await app.inject({ url: '/', headers: PAGE })).statusCode, 200);
  assert.deepEqual([...standIn.aliases.keys()], ['souk-products']);

  standIn.isAway = true;
  await setTimeout(FORGOTTEN_MS);
  const away = await app.inject({ url });
  assert.deepEqual(
    [away.statusCode, away.json().type, away.headers['retry-after']],
    [503, '/problems/search-unavailable', '2'],
  );
  const page = await app.inject({ url, headers: PAGE });
  assert.equal(page.statusCode, 503);
  assert.match(page.body, /Searching is out for a moment.*Try again after 2 seconds/s);
  assert.doesNotMatch(page.body, /To the products/);
  assert.equal((await app.inject({ url: `/search/suggest?term=ab` })).statusCode, 503);
  assert.equal((await app.inject({ url: `/product/${productId}`, headers: PAGE })).statusCode, 200);
});

test('a shop that opens while OpenSearch is away says so, sells what it can show, and searches when it is there', async (t) => {
  const standIn = await openStandIn();
  t.after(() => standIn.close());
  standIn.isAway = true;
  const { app, shop, productId } = await openTestShop(t, standIn.url);
  assert.equal(shop.replica.searchFault(), `OpenSearch at ${standIn.url} does not answer`);
  const away = await app.inject({ url: '/search/?term=lamp' });
  assert.deepEqual([away.statusCode, away.headers['retry-after']], [503, '2']);
  assert.match((await app.inject({ url: '/', headers: PAGE })).body, /Searching is out for a moment/);
  const product = await app.inject({ url: `/product/${productId}` });
  assert.deepEqual([product.statusCode, product.json().dataAgeSeconds], [200, 0]);
  const page = await app.inject({ url: `/product/${productId}`, headers: PAGE });
  assert.equal(page.statusCode, 200);
  assert.doesNotMatch(page.body, /as it was|out of date/);
  const unknown = await app.inject({ url: '/product/999999999' });
  assert.deepEqual([unknown.statusCode, unknown.json().type], [404, '/problems/product-not-found']);
  standIn.isAway = false;
  await until(async () => (await app.inject({ url: '/search/?term=lamp' })).statusCode === 200, READY_MS);
  assert.equal((await app.inject({ url: '/', headers: PAGE })).statusCode, 200);
});
