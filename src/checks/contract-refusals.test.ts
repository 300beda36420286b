// Who may not is refused with a problem document, and the row that they reached for is as it was.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newKeyedId } from '../lib/ids.ts';
import { setDrop } from '../modules/inventory/index.ts';
import { assertRefused, BODIES, rowsOf, wellMeant } from './contract-bodies.ts';
import { injected, openContractClient } from './contract-client.ts';
import { CONTRACT, PUBLIC } from './contract-routes.ts';
import { ADDRESS, makeProduct } from './fixtures.ts';
import { assertProblem } from './open-api-document.ts';

const PERSONAL = CONTRACT.filter((route) => !PUBLIC.includes(route));
const REVIEW = 'POST /product/{productId}/reviews';

test('without signing in, with a token that is none, with the wrong role', async (t) => {
  const client = await openContractClient(t);
  for (const route of PERSONAL) {
    const request = wellMeant(route);
    // To strangers an order is no different from none.
    const status = route === 'GET /track/{orderId}' ? 404 : 401;
    await assertRefused(client, [status], route, request, 'nobody signed in');
    const headers = { ...request.headers, authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' };
    await assertRefused(client, [status], route, { ...request, headers }, 'a token that is none');
    if (/ \/(seller|operator)\//.test(route))
      await assertRefused(client, [403], route, { ...request, as: client.people.buyer }, 'a role that may not');
  }
});

test("other people's things are not there", async (t) => {
  const client = await openContractClient(t);
  const { call, people, productId, shop, sellerId } = client;
  const as = people.buyer;
  const body = { productId: String(productId) };
  const pay = (token: string) => ({ as, body: { ...body, paymentDetails: { token, shippingAddress: ADDRESS } } });
  await call(303, 'POST /product/purchase', { as, body });
  const { order } = (await call(201, 'POST /product/payment', pay('tok_visa'))).json();
  const { reservationId } = (await call(303, 'POST /product/purchase', { as, body })).json();
  const { paymentId } = (await call(202, 'POST /product/payment', pay('tok_3ds'))).json();
  const dropId = await makeProduct(shop.db, { stock: 0, sellerId });
  const terms = { opensAt: new Date(), mode: 'line', perCustomerLimit: 1, holdSeconds: 60 } as const;
  await setDrop(shop.db, dropId, sellerId, terms);
  const dropBody = { productId: String(dropId) };
  const { ticketId } = (await call(303, 'POST /product/purchase', { as, body: dropBody })).json();
  const others = { productId: String(productId), reservationId, orderId: order.orderId, paymentId, ticketId };
  const nothing = {
    productId: '987654321',
    reservationId: newKeyedId(7),
    orderId: newKeyedId(7),
    paymentId: newKeyedId(7),
    ticketId: newKeyedId(7),
  };
  const before = await rowsOf(client.shop.db);
  // What is an operator's is refused by the role, above.
  const owned = PERSONAL.filter((one) => one.includes('{') && one !== REVIEW && !one.includes(' /operator/'));
  for (const route of owned) {
    const stranger = route.includes(' /seller/') ? people.otherSeller : people.stranger;
    const statuses = [404];
    for (const params of [others, nothing])
      await assertRefused(client, statuses, route, { as: stranger, params, ...wellMeant(route) }, String(params));
  }
  const review = { as: people.stranger, params: others, body: BODIES[REVIEW] };
  await assertRefused(client, [403], REVIEW, review, 'a product not bought');
  assert.deepEqual(await rowsOf(client.shop.db), before);
});

test('what an address does not know is 405 with what it knows', async (t) => {
  const { app, people, productId } = await openContractClient(t);
  const params = { productId: String(productId) };
  for (const path of new Set(CONTRACT.map((route) => route.split(' ')[1] ?? ''))) {
    const known = CONTRACT.filter((route) => route.endsWith(` ${path}`)).map((route) => route.split(' ')[0] ?? '');
    for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE'].filter((one) => !known.includes(one))) {
      const response = await app.inject(injected(`${method} ${path}`, { as: people.buyer, params }));
      const said = `${method} ${path} answered ${response.statusCode}: ${response.body.slice(0, 200)}`;
      assert.equal(response.statusCode, 405, said);
      assertProblem(response, said);
      const allowed = String(response.headers.allow).split(', ');
      for (const one of known) assert.ok(allowed.includes(one), `${said}, and allows ${allowed}`);
    }
  }
});

test('HEAD is GET without a body', async (t) => {
  const { app, productId } = await openContractClient(t);
  for (const url of ['/search/?term=lamp', `/product/${productId}`, '/me', '/openapi.json', '/nowhere']) {
    const [head, get] = await Promise.all([app.inject({ method: 'HEAD', url }), app.inject({ url })]);
    const { statusCode, headers, body } = head;
    assert.deepEqual(
      [statusCode, headers['content-type'], body],
      [get.statusCode, get.headers['content-type'], ''],
      url,
    );
  }
});
