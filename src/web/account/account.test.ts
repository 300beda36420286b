import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openTestServer, PASSWORD, PUBLIC_ORIGIN, signInSomebody, type TestServer } from '../../checks/test-server.ts';
import { accountRoutes } from './routes.ts';

const ADA = { email: 'ada@example.com', password: PASSWORD, name: 'Ada Lovelace' };
const ADDRESS = { name: 'Ada', line1: '1 Way', city: 'London', postalCode: 'N1', country: 'GB' };
const PAGE = { accept: 'text/html', 'sec-fetch-site': 'same-origin' };

async function open(t: TestContext): Promise<TestServer> {
  const server = await openTestServer(t);
  accountRoutes(server.app, server);
  return server;
}

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const FORM = { ...PAGE, 'content-type': 'application/x-www-form-urlencoded' };

test('register, look, sign out: the JSON way', async (t) => {
  const { app } = await open(t);
  const registered = await app.inject({ method: 'POST', url: '/auth/register', payload: ADA });
  assert.equal(registered.statusCode, 201, registered.body);
  assert.equal(registered.headers['cache-control'], 'no-store');
  const { user, accessToken, expiresAt, refreshToken } = registered.json();
  assert.deepEqual(user, { userId: user.userId, email: ADA.email, name: ADA.name, roles: ['shopper'] });
  assert.match(user.userId, /^\d+$/);
  assert.ok(Date.parse(expiresAt) > Date.now() && refreshToken.length === 43);
  const [cookie] = registered.cookies;
  assert.deepEqual(
    { ...cookie, value: cookie?.value.length },
    { name: 'souk_session', value: 43, path: '/', httpOnly: true, sameSite: 'Lax', maxAge: 30 * 24 * 3600 },
  );

  const authorization = `Bearer ${accessToken}`;
  const me = await app.inject({ url: '/me/', headers: { authorization } });
  assert.deepEqual(me.json(), { ...user, address: null });
  assert.equal(me.headers.vary, 'accept');

  const signedOut = await app.inject({ method: 'POST', url: '/auth/logout', headers: { authorization } });
  assert.deepEqual([signedOut.statusCode, signedOut.body], [204, '']);
  assert.equal(signedOut.cookies[0]?.value, '');
  const after = await app.inject({ url: '/me', headers: { authorization } });
  assert.deepEqual([after.statusCode, after.json().type], [401, '/problems/invalid-token']);
  assert.match(String(after.headers['www-authenticate']), /^Bearer .*invalid_token/);
  const byCookie = await app.inject({ url: '/me', cookies: { souk_session: cookie?.value ?? '' } });
  assert.equal(byCookie.json().type, '/problems/sign-in-required');
  const refreshed = await app.inject({ method: 'POST', url: '/auth/refresh', payload: { refreshToken } });
  assert.equal(refreshed.json().type, '/problems/invalid-token');
});

test('signing out without being signed in is done already', async (t) => {
  const { app } = await open(t);
  assert.equal((await app.inject({ method: 'POST', url: '/auth/logout' })).statusCode, 204);
});

test('sign in and refresh; a spent refresh token ends the session', async (t) => {
  const { app } = await open(t);
  await app.inject({ method: 'POST', url: '/auth/register', payload: ADA });
  const credentials = { email: 'ADA@example.com', password: PASSWORD };
  const signedIn = await app.inject({ method: 'POST', url: '/auth/login', payload: credentials });
  assert.equal(signedIn.statusCode, 200, signedIn.body);
  assert.equal(signedIn.cookies.length, 1);
  const { refreshToken } = signedIn.json();
  const refreshed = await app.inject({ method: 'POST', url: '/auth/refresh', payload: { refreshToken } });
  assert.equal(refreshed.statusCode, 200);
  assert.deepEqual(refreshed.json().user, signedIn.json().user);
  const again = await app.inject({ method: 'POST', url: '/auth/refresh', payload: { refreshToken } });
  assert.deepEqual([again.statusCode, again.json().type], [401, '/problems/invalid-token']);
  const authorization = `Bearer ${refreshed.json().accessToken}`;
  assert.equal((await app.inject({ url: '/me', headers: { authorization } })).statusCode, 401);
});

test('e-mail taken, wrong password, nobody there', async (t) => {
  const { app } = await open(t);
  await app.inject({ method: 'POST', url: '/auth/register', payload: ADA });
  const taken = await app.inject({
    method: 'POST',
    url: '/auth/register',
    payload: { ...ADA, email: 'Ada@Example.com' },
  });
  assert.deepEqual([taken.statusCode, taken.json().type], [409, '/problems/email-taken']);
  assert.match(String(taken.headers['content-type']), /^application\/problem\+json\b/);
  const wrong = await app.inject({
    method: 'POST',
    url: '/auth/login',
    payload: { email: ADA.email, password: 'wrong' },
  });
  const nobody = await app.inject({
    method: 'POST',
    url: '/auth/login',
    payload: { email: 'x@y.org', password: 'wrong' },
  });
  assert.equal(wrong.statusCode, 401);
  assert.equal(wrong.body, nobody.body);
  assert.deepEqual(wrong.cookies, []);
});

test('too much work on passwords is 503 with Retry-After', async (t) => {
  const server = await openTestServer(t);
  const busy = { hash: async () => ({ kind: 'busy' }) as const, verify: async () => ({ kind: 'busy' }) as const };
  accountRoutes(server.app, { ...server, accounts: { ...server.accounts, passwords: busy } });
  for (const [url, payload] of [
    ['/auth/register', ADA],
    ['/auth/login', { email: ADA.email, password: PASSWORD }],
  ] as const) {
    const { statusCode, headers } = await server.app.inject({ method: 'POST', url, payload });
    assert.deepEqual([statusCode, headers['retry-after']], [503, '2']);
  }
});

test('one client that keeps trying is slowed down, others are not', async (t) => {
  const server = await openTestServer(t);
  accountRoutes(server.app, server, { requestsPerMinute: 60, burst: 3 });
  const login = (remoteAddress: string) =>
    server.app.inject({ method: 'POST', url: '/auth/refresh', payload: { refreshToken: 'x' }, remoteAddress });
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await login('192.0.2.1')).statusCode);
  assert.deepEqual(statuses, [401, 401, 401, 429]);
  assert.equal((await login('192.0.2.1')).headers['retry-after'], '1');
  assert.equal((await login('192.0.2.2')).statusCode, 401);
});

test('the browser way: forms, redirects, and nothing but the cookie', async (t) => {
  const { app } = await open(t);
  const page = await app.inject({ url: '/auth/register?next=%2Fproduct%2F4711%2F%3Fpagination%3D2', headers: PAGE });
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  assert.match(page.body, /action="\/auth\/register\?next=%2Fproduct%2F4711%2F%3Fpagination%3D2"/);
  const registered = await app.inject({
    method: 'POST',
    url: '/auth/register?next=%2Fproduct%2F4711%2F%3Fpagination%3D2',
    headers: FORM,
    payload: form(ADA),
  });
  assert.deepEqual([registered.statusCode, registered.headers.location], [303, '/product/4711/?pagination=2']);
  const cookie = `souk_session=${registered.cookies[0]?.value}`;
  const me = await app.inject({ url: '/me', headers: { ...PAGE, cookie } });
  assert.equal(me.statusCode, 200);
  assert.match(me.body, /Ada Lovelace/);
  assert.match(me.body, /<option value="MA">Morocco<\/option>/);

  const bad = await app.inject({
    method: 'POST',
    url: '/me/address',
    headers: { ...FORM, cookie },
    payload: form({ ...ADDRESS, city: '', country: 'XX' }),
  });
  assert.equal(bad.statusCode, 422);
  assert.match(bad.body, /City: is required/);
  assert.match(bad.body, /value="1 Way"/);
  const saved = await app.inject({
    method: 'POST',
    url: '/me/address',
    headers: { ...FORM, cookie },
    payload: form({ ...ADDRESS, line2: '' }),
  });
  assert.deepEqual([saved.statusCode, saved.headers.location], [303, '/me?saved=address']);
  const again = await app.inject({ url: '/me?saved=address', headers: { ...PAGE, cookie } });
  assert.match(again.body, /Your address is saved/);
  assert.match(again.body, /value="1 Way"/);

  const out = await app.inject({ method: 'POST', url: '/auth/logout', headers: { ...FORM, cookie }, payload: '' });
  assert.deepEqual([out.statusCode, out.headers.location], [303, '/']);
  const gone = await app.inject({ url: '/me', headers: { ...PAGE, cookie } });
  assert.deepEqual([gone.statusCode, gone.headers.location], [303, '/auth/login?next=%2Fme']);
});

test('a form that is wrong comes back with what was typed, but for the password', async (t) => {
  const { app } = await open(t);
  const post = (url: string, fields: Record<string, string>) =>
    app.inject({ method: 'POST', url, headers: FORM, payload: form(fields) });
  const short = await post('/auth/register?next=/x', { email: 'ada@example.com', password: 'short', name: '<b>Ada' });
  assert.equal(short.statusCode, 422);
  assert.match(short.body, /value="&lt;b&gt;Ada"/);
  assert.match(short.body, /Password: must not have fewer than 8 characters/);
  assert.match(short.body, /next=%2Fx/);
  assert.doesNotMatch(short.body, /value="short"/);
  const all = await post('/auth/register', {});
  for (const field of ['E-mail', 'Password', 'Name']) assert.match(all.body, new RegExp(`${field}: is required`));
  const malformed = await post('/auth/register', { ...ADA, email: 'ada at home' });
  assert.match(malformed.body, /E-mail: must be an e-mail address/);
  const wrong = await post('/auth/login', { email: ADA.email, password: 'wrong' });
  assert.equal(wrong.statusCode, 401);
  assert.match(wrong.body, /E-mail or password is wrong/);
  assert.match(wrong.body, /value="ada@example.com"/);
});

test('PUT /me/address: the same for the API, by bearer or cookie', async (t) => {
  const server = await open(t);
  const { bearer, cookie } = await signInSomebody(server);
  const put = (headers: Record<string, string>, payload: object) =>
    server.app.inject({ method: 'PUT', url: '/me/address', headers, payload });
  const saved = await put(bearer, { ...ADDRESS, region: 'Greater London' });
  assert.deepEqual([saved.statusCode, saved.json()], [200, { ...ADDRESS, region: 'Greater London' }]);
  assert.equal((await put({ cookie: `souk_session=${cookie}` }, ADDRESS)).statusCode, 200);
  const me = await server.app.inject({ url: '/me', headers: bearer });
  assert.deepEqual(me.json().address, ADDRESS);
  assert.equal((await put({}, ADDRESS)).json().type, '/problems/sign-in-required');
  const foreign = await put({ cookie: `souk_session=${cookie}`, 'sec-fetch-site': 'cross-site' }, ADDRESS);
  assert.deepEqual([foreign.statusCode, foreign.json().type], [403, '/problems/cross-origin']);
});

test('after signing in nobody is sent to another site', async (t) => {
  const { app } = await open(t);
  await app.inject({ method: 'POST', url: '/auth/register', payload: ADA });
  for (const next of [
    'https://evil.test/',
    '//evil.test/',
    '/\\evil.test/',
    '/\t/evil.test/',
    '\\/evil.test',
    'javascript:alert(1)',
    '/x/..//evil.test/',
    '/.//evil.test',
    'me',
    '/auth/logout',
    '/%0d%0aSet-Cookie:x=1\r\nx: y',
  ]) {
    const { statusCode, headers } = await app.inject({
      method: 'POST',
      url: `/auth/login?next=${encodeURIComponent(next)}`,
      headers: FORM,
      payload: form({ email: ADA.email, password: PASSWORD }),
    });
    assert.deepEqual([statusCode, headers.location], [303, '/'], next);
  }
});

test('a cookie over https is Secure', async (t) => {
  const server = await openTestServer(t);
  accountRoutes(server.app, { ...server, publicOrigin: PUBLIC_ORIGIN.replace('http:', 'https:') });
  const { cookies } = await server.app.inject({ method: 'POST', url: '/auth/register', payload: ADA });
  assert.equal(cookies[0]?.secure, true);
});

test('what is not right is refused with its field named, and changes nothing', async (t) => {
  const server = await open(t);
  const { bearer } = await signInSomebody(server);
  const deep = `{"email":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  const cases: [name: string, body: object | string, status: number, pointer?: string][] = [
    ['no body', '', 422, ''],
    ['not JSON', '{"email"', 422],
    ['a list', [], 422, ''],
    ['a number for text', { ...ADA, name: 7 }, 422, '/name'],
    ['text for the whole', '"ada"', 422, ''],
    ['null', { ...ADA, name: null }, 422, '/name'],
    ['a missing field', { email: ADA.email, name: 'Ada' }, 422, '/password'],
    ['an unknown field', { ...ADA, roles: ['operator'] }, 422, '/roles'],
    ['a short password', { ...ADA, password: 'seven77' }, 422, '/password'],
    ['a long password', { ...ADA, password: 'x'.repeat(201) }, 422, '/password'],
    ['a blank name', { ...ADA, name: '  ' }, 422, '/name'],
    ['a name of two lines', { ...ADA, name: 'Ada\r\nBcc: x@y.z' }, 422, '/name'],
    ['NUL', { ...ADA, password: 'password\0x' }, 422, '/password'],
    ['a lone surrogate', `{"email":"a@b.cd","password":"12345678","name":"\\ud800"}`, 422, '/name'],
    ['a name of a field that is no text', { ...ADA, 'x\0': 1 }, 422, '/'],
    ['no e-mail', { ...ADA, email: 'ada@' }, 422, '/email'],
    ['a long e-mail', { ...ADA, email: `${'a'.repeat(250)}@b.cd` }, 422, '/email'],
    ['a line break in a quoted e-mail', { ...ADA, email: '"a\n"@b.cd' }, 422, '/email'],
    ['a prototype', '{"__proto__":{"x":1}}', 422],
    ['deep JSON', deep, 422],
    ['1 MB of text', { ...ADA, name: 'x'.repeat(1024 * 1024) }, 413],
    ['300 KB of text', { ...ADA, name: 'x'.repeat(300 * 1024) }, 413],
  ];
  for (const [name, payload, status, pointer] of cases) {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/auth/register',
      headers: { 'content-type': 'application/json' },
      payload,
    });
    assert.equal(answer.statusCode, status, `${name}: ${answer.body}`);
    if (pointer !== undefined) assert.equal(answer.json().errors[0].pointer, pointer, name);
  }
  for (const [field, value] of [
    ['country', 'XX'],
    ['country', 'gb'],
    ['line1', ''],
    ['postalCode', 'x'.repeat(21)],
    ['extra', 'x'],
    ['city', ['London']],
  ] as const) {
    const payload = { ...ADDRESS, [field]: value };
    const answer = await server.app.inject({ method: 'PUT', url: '/me/address', headers: bearer, payload });
    assert.deepEqual([answer.statusCode, answer.json().errors[0].pointer], [422, `/${field}`]);
  }
  const text = await server.app.inject({
    method: 'POST',
    url: '/auth/login',
    payload: 'x',
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(text.statusCode, 415);
  const method = await server.app.inject({ method: 'DELETE', url: '/auth/login/' });
  assert.deepEqual([method.statusCode, method.headers.allow], [405, 'GET, HEAD, POST']);
  assert.equal((await server.app.inject({ url: '/me', headers: bearer })).json().address, null);
});
