import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDRESS, makeProduct } from '../../checks/fixtures.ts';
import { openTestShop, type Person, type TestShop } from '../../checks/test-shop.ts';
import { setDrop, setEntryCondition } from '../../modules/inventory/index.ts';
import {
  listMethods,
  openCardEntries,
  type PaymentProvider,
  removeMethod,
  saveMethod,
} from '../../modules/payments/index.ts';
import { until } from '../../sandbox/test-sandbox.ts';

const VISA = '4242424242424242';
const MASTERCARD = '5555555555554444';

/** As a browser does it: to the provider's page, there a card, and where the provider sends it then. */
async function goAndTypeCard({ app }: TestShop, person: Person, start: string, card = VISA): Promise<URL> {
  const out = await app.inject({ url: start, headers: person.browser });
  assert.equal(out.statusCode, 303, out.body);
  const cardPage = String(out.headers.location);
  assert.match(await (await fetch(cardPage)).text(), /Save<\/span> a card.*Nothing is charged/s);
  const typed = await fetch(cardPage, {
    method: 'POST',
    body: new URLSearchParams({ test_card: card }),
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
  for (const other of ['tok_visa', `card_${'0'.repeat(195)}`, '.', '..', '../balance', 'a/b', '%2e%2e', '?', '€ 😀'])
    assert.equal((await add(stranger, other)).statusCode, 422, `${other} is not to be kept`);

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
  const kept = await shop.shop.provider.findSavedCard(token);
  assert.equal(kept.kind, 'not-found', 'the provider keeps it no more either');
});

test('a card that the provider cannot be asked to forget stays where its owner can remove it', async (t) => {
  const { shop } = await openTestShop(t);
  const { db, provider } = shop;
  const card = { kind: 'found', brand: 'visa', last4: '4242', fingerprint: 'fp_one' } as const;
  const away: PaymentProvider = {
    ...provider,
    findSavedCard: async () => card,
    forgetSavedCard: async () => ({ kind: 'unknown', reason: 'away' }),
  };
  const saved = await saveMethod(db, away, 1, 'card_one');
  assert.ok(saved.kind === 'saved');
  const { methodId } = saved.method;
  assert.deepEqual(await removeMethod(db, away, 1, methodId), { kind: 'unavailable' });
  assert.equal((await listMethods(db, 1)).length, 1);
  assert.deepEqual(await removeMethod(db, provider, 2, methodId), { kind: 'not-found' });
  assert.deepEqual(await removeMethod(db, provider, 1, methodId), { kind: 'removed' });
  assert.deepEqual(await listMethods(db, 1), []);
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

  // The same card in another account.
  const again = await goAndTypeCard(shop, people.stranger, link);
  await app.inject({ url: again.pathname + again.search, headers: people.stranger.browser });
  const second = await buy(people.stranger.bearer);
  assert.deepEqual([second.statusCode, second.json().type], [409, '/problems/card-already-entered']);
  assert.equal((await buy(people.stranger.browser)).headers.location, `/product/${dropId}/wait`);
  const told = await app.inject({ ...wait, headers: people.stranger.browser });
  assert.match(told.body, /entered this sale with your card.*Save another card/s);
  const other = await goAndTypeCard(shop, people.stranger, link, MASTERCARD);
  await app.inject({ url: other.pathname + other.search, headers: people.stranger.browser });
  assert.equal((await buy(people.stranger.bearer)).statusCode, 303);
});

test('one card in forty accounts, over three nodes at once: it lets in one of them', async (t) => {
  const { shop, sellerId } = await openTestShop(t);
  const { db, provider } = shop;
  const nodes = [1, 2, 3].map(() => openCardEntries(db));
  t.after(() => Promise.all(nodes.map((node) => node.drain())));
  const dropId = await makeProduct(db, { stock: 5, sellerId });
  const users = Array.from({ length: 40 }, (_, n) => 1_000 + n);
  const withCard = (fingerprint: string): PaymentProvider => ({
    ...provider,
    findSavedCard: async () => ({ kind: 'found', brand: 'visa', last4: '4242', fingerprint }),
  });
  for (const userId of users) await saveMethod(db, withCard('fp_shared'), userId, `card_${userId}`);
  // Two of them have a card of their own besides.
  for (const userId of [1_007, 1_008]) await saveMethod(db, withCard(`fp_${userId}`), userId, `card_own_${userId}`);
  const pressed = await Promise.all(
    users.flatMap((userId) => nodes.map(async (node) => ({ userId, ...(await node.submit(dropId, userId)) }))),
  );
  const entered = new Set(pressed.filter(({ kind }) => kind === 'entered').map(({ userId }) => userId));
  assert.ok(
    entered.size === 3 || (entered.size === 2 && (entered.has(1_007) || entered.has(1_008))),
    [...entered].join(),
  );
  for (const userId of [1_007, 1_008]) assert.ok(entered.has(userId), `${userId} has a card of their own`);
  for (const { userId, kind } of pressed) assert.equal(kind, entered.has(userId) ? 'entered' : 'card-taken');
  assert.deepEqual(await nodes[0]?.submit(dropId, 1), { kind: 'no-card' });
  const another = await makeProduct(db, { stock: 5, sellerId });
  assert.deepEqual(await nodes[0]?.submit(another, 1_039), { kind: 'entered' }, 'another drop is another matter');
});
