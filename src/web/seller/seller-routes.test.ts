import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { insertTestOrder } from '../../checks/test-order.ts';
import { openTestWeb } from '../../checks/test-web.ts';
import { sql } from '../../lib/db.ts';
import { indexOrders, type OrderNews } from '../../modules/orders/index.ts';
import { sellerRoutes } from './seller-routes.ts';

const PAGE = { accept: 'text/html' };
const FORM = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' };
const PRODUCT = {
  title: 'Walnut desk lamp',
  description: 'Warm light.',
  brand: 'Lumen',
  category: ['Home', 'Lamps'],
  price: { amount: 4950, currency: 'USD' },
  stock: 12,
  attributes: { Colour: 'Walnut' },
};

test('a product is offered, changed, hidden and found again by its seller alone', async (t) => {
  const { app, seller, other, buyer } = await openTestWeb(t, sellerRoutes);
  const created = await app.inject({
    method: 'POST',
    url: '/seller/products',
    headers: seller.headers,
    payload: PRODUCT,
  });
  assert.equal(created.statusCode, 201, created.body);
  const { productId, ...product } = created.json();
  assert.deepEqual(
    {
      title: product.title,
      category: product.category,
      price: product.price,
      stock: product.stock,
      status: product.status,
    },
    {
      title: 'Walnut desk lamp',
      category: ['Home', 'Lamps'],
      price: { amount: 4950, currency: 'USD' },
      stock: { state: 'in_stock', available: 12, held: 0, sold: 0 },
      status: 'active',
    },
  );
  const url = `/seller/products/${productId}`;
  const patch = { price: { amount: 5950, currency: 'USD' }, status: 'hidden', brand: null };
  const patched = (await app.inject({ method: 'PATCH', url, headers: seller.headers, payload: patch })).json();
  assert.deepEqual(
    [patched.price.amount, patched.status, patched.brand, patched.title],
    [5950, 'hidden', null, PRODUCT.title],
  );
  assert.equal((await app.inject({ url, headers: seller.headers })).json().price.amount, 5950);
  const list = (await app.inject({ url: '/seller/products?size=1', headers: seller.headers })).json();
  assert.deepEqual([list.total, list.items[0].productId, list.items[0].status], [2, productId, 'hidden']);

  assert.equal((await app.inject({ method: 'PATCH', url, headers: buyer.headers, payload: patch })).statusCode, 403);
  assert.equal((await app.inject({ method: 'PATCH', url, headers: other.headers, payload: patch })).statusCode, 403);
  assert.equal((await app.inject({ method: 'PATCH', url, payload: patch })).statusCode, 401);
  for (const missing of ['999999', 'x', '-1', '%00'])
    assert.ok(
      [404, 422].includes(
        (
          await app.inject({
            method: 'PATCH',
            url: `/seller/products/${missing}`,
            headers: seller.headers,
            payload: patch,
          })
        ).statusCode,
      ),
      missing,
    );
});

test('what is wrong with a product is named by its field, and nothing is written', async (t) => {
  const { app, db, seller } = await openTestWeb(t, sellerRoutes);
  const wrong: [object, string][] = [
    [{ title: '' }, '/title'],
    [{ title: 7 }, '/title'],
    [{ title: 'x'.repeat(301) }, '/title'],
    [{ title: 'a\u0000b' }, '/title'],
    [{ price: { amount: -1, currency: 'USD' } }, '/price/amount'],
    [{ price: { amount: 1.5, currency: 'USD' } }, '/price/amount'],
    [{ price: { amount: 1, currency: 'XQX' } }, '/price/currency'],
    [{ category: [] }, '/category'],
    [{ stock: -1 }, '/stock'],
    [{ stock: 1e300 }, '/stock'],
    [{ gtin: 'abc' }, '/gtin'],
    [{ attributes: { a: 1 } }, '/attributes/a'],
    [{ sellerId: 3 }, '/sellerId'],
  ];
  for (const [part, pointer] of wrong) {
    const answer = await app.inject({
      method: 'POST',
      url: '/seller/products',
      headers: seller.headers,
      payload: { ...PRODUCT, ...part },
    });
    assert.equal(answer.statusCode, 422, `${pointer}: ${answer.body}`);
    assert.equal(answer.json().errors[0].pointer, pointer, answer.body);
  }
  const count = sql('seller_test_products', 'select count(*) as count from product');
  assert.deepEqual(await db.query(count), [{ count: 1 }]);
});

test('the same by the forms of the pages', async (t) => {
  const { app, seller } = await openTestWeb(t, sellerRoutes);
  const headers = { ...seller.headers, ...FORM };
  const fields = {
    title: 'Blue bowl',
    categoryPath: 'Kitchen > Bowls',
    'price.decimal': '1,012.50',
    'price.currency': 'eur',
    stock: '3',
    attributeLines: 'Colour: Blue\r\nNote: oven: yes',
    brand: '',
  };
  const created = await app.inject({
    method: 'POST',
    url: '/seller/products',
    headers,
    payload: new URLSearchParams(fields).toString(),
  });
  assert.equal(created.statusCode, 303, created.body);
  const url = String(created.headers.location);
  const product = (await app.inject({ url, headers: seller.headers })).json();
  assert.deepEqual(product.price, { amount: 101250, currency: 'EUR' });
  assert.deepEqual(product.category, ['Kitchen', 'Bowls']);
  assert.deepEqual(product.attributes, { Colour: 'Blue', Note: 'oven: yes' });
  assert.deepEqual([product.brand, product.description, product.stock.available], [null, '', 3]);

  const page = await app.inject({ url, headers: { ...seller.headers, ...PAGE } });
  assert.ok(page.body.includes('value="1012.50"') && page.body.includes('value="Kitchen &gt; Bowls"'));
  const bad = await app.inject({
    method: 'POST',
    url,
    headers,
    payload: new URLSearchParams({ ...fields, stock: '', 'price.decimal': '1.234' }).toString(),
  });
  assert.equal(bad.statusCode, 422);
  for (const path of ['/seller', '/seller/products', '/seller/products/new', '/seller/orders'])
    assert.equal((await app.inject({ url: path, headers: { ...seller.headers, ...PAGE } })).statusCode, 200, path);
});

test('stock goes up and down, and never below what is held or sold', async (t) => {
  const { app, seller } = await openTestWeb(t, sellerRoutes);
  const { productId } = (
    await app.inject({ method: 'POST', url: '/seller/products', headers: seller.headers, payload: PRODUCT })
  ).json();
  const change = async (payload: object) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/seller/products/${productId}/stock`,
      headers: seller.headers,
      payload,
    });
    return [answer.statusCode, answer.json()];
  };
  assert.deepEqual(await change({ change: 5, note: 'delivery' }), [200, { available: 17, held: 0, sold: 0 }]);
  assert.deepEqual(await change({ change: -17 }), [200, { available: 0, held: 0, sold: 0 }]);
  const [status, taken] = await change({ change: -1 });
  assert.deepEqual([status, taken.type, taken.available], [409, '/problems/stock-taken', 0]);
  for (const bad of [{ change: '5' }, { change: 0.5 }, {}, { change: 1e12 }, { change: 1, more: 1 }])
    assert.equal((await change(bad))[0], 422, JSON.stringify(bad));
});

test('a picture as bytes and by the form; what is none is refused', async (t) => {
  const { app, seller, rows } = await openTestWeb(t, sellerRoutes);
  const url = `/seller/products/${rows.productId}/pictures`;
  const png = await sharp({ create: { width: 80, height: 60, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const post = (payload: Buffer, type: string) =>
    app.inject({ method: 'POST', url, headers: { ...seller.headers, 'content-type': type }, payload });
  const added = await post(png, 'image/png');
  assert.equal(added.statusCode, 201, added.body);
  assert.match(added.json().url, /^\/media\/[0-9a-f]{32}-1200\.webp$/);

  const form = new FormData();
  form.set('picture', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'lamp.png');
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  assert.equal((await post(body, encoded.headers.get('content-type') ?? '')).statusCode, 201);
  assert.equal(
    (await app.inject({ url: `/seller/products/${rows.productId}`, headers: seller.headers })).json().images.length,
    1,
  );

  assert.equal((await post(Buffer.from('no picture'), 'image/png')).statusCode, 422);
  assert.equal((await post(Buffer.alloc(0), 'image/png')).statusCode, 422);
  assert.equal((await post(Buffer.from('broken'), 'multipart/form-data; boundary=x')).statusCode, 422);
  assert.equal((await post(Buffer.from('{}'), 'application/json')).statusCode, 415);
  assert.equal((await post(Buffer.from('GIF89a'), 'image/gif')).statusCode, 415);
  assert.equal((await post(Buffer.alloc(10 * 1024 * 1024 + 1), 'image/png')).statusCode, 413);
});

test('orders are listed, moved on by their seller alone, and never by a step that the table does not allow', async (t) => {
  const { app, db, rows, seller, other, buyer } = await openTestWeb(t, sellerRoutes);
  const { orderId, placedAt } = await insertTestOrder(db, rows);
  const news: OrderNews = {
    orderId,
    userId: rows.buyerId,
    sellerId: rows.sellerId,
    placedAt: placedAt.toISOString(),
    state: 'placed',
    sequence: 1,
  };
  await indexOrders(db, [news]);
  const list = (await app.inject({ url: '/seller/orders?state=placed', headers: seller.headers })).json();
  assert.deepEqual([list.total, list.items[0].orderId], [1, orderId]);
  assert.equal((await app.inject({ url: '/seller/orders?state=packed', headers: seller.headers })).json().total, 0);
  assert.equal((await app.inject({ url: '/seller/orders?state=lost', headers: seller.headers })).statusCode, 422);

  const report = async (payload: object, headers: Record<string, string> = seller.headers) => {
    const answer = await app.inject({ method: 'POST', url: `/seller/orders/${orderId}/events`, headers, payload });
    return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json() };
  };
  const early = await report({ state: 'delivered' });
  assert.deepEqual([early.status, early.body.state, early.body.allowed], [409, 'placed', ['packed']]);
  assert.equal((await report({ state: 'cancelled' })).status, 409);
  assert.equal((await report({ state: 'gone' })).status, 422);
  assert.equal((await report({ state: 'packed', carrier: 'x'.repeat(61) })).status, 422);
  assert.equal((await report({ state: 'packed' }, buyer.headers)).status, 403);
  assert.equal((await report({ state: 'packed' }, other.headers)).status, 403);

  assert.equal((await report({ state: 'packed' })).status, 201);
  const shipped = await report({ state: 'shipped', carrier: 'Caravan', trackingNumber: 'CP1', place: 'Leeds' });
  assert.deepEqual(
    [shipped.status, shipped.body.state, shipped.body.delivery.carrier, shipped.body.events.length],
    [201, 'shipped', 'Caravan', 3],
  );
  const pages = ['/seller', '/seller/orders', `/seller/orders/${orderId}`];
  for (const url of pages) {
    const page = await app.inject({ url, headers: { ...seller.headers, ...PAGE } });
    assert.ok(page.statusCode === 200 && page.body.includes('Aurora wireless charger'), url);
  }
  const byForm = await report('state=out_for_delivery' as never, { ...seller.headers, ...FORM });
  assert.equal(byForm.status, 303);
  assert.equal(
    (await app.inject({ url: `/seller/orders/${orderId}`, headers: seller.headers })).json().state,
    'out_for_delivery',
  );
});

test('another seller’s order and product do not exist', async (t) => {
  const { app, db, rows, other } = await openTestWeb(t, sellerRoutes);
  const { orderId } = await insertTestOrder(db, rows);
  await db.query(sql('seller_test_other', `insert into seller (user_id, slug, name) values ($1, 'other', 'Other')`), [
    other.userId,
  ]);
  const { productId } = rows;
  const asks: ['GET' | 'POST' | 'PATCH', string, object?][] = [
    ['GET', `/seller/products/${productId}`],
    ['PATCH', `/seller/products/${productId}`, { title: 'Mine' }],
    ['POST', `/seller/products/${productId}/stock`, { change: 5 }],
    ['GET', `/seller/orders/${orderId}`],
    ['POST', `/seller/orders/${orderId}/events`, { state: 'packed' }],
    ['POST', `/seller/orders/${orderId}/events`, { state: 'cancelled' }],
  ];
  for (const [method, url, payload] of asks) {
    const answer = await app.inject({ method, url, headers: other.headers, ...(payload ? { payload } : {}) });
    assert.equal(answer.statusCode, 404, `${method} ${url}`);
  }
  assert.equal((await app.inject({ url: '/seller/orders', headers: other.headers })).json().total, 0);
});
