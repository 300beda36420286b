// Each promised route at work, from an account to a refund, every answer held against the API's document.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import sharp from 'sharp';
import { relayOutbox } from '../modules/orders/index.ts';
import { until } from '../sandbox/test-sandbox.ts';
import { type ContractClient, openContractClient } from './contract-client.ts';
import { CONTRACT } from './contract-routes.ts';
import { ADDRESS, makeProduct } from './fixtures.ts';

const walked = new Set<string>();

async function openWalk(t: TestContext): Promise<ContractClient> {
  const client = await openContractClient(t);
  return {
    ...client,
    call: (status, route, request) => {
      if (status < 400) walked.add(route);
      return client.call(status, route, request);
    },
  };
}

test('an account: registered, signed in, refreshed, addressed, signed out', async (t) => {
  const { call } = await openWalk(t);
  const body = { email: 'new@example.com', password: 'correct horse battery', name: 'New Shopper' };
  const registered = await call(201, 'POST /auth/register', { body });
  assert.match(String(registered.headers['set-cookie']), /^souk_session=.+HttpOnly; SameSite=Lax/);
  await call(409, 'POST /auth/register', { body });
  const { name: _, ...credentials } = body;
  const signedIn = (await call(200, 'POST /auth/login', { body: credentials })).json();
  await call(401, 'POST /auth/login', { body: { ...credentials, password: 'wrong' } });
  const { refreshToken } = signedIn;
  const refreshed = (await call(200, 'POST /auth/refresh', { body: { refreshToken } })).json();
  const headers = { authorization: `Bearer ${refreshed.accessToken}` };
  assert.equal((await call(200, 'GET /me', { headers })).json().address, null);
  assert.deepEqual((await call(200, 'PUT /me/address', { headers, body: ADDRESS })).json(), ADDRESS);
  assert.deepEqual((await call(200, 'GET /me', { headers })).json().address, ADDRESS);
  await call(204, 'POST /auth/logout', { headers });
  await call(401, 'GET /me', { headers });
});

test('looking: search, suggestions, a product with its reviews', async (t) => {
  const { call, productId } = await openWalk(t);
  const params = { productId: String(productId) };
  const found = (await call(200, 'GET /search', { query: '/?term=nova+lamp&size=5&sort=price_asc' })).json();
  assert.deepEqual([found.total, found.items[0].productId], [1, String(productId)]);
  assert.equal((await call(200, 'GET /search', { query: '?term=' })).json().total, 1);
  await call(200, 'GET /search/suggest', { query: '?term=nov' });
  const product = (await call(200, 'GET /product/{productId}', { params })).json();
  assert.deepEqual(product.stock, { state: 'low', available: 5 });
  const odd = (await call(200, 'GET /product/{productId}', { params, query: '/?pagination=2?size=10' })).json();
  assert.deepEqual([odd.reviews.page, odd.reviews.size], [2, 10]);
});

test('buying: held, declined, paid, tracked, reviewed; and let go', async (t) => {
  const { call, shop, people, productId } = await openWalk(t);
  const as = people.buyer;
  const body = { productId: String(productId) };
  const held = await call(303, 'POST /product/purchase', { as, body });
  const { reservationId, paymentPage } = held.json();
  assert.equal(held.headers.location, `/pay/${reservationId}`);
  assert.equal(new URL(paymentPage, 'http://shop.test').pathname, `/pay/${reservationId}`);
  const again = await call(303, 'POST /product/purchase', { as, body });
  assert.equal(again.json().reservationId, reservationId);
  const reservation = { reservationId };
  assert.equal((await call(200, 'GET /pay/{reservationId}', { as, params: reservation })).json().state, 'held');

  const pay = (token: string) => ({ as, body: { ...body, paymentDetails: { token, shippingAddress: ADDRESS } } });
  const declined = (await call(402, 'POST /product/payment', pay('tok_declined'))).json();
  assert.equal(typeof declined.declineCode, 'string');
  const paid = (await call(201, 'POST /product/payment', pay('tok_visa'))).json();
  const { orderId } = paid.order;
  assert.deepEqual((await call(200, 'POST /product/payment', pay('tok_visa'))).json(), paid);

  const order = { orderId };
  assert.deepEqual((await call(200, 'GET /track/{orderId}', { as, params: order })).json(), paid.order);
  await call(200, 'GET /receipt/{orderId}', { as, params: order });
  const pdf = await call(200, 'GET /receipt/{orderId}.pdf', { as, params: order });
  assert.match(pdf.body, /^%PDF-/);
  await relayOutbox(shop.db, async () => {});
  const mine = (await call(200, 'GET /me/orders', { as })).json();
  assert.deepEqual([mine.total, mine.items[0].orderId], [1, orderId]);
  const review = { as, params: body, body: { rating: 5, title: 'Bright', body: 'It shines.' } };
  await call(201, 'POST /product/{productId}/reviews', review);
  await call(409, 'POST /product/{productId}/reviews', review);

  const second = (await call(303, 'POST /product/purchase', { as, body })).json();
  await call(204, 'DELETE /reservation/{reservationId}', { as, params: { reservationId: second.reservationId } });
});

test('a bank that asks, and a cancelled order', async (t) => {
  const { call, people, productId } = await openWalk(t);
  const body = { productId: String(productId) };
  const details = (token: string) => ({ ...body, paymentDetails: { token, shippingAddress: ADDRESS } });
  const one = { as: people.stranger };
  await call(303, 'POST /product/purchase', { ...one, body });
  const asked = (await call(202, 'POST /product/payment', { ...one, body: details('tok_3ds') })).json();
  assert.equal(asked.state, 'requires_action');
  const params = { paymentId: asked.paymentId };
  const payment = (await call(200, 'GET /product/payment/{paymentId}', { ...one, params })).json();
  assert.equal(payment.actionUrl, asked.actionUrl);

  const other = { as: people.buyer };
  await call(303, 'POST /product/purchase', { ...other, body });
  const paid = (await call(201, 'POST /product/payment', { ...other, body: details('tok_visa') })).json();
  const order = { orderId: paid.order.orderId };
  const refund = (await call(200, 'POST /orders/{orderId}/cancel', { ...other, params: order })).json();
  assert.deepEqual(refund.amount, paid.order.price);
  assert.equal((await call(200, 'GET /track/{orderId}', { ...other, params: order })).json().state, 'cancelled');
  const audit = (await call(200, 'GET /operator/audit', { as: people.operator })).json();
  assert.equal(audit.kind, 'clean');
});

test('selling: a product from nothing to its refund', async (t) => {
  const { call, shop, people, sellerId } = await openWalk(t);
  const as = people.seller;
  const fields = { title: 'Brass compass', description: 'Points north.', category: ['Outdoor'], brand: 'Wayfinder' };
  const offer = { ...fields, price: { amount: 4200, currency: 'USD' }, stock: 3, attributes: { Metal: 'Brass' } };
  const product = (await call(201, 'POST /seller/products', { as, body: offer })).json();
  assert.equal(product.stock.available, 3);
  const params = { productId: product.productId };
  const picture = await sharp({ create: { width: 900, height: 700, channels: 3, background: '#a86' } })
    .png()
    .toBuffer();
  const headers = { 'content-type': 'image/png' };
  await call(201, 'POST /seller/products/{productId}/pictures', { as, params, headers, body: picture });
  const changed = { price: { amount: 3900, currency: 'USD' } };
  await call(200, 'PATCH /seller/products/{productId}', { as, params, body: changed });
  const stock = (
    await call(200, 'POST /seller/products/{productId}/stock', { as, params, body: { change: 2 } })
  ).json();
  assert.deepEqual(stock, { available: 5, held: 0, sold: 0 });
  await call(409, 'POST /seller/products/{productId}/stock', { as, params, body: { change: -6 } });
  const drop = { opensAt: '2026-01-01T00:00:00Z', mode: 'open', perCustomerLimit: 2, holdSeconds: 60 };
  await call(200, 'PUT /seller/products/{productId}/drop', { as, params, body: drop });
  await until(async () => (await shop.replica.product(Number(params.productId)))?.priceMinor === 3900, 2_000);

  const buyer = { as: people.buyer };
  await call(303, 'POST /product/purchase', { ...buyer, body: params });
  const details = { paymentDetails: { token: 'tok_mastercard', shippingAddress: ADDRESS } };
  const { order } = (await call(201, 'POST /product/payment', { ...buyer, body: { ...params, ...details } })).json();
  assert.deepEqual(order.price, changed.price);
  await relayOutbox(shop.db, async () => {});
  assert.equal((await call(200, 'GET /seller/orders', { as, query: '?state=placed' })).json().total, 1);
  const ofOrder = { as, params: { orderId: order.orderId } };
  await call(201, 'POST /seller/orders/{orderId}/events', { ...ofOrder, body: { state: 'packed' } });
  const shipped = { state: 'shipped', carrier: 'Caravan Post', trackingNumber: 'CP-1' };
  const moved = (await call(201, 'POST /seller/orders/{orderId}/events', { ...ofOrder, body: shipped })).json();
  assert.deepEqual([moved.delivery.carrier, moved.events.length], ['Caravan Post', 3]);
  await call(409, 'POST /seller/orders/{orderId}/events', { ...ofOrder, body: { state: 'packed' } });
  await call(409, 'POST /orders/{orderId}/cancel', { ...buyer, params: ofOrder.params });
  assert.equal((await call(200, 'GET /seller/balance', { as })).json().balances[0].sold, 3900);
  const refund = await call(201, 'POST /seller/orders/{orderId}/refund', { ...ofOrder, body: { reason: 'broken' } });
  const again = await call(200, 'POST /seller/orders/{orderId}/refund', { ...ofOrder, body: { reason: 'broken' } });
  assert.deepEqual(again.json(), refund.json());
  assert.ok((await call(200, 'GET /seller/ledger', { as })).json().total >= 2);

  const none = await makeProduct(shop.db, { stock: 0, sellerId });
  const soldOut = (await call(409, 'POST /product/purchase', { ...buyer, body: { productId: String(none) } })).json();
  assert.equal(soldOut.type, '/problems/sold-out');
});

test('a drop: announced, joined in line, granted, left; and its tickets', async (t) => {
  const { app, call, shop, people, sellerId } = await openWalk(t);
  const productId = await makeProduct(shop.db, { stock: 1, sellerId });
  const params = { productId: String(productId) };
  const drop = { opensAt: '2026-01-01T00:00:00Z', mode: 'line', perCustomerLimit: 1, holdSeconds: 60 };
  await call(200, 'PUT /seller/products/{productId}/drop', { as: people.seller, params, body: drop });
  await until(async () => shop.lines.line(productId) !== undefined, 2_000);
  await until(async () => (await shop.replica.product(productId)) !== undefined, 2_000);

  const first = await call(303, 'POST /product/purchase', { as: people.stranger, body: params });
  assert.equal(first.headers.location, `/pay/${first.json().reservationId}`, 'a free unit is given at once');
  const joined = await call(303, 'POST /product/purchase', { as: people.buyer, body: params });
  const { ticketId } = joined.json();
  assert.equal(joined.headers.location, `/line/${ticketId}`);
  const { opensAt, ...place } = joined.json();
  assert.ok(Date.parse(opensAt) <= Date.now());
  assert.deepEqual(place, { ticketId, productId: params.productId, state: 'waiting', position: 1, waiting: 1 });
  const mine = { as: people.buyer, params: { ticketId } };
  const seen = (await call(200, 'GET /line/{ticketId}', mine)).json();
  assert.deepEqual([seen.state, seen.position, seen.reservation], ['waiting', 1, null]);
  await until(async () => shop.lines.line(productId)?.waiting === 1, 2_000);
  const shown = (await call(200, 'GET /product/{productId}', { params })).json().drop;
  assert.deepEqual([shown.state, shown.waiting, shown.mode], ['sold_out', 1, 'line']);
  const published = (await call(200, 'GET /product/{productId}/drop/tickets', { params })).json();
  assert.deepEqual(
    published.items.map((one: { ticketId: string; place: number }) => [one.ticketId, one.place]).sort(),
    [
      [first.json().reservationId, 1],
      [ticketId, 2],
    ].sort(),
  );
  const hold = { as: people.stranger, params: { reservationId: first.json().reservationId } };
  await call(204, 'DELETE /reservation/{reservationId}', hold);
  const granted = (await call(200, 'GET /line/{ticketId}', mine)).json();
  assert.deepEqual([granted.state, granted.reservation.paymentPage], ['granted', `/pay/${ticketId}`]);
  await call(409, 'DELETE /line/{ticketId}', mine);
  const last = (await call(303, 'POST /product/purchase', { as: people.stranger, body: params })).json();
  const second = { as: people.stranger, params: { ticketId: last.ticketId } };
  await call(204, 'DELETE /line/{ticketId}', second);
  assert.equal((await call(200, 'GET /line/{ticketId}', second)).json().state, 'left');
  assert.equal((await app.inject({ url: `/line/${ticketId}`, headers: people.stranger.bearer })).statusCode, 404);

  const watched = { as: people.operator, params };
  assert.deepEqual((await call(200, 'POST /operator/drops/{productId}/pause', watched)).json().paused, true);
  const { state, stock, line } = (await call(200, 'GET /operator/drops/{productId}', watched)).json();
  assert.deepEqual([state, stock.total, stock.held, line.waiting], ['paused', 1, 1, 0]);
  assert.deepEqual((await call(200, 'POST /operator/drops/{productId}/resume', watched)).json().paused, false);
});

test('every promised route was at work above', () => {
  assert.deepEqual(
    CONTRACT.filter((route) => !walked.has(route)),
    [],
  );
});
