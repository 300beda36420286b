import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestWeb } from '../../checks/test-web.ts';
import { sellerRoutes } from './seller-routes.ts';

const FORM = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' };
const GOOD = {
  title: 'Oak shelf',
  description: 'Three boards.',
  categoryPath: 'Home > Shelves',
  'price.decimal': '129.00',
  'price.currency': 'USD',
  attributeLines: 'Wood: Oak',
};

function formOf(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}

test('a form that was filled in wrongly comes back as it was, and nothing is written', async (t) => {
  const { app, seller } = await openTestWeb(t, sellerRoutes);
  const headers = { ...seller.headers, ...FORM };
  const post = (url: string, fields: Record<string, string>) =>
    app.inject({ method: 'POST', url, headers, payload: formOf(fields) });

  const cases: [string, Record<string, string>, RegExp][] = [
    ['a price that is none', { 'price.decimal': 'cheap' }, /id="field-price-decimal-error">must be an amount/],
    ['a line without a colon', { attributeLines: 'Oak' }, /id="field-attributeLines-error">must have a name/],
    ['no category', { categoryPath: ' > ' }, /id="field-categoryPath-error">/],
    ['no number of units', { stock: 'many' }, /id="field-stock-error">/],
  ];
  for (const [what, wrong, error] of cases) {
    const fields = { ...GOOD, stock: '4', ...wrong };
    const answer = await post('/seller/products', fields);
    assert.equal(answer.statusCode, 422, what);
    assert.match(answer.body, error, what);
    for (const value of Object.values(fields)) assert.ok(answer.body.includes(value.replace('>', '&gt;')), what);
  }
  const list = await app.inject({ url: '/seller/products', headers: seller.headers });
  assert.equal(list.json().items.filter((item: { title: string }) => item.title === GOOD.title).length, 0);

  const created = await post('/seller/products', { ...GOOD, stock: '4' });
  assert.equal(created.statusCode, 303);
  const own = String(created.headers.location).replace(/\?.*/, '');

  const renamed = await post(own, { ...GOOD, title: 'Ash shelf', 'price.decimal': '-1', status: 'hidden' });
  assert.equal(renamed.statusCode, 422);
  assert.match(renamed.body, /value="Ash shelf"/);
  assert.match(renamed.body, /<option value="hidden" selected>/);

  const taken = await post(`${own}/stock`, { change: '-9', note: 'broken' });
  assert.equal(taken.statusCode, 409);
  // Above all forms: on a phone this one lies more than a screen below.
  assert.match(taken.body, /role="alert"><strong>So many units are not there[\s\S]*<h2>What it is[\s\S]*id="stock"/);
  assert.match(taken.body, /value="-9"[\s\S]*value="broken"/);

  const never = await post(`${own}/drop`, { opensAt: '', mode: 'line', perCustomerLimit: '3', holdSeconds: '90' });
  assert.equal(never.statusCode, 422);
  assert.match(never.body, /id="field-opensAt-error">/);
  assert.match(never.body, /name="holdSeconds"[^>]*value="90"/);
});

test('somebody else’s product, and nobody signed in, get no form', async (t) => {
  const { app, seller, other } = await openTestWeb(t, sellerRoutes);
  const create = { method: 'POST', url: '/seller/products', payload: formOf({ ...GOOD, stock: '4' }) } as const;
  const created = await app.inject({ ...create, headers: { ...seller.headers, ...FORM } });
  const url = `${String(created.headers.location).replace(/\?.*/, '')}/stock`;
  const payload = formOf({ change: 'x' });
  const notTheirs = await app.inject({ method: 'POST', url, payload, headers: { ...other.headers, ...FORM } });
  assert.doesNotMatch(notTheirs.body, /Oak shelf/);
  const nobody = await app.inject({ method: 'POST', url, payload, headers: FORM });
  assert.doesNotMatch(nobody.body, /Oak shelf/);
});
