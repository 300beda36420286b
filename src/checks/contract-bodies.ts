// What each promised route wants, who may ask, and what a refusal looks like.
import assert from 'node:assert/strict';
import { type Database, sql } from '../lib/db.ts';
import { type ContractClient, injected, type Request } from './contract-client.ts';
import { ADDRESS } from './fixtures.ts';
import { assertProblem } from './open-api-document.ts';
import type { Person } from './test-shop.ts';

/** A right body of each route that takes one, as far as its schema goes. */
export const BODIES: Readonly<Record<string, Record<string, unknown>>> = {
  'POST /auth/register': { email: 'a@example.com', password: 'correct horse battery', name: 'Ada' },
  'POST /auth/login': { email: 'a@example.com', password: 'correct horse battery' },
  'POST /auth/refresh': { refreshToken: 'unknown' },
  'PUT /me/address': { ...ADDRESS, line2: 'Flat 2', region: 'Fes-Meknes' },
  'POST /product/purchase': { productId: '1' },
  'POST /product/payment': { productId: '1', paymentDetails: { token: 'tok_visa', shippingAddress: ADDRESS } },
  'POST /product/{productId}/reviews': { rating: 5, title: 'Good', body: 'Very.' },
  'POST /seller/products': {
    title: 'Lamp',
    description: 'A lamp.',
    brand: 'Lumen',
    category: ['Home'],
    price: { amount: 100, currency: 'USD' },
    stock: 1,
    attributes: { Colour: 'Red' },
    gtin: '4006381333931',
  },
  'PATCH /seller/products/{productId}': { title: 'Lamp', price: { amount: 1, currency: 'USD' }, status: 'active' },
  'POST /seller/products/{productId}/stock': { change: 1, note: 'found' },
  'PUT /seller/products/{productId}/drop': {
    opensAt: '2026-01-01T00:00:00Z',
    mode: 'open',
    perCustomerLimit: 1,
    holdSeconds: 60,
  },
  'POST /seller/orders/{orderId}/events': {
    state: 'packed',
    carrier: 'C',
    trackingNumber: 'T',
    note: 'n',
    place: 'p',
  },
  'POST /seller/orders/{orderId}/refund': { reason: 'broken' },
};

export function wellMeant(route: string): Request {
  if (route.endsWith('/pictures')) return { body: Buffer.from('no picture'), headers: { 'content-type': 'image/png' } };
  return { body: BODIES[route] };
}

export function whoCan({ people }: ContractClient, route: string): Person {
  if (route.includes(' /seller/')) return people.seller;
  return route.includes(' /operator/') ? people.operator : people.buyer;
}

/** Sends, and wants a problem document with one of the statuses; says what was sent where it is none. */
export async function assertRefused(
  client: ContractClient,
  statuses: readonly number[],
  route: string,
  request: Request,
  what: string,
): Promise<void> {
  const response = await client.app.inject(injected(route, request));
  const said = `${route} with ${what.slice(0, 120)} answered ${response.statusCode}: ${response.body.slice(0, 400)}`;
  assert.ok(statuses.includes(response.statusCode), said);
  assertProblem(response, said);
}

/** One sum a table over all that is in it: what was refused must have left no trace. */
export async function rowsOf(db: Database): Promise<{ name: string; sum: string }[]> {
  const names = sql('checks_tables', "select tablename as name from pg_tables where schemaname = 'public' order by 1");
  const sums = (await db.query<{ name: string }>(names)).map(
    ({ name }) =>
      `select '${name}' as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from ${name} t`,
  );
  return db.query(sql('checks_rows', `${sums.join(' union all ')} order by name`));
}
