import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestShop } from '../../checks/test-shop.ts';

const ADDRESS = { name: 'Nora Newcomer', line1: '7 Lantern Row', postalCode: '97000', city: 'Averill', country: 'US' };

test('a seller refunds from the order’s page, the buyer reads where the money goes, and every entry can be reached', async (t) => {
  const { app, people, productId } = await openTestShop(t);
  const { buyer, seller } = people;
  const post = (url: string, payload: object | string, headers: Record<string, string>) =>
    app.inject({ method: 'POST', url, headers, payload });
  const page = (url: string, { browser: headers }: typeof buyer) => app.inject({ url, headers });
  await post('/product/purchase', { productId: String(productId) }, buyer.bearer);
  const paymentDetails = { token: 'tok_visa', shippingAddress: ADDRESS };
  const paid = await post('/product/payment', { productId: String(productId), paymentDetails }, buyer.bearer);
  assert.equal(paid.statusCode, 201, paid.body);
  const { orderId } = paid.json().order;
  const orderPage = `/seller/orders/${orderId}`;

  assert.match((await page(orderPage, seller)).body, new RegExp(`action="${orderPage}/refund"`));
  const form = { ...seller.browser, 'content-type': 'application/x-www-form-urlencoded' };
  const refunded = await post(`${orderPage}/refund`, 'reason=It+broke+on+its+way.', form);
  assert.deepEqual([refunded.statusCode, refunded.headers.location], [303, `${orderPage}?saved=refunded`]);
  const after = (await page(`${orderPage}?saved=refunded`, seller)).body;
  assert.match(after, /role="status">Refunded: all of the money goes back/);
  assert.match(after, /It broke on its way\./);
  assert.doesNotMatch(after, /\/refund"/);
  assert.match((await page(`/track/${orderId}`, buyer)).body, /Money back<\/dt><dd>all of it, to Visa •••• 4242/);

  const ledger = (await page('/seller/ledger?size=3', seller)).body;
  assert.match(ledger, /Refund, your part/);
  assert.match(ledger, /<a href="\/seller\/ledger\?page=2&amp;size=3"/);
  assert.match((await page('/seller/ledger?page=2&size=3', seller)).body, /Sale, /);
});
