import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestShop } from '../../checks/test-shop.ts';
import { setDrop } from '../../modules/inventory/index.ts';

test('a page that says why there is no unit says when, and leads back to the product', async (t) => {
  const { app, shop, people, productId, sellerId } = await openTestShop(t);
  const opensAt = new Date(Date.now() + 3_600_000);
  await setDrop(shop.db, productId, sellerId, { opensAt, mode: 'open', perCustomerLimit: 1, holdSeconds: 60 });
  const headers = { ...people.buyer.browser, 'content-type': 'application/x-www-form-urlencoded' };
  const payload = `productId=${productId}`;
  const early = await app.inject({ method: 'POST', url: '/product/purchase', headers, payload });
  assert.equal(early.statusCode, 409);
  assert.match(early.body, /It opens at \d{1,2} [A-Z][a-z]+ 20\d\d, \d\d:\d\d UTC/);
  assert.match(early.body, new RegExp(`href="/product/${productId}/">Back to the product`));
});
