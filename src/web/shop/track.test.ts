import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertTestOrder } from '../../checks/test-order.ts';
import { openTestWeb, type TestWeb } from '../../checks/test-web.ts';
import { indexOrders, moveOrder, trackingPath } from '../../modules/orders/index.ts';
import { ordersRoutes } from './orders.ts';
import { receiptRoutes } from './receipt.ts';
import { trackRoutes } from './track.ts';

const PAGE = { accept: 'text/html' };

function openShop(t: Parameters<typeof openTestWeb>[0]): Promise<TestWeb> {
  return openTestWeb(t, trackRoutes, ordersRoutes, receiptRoutes);
}

test('the order as the contract writes it', async (t) => {
  const { app, db, rows, buyer } = await openShop(t);
  const { orderId, placedAt } = await insertTestOrder(db, rows);
  const answer = await app.inject({ url: `/track/${orderId}/`, headers: buyer.headers });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers.vary, 'accept');
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.deepEqual(answer.json(), {
    orderId,
    state: 'placed',
    product: { productId: String(rows.productId), title: 'Aurora wireless charger', image: null },
    price: { amount: 2999, currency: 'USD' },
    placedAt: placedAt.toISOString(),
    delivery: { earliest: '2026-11-25', latest: '2026-11-27', carrier: null, trackingNumber: null },
    shippingAddress: {
      name: 'Ada Okafor',
      line1: '5 Elm Street',
      city: 'Leeds',
      postalCode: 'LS1 4AP',
      country: 'GB',
    },
    events: [{ sequence: 1, state: 'placed', at: placedAt.toISOString(), note: null, place: null }],
    receipt: { receiptNumber: `S${rows.sellerId}-000001`, url: `/receipt/${orderId}` },
  });
});

test('order and receipt: buyer, seller, operator and the link may look; to others they do not exist', async (t) => {
  const { app, db, shop, rows, buyer, seller, other, operator } = await openShop(t);
  const { orderId } = await insertTestOrder(db, rows);
  const { orderId: secondId } = await insertTestOrder(db, rows);
  const link = trackingPath(shop.linkKey, orderId).split('?')[1];
  const statusOf = async (url: string, headers: Record<string, string> = {}): Promise<number> =>
    (await app.inject({ url, headers })).statusCode;
  for (const path of [`/track/${orderId}`, `/receipt/${orderId}`, `/receipt/${orderId}.pdf`]) {
    for (const person of [buyer, seller, operator]) assert.equal(await statusOf(path, person.headers), 200, path);
    assert.equal(await statusOf(`${path}?${link}`), 200, path);
    assert.equal(await statusOf(`${path}?${link}`, PAGE), 200, path);
    assert.equal(await statusOf(path, other.headers), 404, path);
    assert.equal(await statusOf(path), 404, path);
    assert.equal(await statusOf(`${path}?link=AAAAAAAAAAAAAAAAAAAAAA`), 404, path);
    assert.equal(await statusOf(`${path.replace(orderId, secondId)}?${link}`), 404, path);
  }
  for (const missing of ['4k-0000000000000000', 'x', '%27%20or%201=1', '9'.repeat(60)])
    assert.equal(await statusOf(`/track/${missing}`, buyer.headers), 404, missing);
  assert.equal(await statusOf(`/track/${orderId}?link=${'x'.repeat(300)}`, buyer.headers), 422);
});

test('the page shows the way of the order; by the link, its addresses keep the link', async (t) => {
  const { app, db, shop, rows, buyer } = await openShop(t);
  const { orderId } = await insertTestOrder(db, rows);
  const own = await app.inject({ url: `/track/${orderId}`, headers: { ...buyer.headers, ...PAGE } });
  assert.match(own.body, /Arrives Wed 25 Nov/);
  assert.ok(own.body.includes(`data-live="/track/${orderId}" data-sequence="1"`));
  assert.ok(own.body.includes(`action="/orders/${orderId}/cancel"`));
  const path = trackingPath(shop.linkKey, orderId);
  const linked = await app.inject({ url: path, headers: PAGE });
  assert.ok(linked.body.includes(`data-live="${path}"`));
  assert.ok(linked.body.includes(`href="${path.replace('/track/', '/receipt/')}"`));
  assert.ok(!linked.body.includes('/cancel'));
  await moveOrder(db, { orderId, sellerId: null, state: 'cancelled' });
  const ended = await app.inject({ url: `/track/${orderId}`, headers: { ...buyer.headers, ...PAGE } });
  assert.ok(ended.body.includes('This order was cancelled') && !ended.body.includes('live-tracking'));
});

test('live: what there is, each step as it comes, and an end; a reader who comes back hears only what is new', async (t) => {
  const { app, db, rows, buyer } = await openShop(t);
  const { orderId } = await insertTestOrder(db, rows);
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const stream = await fetch(`${origin}/track/${orderId}`, {
    headers: { ...buyer.headers, accept: 'text/event-stream' },
  });
  assert.equal(stream.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const reading = eventsOf(stream);
  assert.deepEqual(await nextEvent(reading), { id: '1', name: undefined, state: 'placed' });
  await moveOrder(db, { orderId, sellerId: null, state: 'packed' });
  assert.deepEqual(await nextEvent(reading), { id: '2', name: undefined, state: 'packed' });

  await moveOrder(db, { orderId, sellerId: null, state: 'shipped' });
  await nextEvent(reading);
  const back = await fetch(`${origin}/track/${orderId}`, {
    headers: { ...buyer.headers, accept: 'text/event-stream', 'last-event-id': '3' },
  });
  const readingAgain = eventsOf(back);
  await moveOrder(db, { orderId, sellerId: null, state: 'delivered' });
  for (const events of [reading, readingAgain]) {
    assert.deepEqual(await nextEvent(events), { id: '4', name: undefined, state: 'delivered' });
    assert.deepEqual(await nextEvent(events), { id: undefined, name: 'end', state: 'delivered' });
    assert.equal((await events.next()).done, true);
  }
});

test('my orders: newest first, with where to follow them; only my own', async (t) => {
  const { app, db, rows, buyer, other } = await openShop(t);
  const first = await insertTestOrder(db, rows, new Date('2026-11-20T10:00:00Z'));
  const second = await insertTestOrder(db, rows, new Date('2026-11-21T10:00:00Z'));
  await indexOrders(
    db,
    [first, second].map(({ orderId, placedAt }) => ({
      orderId,
      userId: rows.buyerId,
      sellerId: rows.sellerId,
      placedAt: placedAt.toISOString(),
      state: 'placed',
      sequence: 1,
    })),
  );
  const mine = (await app.inject({ url: '/me/orders?size=1', headers: buyer.headers })).json();
  assert.deepEqual(mine, {
    items: [
      {
        orderId: second.orderId,
        state: 'placed',
        product: { productId: String(rows.productId), title: 'Aurora wireless charger', image: null },
        price: { amount: 2999, currency: 'USD' },
        placedAt: '2026-11-21T10:00:00.000Z',
        url: `/track/${second.orderId}`,
      },
    ],
    page: 1,
    size: 1,
    total: 2,
  });
  const page = await app.inject({ url: '/me/orders', headers: { ...buyer.headers, ...PAGE } });
  assert.ok(page.body.includes('2 orders') && page.body.includes(`href="/track/${first.orderId}"`));
  const empty = await app.inject({ url: '/me/orders', headers: { ...other.headers, ...PAGE } });
  assert.ok(empty.body.includes('Nothing here yet'));
  assert.equal((await app.inject({ url: '/me/orders' })).statusCode, 401);
  assert.equal(
    (await app.inject({ url: '/me/orders', headers: PAGE })).headers.location,
    '/auth/login?next=%2Fme%2Forders',
  );
  for (const query of ['page=0', 'size=101', 'page=x', 'size=1e9'])
    assert.equal((await app.inject({ url: `/me/orders?${query}`, headers: buyer.headers })).statusCode, 422, query);
});

test('a receipt as JSON, page and PDF', async (t) => {
  const { app, db, rows, buyer } = await openShop(t);
  const { orderId, placedAt } = await insertTestOrder(db, rows);
  const json = await app.inject({ url: `/receipt/${orderId}`, headers: buyer.headers });
  assert.deepEqual(json.json(), {
    receiptNumber: `S${rows.sellerId}-000001`,
    orderId,
    amount: 2999,
    currency: 'USD',
    paidAt: placedAt.toISOString(),
    method: { brand: 'visa', last4: '4242' },
    seller: {
      sellerId: String(rows.sellerId),
      name: 'Lumen & Oak',
      address: '14 Harbour Row\nBristol BS1 5TR',
      taxNumber: 'GB 123 4567 89',
    },
    lines: [{ title: 'Aurora wireless charger', quantity: 1, amount: 2999 }],
    url: `/receipt/${orderId}`,
  });
  const page = await app.inject({ url: `/receipt/${orderId}`, headers: { ...buyer.headers, ...PAGE } });
  for (const words of [
    'Lumen &amp; Oak',
    'Tax included (20%)',
    '$5.00',
    '$24.99',
    '$29.99',
    'paid with Visa ending in 4242',
  ])
    assert.ok(page.body.includes(words), words);
  for (const url of [`/receipt/${orderId}.pdf`, `/receipt/${orderId}?format=pdf`]) {
    const pdf = await app.inject({ url, headers: buyer.headers });
    assert.equal(pdf.headers['content-type'], 'application/pdf');
    assert.equal(pdf.headers['content-disposition'], `inline; filename="receipt-S${rows.sellerId}-000001.pdf"`);
    assert.ok(pdf.rawPayload.subarray(0, 5).equals(Buffer.from('%PDF-')));
  }
});

async function* eventsOf(answer: Response): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
}

async function nextEvent(events: AsyncGenerator<string>): Promise<{ id: unknown; name: unknown; state: unknown }> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) assert.fail('the stream is over');
    const data = /^data: (.*)$/m.exec(value)?.[1];
    if (data)
      return {
        id: /^id: (.*)$/m.exec(value)?.[1],
        name: /^event: (.*)$/m.exec(value)?.[1],
        state: JSON.parse(data).state,
      };
  }
}
