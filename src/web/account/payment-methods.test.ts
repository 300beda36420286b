import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDRESS, makeProduct } from '../../checks/fixtures.ts';
import { openTestShop, type Person, type TestShop } from '../../checks/test-shop.ts';
import { setDrop, setEntryCondition } from '../../modules/inventory/index.ts';
import { until } from '../../sandbox/test-sandbox.ts';

const VISA = '4242424242424242';

/** As a browser does it: to the provider's page, there a card, and where the provider sends it then. */
async function goAndTypeCard({ app }: TestShop, person: Person, start: string): Promise<URL> {
  const out = await app.inject({ url: start, headers: person.browser });
  assert.equal(out.statusCode, 303, out.body);
  const cardPage = String(out.headers.location);
  assert.match(await (await fetch(cardPage)).text(), /Save<\/span> a card.*Nothing is charged/s);
  const typed = await fetch(cardPage, {
    method: 'POST',
    body: new URLSearchParams({ test_card: VISA }),
    redirect: 'manual',
  });
  await typed.arrayBuffer();
  return new URL(typed.headers.get('location') ?? '');
}

test('a card is saved at the provider, shown, charged more than once, and removed', async (t) => {
  const shop = await openTestShop(t);
  const { app, people, productId } = shop;
  const { buyer, stranger } = people;
  const back = await goAndTypeCard(shop, buyer, '/me/payment-methods/new');
  const token = back.searchParams.get('payment_token') ?? '';
  const path = back.pathname + back.search;
  // A link with somebody's card does nothing to another's account.
  assert.equal((await app.inject({ url: path, headers: stranger.browser })).statusCode, 422);
  for (let again = 0; again < 2; again++) {
    const saved = await app.inject({ url: path, headers: buyer.browser });
    assert.deepEqual([saved.statusCode, saved.headers.location], [303, '/me?saved=card']);
  }
  const me = await app.inject({ url: '/me?saved=card', headers: buyer.browser });
  assert.match(me.body, /Your card is saved\..*Visa •••• 4242.*Remove/s);
  assert.ok(!me.body.includes(token));
  const list = () => app.inject({ url: '/me/payment-methods', headers: buyer.bearer });
  const { items } = (await list()).json();
  assert.equal(items.length, 1);
  const { methodId, savedAt, ...card } = items[0];
  assert.deepEqual(card, { brand: 'visa', last4: '4242' });
  assert.ok(Date.parse(savedAt) <= Date.now());

  const add = (person: Person, sent: string) =>
    app.inject({ method: 'POST', url: '/me/payment-methods', headers: person.bearer, payload: { token: sent } });
  assert.equal((await add(buyer, token)).json().methodId, methodId, 'it is saved already');
  assert.equal((await add(stranger, token)).statusCode, 422, 'it is somebody else’s');
  assert.equal((await add(stranger, 'tok_visa')).statusCode, 422, 'it is not to be kept');

  for (let unit = 0; unit < 2; unit++) {
    const hold = { method: 'POST', url: '/product/purchase', payload: { productId: String(productId) } } as const;
    const { reservationId } = (await app.inject({ ...hold, headers: buyer.bearer })).json();
    const page = await app.inject({ url: `/pay/${reservationId}`, headers: buyer.browser });
    assert.match(page.body, new RegExp(`value="${methodId}" checked> Pay with Visa •••• 4242`));
    assert.ok(!page.body.includes(token));
    const pay = (person: Person, named: string) =>
      app.inject({
        method: 'POST',
        url: '/product/payment',
        headers: person.bearer,
        payload: { productId: String(productId), paymentDetails: { token: named, shippingAddress: ADDRESS } },
      });
    assert.equal((await pay(buyer, `${methodId}x`)).statusCode, 422);
    if (unit === 0) assert.equal((await pay(stranger, methodId)).statusCode, 422);
    const paid = await pay(buyer, methodId);
    assert.equal(paid.statusCode, 201, paid.body);
    assert.deepEqual(paid.json().receipt.method, { brand: 'visa', last4: '4242' });
  }

  const remove = (person: Person) =>
    app.inject({ method: 'DELETE', url: `/me/payment-methods/${methodId}`, headers: person.bearer });
  assert.equal((await remove(stranger)).statusCode, 404);
  const form = { method: 'POST', url: `/me/payment-methods/${methodId}/remove`, headers: buyer.browser } as const;
  assert.equal((await app.inject(form)).headers.location, '/me?saved=card-removed');
  assert.equal((await remove(buyer)).statusCode, 404);
  assert.deepEqual((await list()).json().items, []);
});

test('a drop that wants a saved card: told, led to the provider, and back into the drop', async (t) => {
  const shop = await openTestShop(t);
  const { app, people, sellerId } = shop;
  const { db, lines } = shop.shop;
  const dropId = await makeProduct(db, { stock: 5, sellerId });
  const terms = { opensAt: new Date(Date.now() - 1_000), mode: 'line', perCustomerLimit: 1, holdSeconds: 60 } as const;
  await setDrop(db, dropId, sellerId, terms);
  await setEntryCondition(db, dropId, 'payment-method');
  await until(async () => lines.line(dropId)?.entryCondition === 'payment-method', 2_000);
  const buy = (headers: Person['bearer'] | Person['browser']) =>
    app.inject({ method: 'POST', url: '/product/purchase', headers, payload: { productId: String(dropId) } });

  const refused = await buy(people.buyer.bearer);
  assert.deepEqual([refused.statusCode, refused.json().type], [403, '/problems/payment-method-required']);
  const sent = await buy(people.buyer.browser);
  assert.equal(sent.headers.location, `/product/${dropId}/wait`);
  const wait = { url: `/product/${dropId}/wait`, headers: people.buyer.browser };
  const [link] = /\/me\/payment-methods\/new\?for=\d+/.exec((await app.inject(wait)).body) ?? [''];
  // Whoever turns back is told again.
  const out = await app.inject({ url: link, headers: people.buyer.browser });
  const unsaved = new URL(new URL(String(out.headers.location)).searchParams.get('return_url') ?? '');
  const turned = await app.inject({ url: unsaved.pathname + unsaved.search, headers: people.buyer.browser });
  assert.equal(turned.headers.location, `/product/${dropId}/wait`);

  const back = await goAndTypeCard(shop, people.buyer, link);
  const saved = await app.inject({ url: back.pathname + back.search, headers: people.buyer.browser });
  assert.equal(saved.headers.location, `/product/${dropId}/wait`);
  assert.match((await app.inject(wait)).body, /Your card is saved.*Go on/s);
  assert.match(String((await buy(people.buyer.browser)).headers.location), /^\/pay\//);
  assert.equal((await buy(people.stranger.bearer)).statusCode, 403);
});
