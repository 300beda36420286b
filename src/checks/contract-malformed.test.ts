// What is not right is refused with a problem document: never a fault of ours, never a changed row.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Check } from 'typebox/schema';
import { assertRefused, BODIES, rowsOf, whoCan } from './contract-bodies.ts';
import { type ContractClient, injected, openContractClient } from './contract-client.ts';
import { CONTRACT } from './contract-routes.ts';
import { type JsonSchema, routesOf } from './open-api-document.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const NASTY: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  ' ',
  'x'.repeat(25_000),
  'not this',
  'a\0b',
  '\ud800',
  'a\u0007b',
  '\u202eabc',
  '9'.repeat(30),
  '2026-12-31T23:59:60Z',
  '0000-01-01T00:00:00Z',
  [],
  [null],
  {},
  { $gt: '' },
  { constructor: { prototype: 1 } },
];

type Sent = { route: string; body: Record<string, unknown>; what: string };

test('bodies that are not right, field by field', async (t) => {
  const client = await openContractClient(t);
  const before = await rowsOf(client.shop.db);
  const allowed: Sent[] = [];
  let refusals = 0;
  for (const [route, right] of Object.entries(BODIES)) {
    const schema = routesOf(client.document).get(route)?.requestBody?.content['application/json']?.schema;
    assert.ok(schema && Check(schema, right), `the right body of ${route} is not right`);
    for (const sent of spoilt(route, right)) {
      if (!isWrong(schema, sent.body)) {
        allowed.push(sent);
        continue;
      }
      await assertRefused(client, [422], route, requestOf(client, sent), sent.what);
      refusals++;
    }
    for (const body of [{ ...right, isAdmin: true }, '{"__proto__": {"isAdmin": true}}'])
      await assertRefused(client, [422], route, { ...requestOf(client, { route }), body }, 'an unknown field');
  }
  assert.ok(refusals > 500, `only ${refusals} were refused`);
  assert.deepEqual(await rowsOf(client.shop.db), before);
  for (const sent of allowed) {
    const response = await client.app.inject(injected(sent.route, requestOf(client, sent)));
    assert.ok(response.statusCode < 500, `${sent.route} with ${sent.what} answered ${response.body.slice(0, 300)}`);
  }
});

function requestOf(client: ContractClient, { route, body }: { route: string; body?: unknown }) {
  return { as: whoCan(client, route), params: { productId: String(client.productId) }, body };
}

/** The body with each of its fields, at any depth, exchanged for each nasty value or left out. */
function spoilt(route: string, right: Record<string, unknown>): Sent[] {
  return pathsOf(right).flatMap((path) =>
    [undefined, ...NASTY].map((value) => ({
      route,
      body: changedAt(right, path, value),
      what: `${path.join('.')} = ${JSON.stringify(value)?.slice(0, 60)}`,
    })),
  );
}

function pathsOf(value: object): string[][] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return [[name], ...(isObject ? pathsOf(inner).map((path) => [name, ...path]) : [])];
  });
}

function changedAt(body: object, path: string[], value: unknown): Record<string, unknown> {
  const [first = '', ...rest] = path;
  const fields = { ...body } as Record<string, unknown>;
  fields[first] = rest.length === 0 ? value : changedAt(fields[first] as object, rest, value);
  return fields;
}

/** What the document itself does not allow, and text that cannot be kept. */
function isWrong(schema: JsonSchema, body: unknown): boolean {
  const text = JSON.stringify(body);
  return !Check(schema, JSON.parse(text)) || /\\u0000|\\ud800/.test(text);
}

test('bodies that are no bodies: empty, no JSON, deep, long, of another kind', async (t) => {
  const client = await openContractClient(t);
  const before = await rowsOf(client.shop.db);
  const deep = [`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, '['.repeat(10_000), '[[[[]]]]'];
  const broken = ['', 'null', '[]', '7', '"text"', '{', '{"a":1}x', '\ufeff{}', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])];
  const long = JSON.stringify({ text: 'x'.repeat(1024 * 1024 - 100) });
  for (const route of Object.keys(BODIES)) {
    const request = requestOf(client, { route });
    for (const body of [...broken, ...deep])
      await assertRefused(client, [422], route, { ...request, body, headers: JSON_TYPE }, String(body));
    await assertRefused(client, [413], route, { ...request, body: long }, 'a megabyte');
    for (const kind of ['text/plain', 'application/xml', 'image/png', 'application/jsonx'])
      await assertRefused(client, [415], route, { ...request, body: '{}', headers: { 'content-type': kind } }, kind);
  }
  assert.deepEqual(await rowsOf(client.shop.db), before);
});

const BAD_IDS = [
  '0',
  '-1',
  '1.5',
  'abc',
  '9007199254740993',
  '9'.repeat(20),
  '%00',
  '%ED%A0%80',
  '%FF',
  '9'.repeat(500),
  '%',
];
const BAD_PAGES = [
  'page=0',
  'page=-1',
  'page=1e99',
  'page=1e309',
  'page=x',
  'page=1.5',
  'page=1&page=2',
  'size=0',
  'size=101',
  'size=',
];
const BAD_QUERIES: Readonly<Record<string, readonly string[]>> = {
  'GET /me/orders': BAD_PAGES,
  'GET /seller/orders': [...BAD_PAGES, 'state=lost'],
  'GET /seller/ledger': BAD_PAGES,
  'GET /product/{productId}': ['pagination=0', 'pagination=x', 'size=-5', 'size=1000', 'pagination=0?size=1'],
  'GET /search': [
    ...BAD_PAGES,
    'brand=%00',
    'brand=%ED%A0%80',
    'brand=a%FFb',
    'sort=cheapest',
    'min_price=-1',
    'max_price=1e30',
    'min_rating=9',
    'in_stock=perhaps',
    `brand=${'b'.repeat(400)}`,
    'brand=b&'.repeat(30),
  ],
};

test('addresses that are not right', async (t) => {
  const client = await openContractClient(t);
  const before = await rowsOf(client.shop.db);
  for (const route of CONTRACT.filter((one) => one.includes('{') && !one.endsWith('/pictures')))
    for (const id of BAD_IDS) {
      const params = { productId: id, orderId: id, reservationId: id, paymentId: id };
      const request = { ...requestOf(client, { route, body: BODIES[route] }), params };
      await assertRefused(client, [404, 422], route, request, id);
    }
  for (const [route, queries] of Object.entries(BAD_QUERIES))
    for (const query of queries)
      await assertRefused(client, [422], route, { ...requestOf(client, { route }), query: `?${query}` }, query);
  assert.deepEqual(await rowsOf(client.shop.db), before);
});
