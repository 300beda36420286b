import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Type } from 'typebox';
import { openTestServer, PUBLIC_ORIGIN, signInSomebody } from '../../checks/test-server.ts';
import { html } from '../../lib/html.ts';
import { problem } from '../../lib/problem.ts';
import { callerOf, requireCaller } from './caller.ts';
import { respond } from './negotiate.ts';
import { PageQuery } from './schemas.ts';
import type { App } from './shop.ts';

function routes(app: App): void {
  const thing = {
    params: Type.Object({ thingId: Type.String({ maxLength: 30 }) }),
    querystring: Type.Object({
      ...PageQuery.properties,
      brand: Type.Optional(Type.Array(Type.String(), { maxItems: 3 })),
    }),
  };
  app.get('/things/:thingId', { schema: thing }, (request, reply) =>
    respond(request, reply, {
      json: () => ({ ...request.params, ...request.query, caller: callerOf(request)?.name ?? null }),
      page: () => html`<p>${request.params.thingId}</p>`,
    }),
  );
  const body = Type.Object(
    {
      count: Type.Integer({ minimum: 1, maximum: 1_000 }),
      gift: Type.Optional(Type.Boolean()),
      kind: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
      tags: Type.Optional(Type.Array(Type.String())),
      to: Type.Optional(Type.Object({ city: Type.String() }, { additionalProperties: false })),
    },
    { additionalProperties: false },
  );
  app.post('/things', { schema: { body } }, (request) => request.body);
  app.delete('/things/:thingId', (request) => requireCaller(request, 'seller'));
  app.get('/private', (request) => ({ name: requireCaller(request).name }));
  app.post('/private', (request) => ({ name: requireCaller(request).name }));
  app.get('/broken', () => {
    throw new Error('secret inside');
  });
  app.get('/cut', () => {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
  });
  app.get('/slow', () => {
    throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
  });
  app.get('/limit', () => {
    throw problem('purchase-limit', { limit: 2, retryAfterSeconds: 0.2 });
  });
}

async function open(t: TestContext) {
  const server = await openTestServer(t);
  routes(server.app);
  return server;
}

test('addresses: with and without a slash, converted, defaulted, and the malformed question mark', async (t) => {
  const { app } = await open(t);
  const get = async (url: string) => (await app.inject({ url })).json();
  const plain = { thingId: '7', page: 1, size: 24, caller: null };
  assert.deepEqual(await get('/things/7'), plain);
  assert.deepEqual(await get('/things/7/'), plain);
  assert.deepEqual(await get('/things/7/?page=2?size=10'), { ...plain, page: 2, size: 10 });
  assert.deepEqual(await get('/things/7?brand=one&utm_source=x'), { ...plain, brand: ['one'], utm_source: 'x' });
  assert.deepEqual(await get('/things/7?brand=one&brand=two'), { ...plain, brand: ['one', 'two'] });
});

test('bad addresses are refused by name, never with 500', async (t) => {
  const { app } = await open(t);
  for (const [url, status, pointer] of [
    ['/things/7?size=101', 422, '/query/size'],
    ['/things/7?size=-1', 422, '/query/size'],
    ['/things/7?page=x', 422, '/query/page'],
    ['/things/7?page=1e309', 422, '/query/page'],
    ['/things/7?page=Infinity', 422, '/query/page'],
    ['/things/7?page=-1e309', 422, '/query/page'],
    ['/things/7?page=1&page=2', 422, '/query/page'],
    ['/things/7?brand=1&brand=2&brand=3&brand=4', 422, '/query/brand'],
    ['/things/7?brand=%00', 422, '/query/brand'],
    ['/things/7?brand=a&brand=%ED%A0%80', 422, '/query/brand/1'],
    ['/things/a%00b', 422, '/params/thingId'],
    ['/things/%zz', 422, '/path'],
    ['/things/%ff', 422, '/path'],
    [`/things/${'x'.repeat(40)}`, 422, '/params/thingId'],
    [`/things/${'x'.repeat(400)}`, 404, undefined],
    ['/nothing', 404, undefined],
    ['/things/7/8', 404, undefined],
  ] as const) {
    const answer = await app.inject({ url });
    assert.equal(answer.statusCode, status, `${url} ${answer.body}`);
    assert.equal(answer.json().errors?.[0].pointer, pointer, url);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  }
  const { statusCode, json } = await app.inject({ url: '/things/7?size=0', headers: { accept: '*/*' } });
  assert.equal(statusCode, 422);
  assert.deepEqual(json(), {
    type: '/problems/invalid-input',
    title: json().title,
    status: 422,
    detail: json().detail,
    instance: '/things/7',
    errors: [{ pointer: '/query/size', message: 'must be >= 1' }],
  });
});

test('the page of a form that could not be done leads back to the form', async (t) => {
  const { app } = await open(t);
  const post = async (referer: string): Promise<string | undefined> => {
    const headers = { accept: 'text/html', host: 'shop.example', referer };
    const { body } = await app.inject({ method: 'POST', url: '/things', headers, payload: { count: 'x' } });
    return /href="([^"]*)">Back</.exec(body)?.[1];
  };
  assert.equal(await post('http://shop.example/seller/orders/7?page=2'), '/seller/orders/7?page=2');
  for (const elsewhere of ['http://other.example/things', 'http://shop.example//other.example', 'nowhere', ''])
    assert.equal(await post(elsewhere), undefined, elsewhere);
});

test('JSON is taken at its word; the same from a form is converted by the schema', async (t) => {
  const { app } = await open(t);
  const json = (payload: object) => app.inject({ method: 'POST', url: '/things', payload });
  const form = (payload: string) =>
    app.inject({
      method: 'POST',
      url: '/things',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
      payload,
    });
  assert.deepEqual((await json({ count: 1, gift: true })).json(), { count: 1, gift: true });
  for (const body of [{ count: '1' }, { count: 1.5 }, { count: 1, gift: 'true' }, { count: 1, tags: 'x' }])
    assert.equal((await json(body)).statusCode, 422, JSON.stringify(body));
  const sent = await form('count=3&gift=true&kind=b&tags=one&to.city=F%C3%A8s');
  assert.deepEqual(sent.json(), { count: 3, gift: true, kind: 'b', tags: ['one'], to: { city: 'Fès' } });
  const bad = await form('count=0&kind=c&to.country=MA&x=1');
  assert.deepEqual(
    bad
      .json()
      .errors.map((error: { pointer: string }) => error.pointer)
      .sort(),
    ['/count', '/kind', '/to/city', '/to/country', '/x'],
  );
  assert.match(bad.body, /must be \\"a\\" or \\"b\\"/);
  for (const count of ['%00', '1e309', 'Infinity', '-1e309'])
    assert.equal((await form(`count=${count}`)).statusCode, 422, count);
  assert.equal((await form(`count=1&x=${'x'.repeat(70_000)}`)).statusCode, 413);
});

test('what an address does not understand: 405 with Allow, 415', async (t) => {
  const { app } = await open(t);
  for (const [method, url, allow] of [
    ['PUT', '/things/7/', 'DELETE, GET, HEAD'],
    ['GET', '/things', 'POST'],
    ['PATCH', '/broken?x=1', 'GET, HEAD'],
  ] as const) {
    const answer = await app.inject({ method, url });
    assert.deepEqual([answer.statusCode, answer.headers.allow], [405, allow]);
  }
  const xml = { 'content-type': 'application/xml' };
  const answer = await app.inject({ method: 'POST', url: '/things', headers: xml, payload: '<a/>' });
  assert.deepEqual([answer.statusCode, answer.json().type], [415, '/problems/unsupported-media-type']);
  assert.equal((await app.inject({ method: 'POST', url: '/nothing', headers: xml, payload: '<a/>' })).statusCode, 404);
});

test('faults: named fields, nothing of the inside, and when to come back', async (t) => {
  const { app } = await open(t);
  const limit = await app.inject({ url: '/limit?token=secret' });
  assert.deepEqual([limit.statusCode, limit.json().limit, limit.headers['retry-after']], [409, 2, '1']);
  assert.doesNotMatch(limit.body, /secret/);
  const broken = await app.inject({ url: '/broken' });
  assert.equal(broken.statusCode, 500);
  assert.equal(broken.json().requestId, broken.headers['x-request-id']);
  assert.doesNotMatch(broken.body, /secret inside|at .*\.ts/);
  const cut = await app.inject({ url: '/cut' });
  assert.deepEqual(
    [cut.statusCode, cut.json().type, cut.headers['retry-after']],
    [503, '/problems/database-unavailable', '2'],
  );
  assert.doesNotMatch(cut.body, /10\.0\.0\.7/);
  const slow = await app.inject({ url: '/slow' });
  assert.deepEqual([slow.statusCode, slow.json().type], [503, '/problems/overloaded']);
});

test('browsers get pages: what is wrong, what to do, and the way to sign in', async (t) => {
  const server = await open(t);
  const { app } = server;
  const accept = 'text/html,*/*;q=0.8';
  const missing = await app.inject({ url: '/nothing', headers: { accept } });
  assert.equal(missing.statusCode, 404);
  assert.equal(missing.headers['content-type'], 'text/html; charset=utf-8');
  assert.match(missing.body, /<h1>There is nothing here<\/h1>/);
  assert.equal(missing.headers.vary, 'accept');
  const get = await app.inject({ url: '/private?a=1&b=2', headers: { accept } });
  assert.deepEqual([get.statusCode, get.headers.location], [303, '/auth/login?next=%2Fprivate%3Fa%3D1%26b%3D2']);
  const post = (referer: string) =>
    app.inject({ method: 'POST', url: '/private', headers: { accept, referer, host: 'shop.test' } });
  assert.equal(
    (await post('http://shop.test/things/7/?page=2')).headers.location,
    '/auth/login?next=%2Fthings%2F7%2F%3Fpage%3D2',
  );
  assert.equal((await post('http://evil.test/things/7')).headers.location, '/auth/login');
  assert.equal((await app.inject({ url: '/private' })).statusCode, 401);
  const { browser } = await signInSomebody(server);
  assert.match((await app.inject({ url: '/nothing', headers: browser })).body, /Sign out/);
});

test('callers: by token or cookie, with the role that is needed', async (t) => {
  const server = await open(t);
  const { app } = server;
  const shopper = await signInSomebody(server);
  const seller = await signInSomebody(server, ['shopper', 'seller']);
  assert.equal((await app.inject({ url: '/private', headers: shopper.bearer })).json().name, 'Ada Lovelace');
  assert.equal((await app.inject({ url: '/private', headers: { cookie: shopper.browser.cookie } })).statusCode, 200);
  const remove = (headers: Record<string, string>) => app.inject({ method: 'DELETE', url: '/things/7', headers });
  assert.equal((await remove(shopper.bearer)).json().type, '/problems/forbidden');
  assert.equal((await remove(seller.bearer)).statusCode, 200);
  const invalid = { authorization: 'Bearer nonsense', cookie: shopper.browser.cookie };
  assert.equal((await app.inject({ url: '/private', headers: invalid })).json().type, '/problems/invalid-token');
  assert.equal((await app.inject({ url: '/things/7', headers: invalid })).json().caller, null);
});

test('with the database away public pages go on without the caller, the others say so', async (t) => {
  const server = await open(t);
  const { app } = server;
  const { browser } = await signInSomebody(server);
  const lost = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  server.accounts.lookUp.submit = () => Promise.reject(lost);
  const headers = { cookie: browser.cookie };
  assert.deepEqual((await app.inject({ url: '/things/7', headers })).json().caller, null);
  const denied = await app.inject({ url: '/private', headers });
  assert.deepEqual([denied.statusCode, denied.json().type], [503, '/problems/database-unavailable']);
});

test('every answer carries the security headers, a request id of ours, and is kept by nobody unless it says so', async (t) => {
  const { app } = await open(t);
  const first = await app.inject({ url: '/things/7', headers: { 'x-request-id': 'theirs' } });
  const second = await app.inject({ url: '/nothing' });
  for (const { headers } of [first, second]) {
    assert.match(
      String(headers['content-security-policy']),
      /default-src 'self'.*frame-ancestors 'none'.*http:\/\/pay\.test/,
    );
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'same-origin');
  }
  assert.notEqual(first.headers['x-request-id'], second.headers['x-request-id']);
  assert.notEqual(first.headers['x-request-id'], 'theirs');
  assert.equal(PUBLIC_ORIGIN.startsWith('http:'), first.headers['strict-transport-security'] === undefined);
});

test('what is no HTTP, or has headers without end, is answered on the socket', async (t) => {
  const { app } = await open(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  for (const [sent, status] of [
    ['nonsense\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(50_000)}\r\n\r\n`, 431],
  ] as const) {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8').end(sent);
    const [answer] = await once(socket, 'data');
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} [^]*problem\\+json[^]*"status":${status}`));
  }
});
