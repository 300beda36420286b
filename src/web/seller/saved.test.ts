import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { insertTestOrder } from '../../checks/test-order.ts';
import { openTestWeb } from '../../checks/test-web.ts';
import { sellerRoutes } from './seller-routes.ts';

const PAGE = { accept: 'text/html' };
const FORM = { ...PAGE, 'content-type': 'application/x-www-form-urlencoded' };
const FIELDS = {
  title: 'Oak shelf',
  categoryPath: 'Home > Shelves',
  'price.decimal': '129.00',
  'price.currency': 'USD',
};
const SAID = /<div class="notice notice-good" role="status">(.*?)<\/div>/;

test('each form of a seller is answered by a page that says what was saved', async (t) => {
  const { app, db, rows, seller } = await openTestWeb(t, sellerRoutes);
  const open = (url: string) => app.inject({ url, headers: { ...seller.headers, ...PAGE } });
  const said = async (url: string, payload: string | Buffer, type = FORM['content-type']): Promise<string> => {
    const headers = { ...seller.headers, ...PAGE, 'content-type': type };
    const sent = await app.inject({ method: 'POST', url, headers, payload });
    assert.equal(sent.statusCode, 303, sent.body);
    const page = await open(String(sent.headers.location));
    assert.equal(page.statusCode, 200, page.body);
    return SAID.exec(page.body)?.[1] ?? '';
  };
  const formOf = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

  const offered = formOf({ ...FIELDS, stock: '4' });
  assert.equal(await said('/seller/products', offered), 'Your product is on sale. Shoppers find it within a second.');
  const product = `/seller/products/${rows.productId}`;
  const changed = { ...FIELDS, status: 'active' };
  assert.equal(await said(product, formOf(changed)), 'Saved. Shoppers see it within a second.');
  const hidden = { ...FIELDS, status: 'hidden' };
  assert.equal(await said(product, formOf(hidden)), 'Saved. Shoppers do not see this product.');
  const { available } = (await app.inject({ url: product, headers: seller.headers })).json().stock;
  assert.equal(
    await said(`${product}/stock`, 'change=1200'),
    `The stock is changed: ${(available + 1200).toLocaleString('en-US')} available now.`,
  );
  const opensAt = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  const drop = formOf({ opensAt, mode: 'line', perCustomerLimit: '1', holdSeconds: '600' });
  assert.match(await said(`${product}/drop`, drop), /^The drop is saved\. It opens on <time .*UTC<\/time>\.$/);
  const png = await sharp({ create: { width: 8, height: 6, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  assert.equal(await said(`${product}/pictures`, png, 'image/png'), 'The picture is added.');

  const { orderId } = await insertTestOrder(db, rows);
  const order = `/seller/orders/${orderId}`;
  assert.equal(await said(`${order}/events`, 'state=packed'), 'Reported: Packed. The buyer sees it now.');

  for (const quiet of [product, order]) assert.doesNotMatch((await open(quiet)).body, SAID);
  assert.equal((await open(`${product}?saved=all`)).statusCode, 422);
});
