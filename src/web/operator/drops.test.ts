import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ADDRESS } from '../../checks/fixtures.ts';
import { openTestShop, type TestShop } from '../../checks/test-shop.ts';
import { moveLines } from '../../modules/inventory/index.ts';
import { until } from '../../sandbox/test-sandbox.ts';
import { MAX_POINTS, POINT_COLUMNS } from './drop-board.ts';
import type { DropDocument } from './drop-json.ts';

const WATCH_TIMEOUT_MS = 5_000;
const PAGE = 'text/html';

type Drop = TestShop & { path: string; look: () => Promise<DropDocument> };

async function openDrop(t: TestContext, mode: 'open' | 'line', opensInSeconds = -1): Promise<Drop> {
  const opened = await openTestShop(t);
  const { app, shop, people, productId } = opened;
  const opensAt = new Date(Date.now() + opensInSeconds * 1_000).toISOString();
  const announced = await app.inject({
    method: 'PUT',
    url: `/seller/products/${productId}/drop`,
    headers: people.seller.bearer,
    payload: { opensAt, mode, perCustomerLimit: 1, holdSeconds: 90 },
  });
  assert.equal(announced.statusCode, 200, announced.body);
  await until(async () => shop.lines.line(productId)?.mode === mode, WATCH_TIMEOUT_MS);
  const path = `/operator/drops/${productId}`;
  const look = async (): Promise<DropDocument> => {
    const answer = await app.inject({ url: path, headers: people.operator.bearer });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json();
  };
  return { ...opened, path, look };
}

function post(drop: Drop, url: string, headers: Record<string, string>, payload: object = {}) {
  return drop.app.inject({ method: 'POST', url, headers, payload });
}

test('the figures of a drop: units, payments, answers, expiries', async (t) => {
  const drop = await openDrop(t, 'open');
  const { app, people, productId, look } = drop;
  assert.equal((await look()).stock.available, 5);
  const body = { productId: String(productId) };
  const buy = (who: keyof typeof people) => post(drop, '/product/purchase', people[who].bearer, body);
  for (const who of ['buyer', 'stranger', 'seller'] as const) assert.equal((await buy(who)).statusCode, 303);
  const pay = (who: keyof typeof people, token: string) =>
    post(drop, '/product/payment', people[who].bearer, {
      ...body,
      paymentDetails: { token, shippingAddress: ADDRESS },
    });
  assert.equal((await pay('buyer', 'tok_visa')).statusCode, 201);
  assert.equal((await pay('stranger', 'tok_declined')).statusCode, 402);
  assert.equal((await buy('buyer')).statusCode, 409);

  let peak = { yes: 0, no: 0, paid: 0 };
  await until(async () => {
    const { answersPerSecond, payments, stock } = await look();
    peak = {
      yes: Math.max(peak.yes, answersPerSecond.yes),
      no: Math.max(peak.no, answersPerSecond.no),
      paid: Math.max(peak.paid, payments.succeededPerSecond),
    };
    return stock.sold === 1 && payments.declined === 1 && peak.yes > 0 && peak.no > 0;
  }, WATCH_TIMEOUT_MS);
  const seen = await look();
  assert.ok(peak.yes <= 6 && peak.no <= 2 && peak.paid <= 2, JSON.stringify(peak));
  const { at, node, answersPerSecond, payments, ...rest } = seen;
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 5_000);
  assert.ok(node.databaseMs !== null && node.memoryMegabytes > 10);
  assert.deepEqual(rest, {
    productId: String(productId),
    title: 'Nova lamp',
    state: 'open',
    mode: 'open',
    opensAt: rest.opensAt,
    perCustomerLimit: 1,
    holdSeconds: 90,
    entryCondition: 'none',
    stock: { total: 5, available: 2, held: 2, paying: 0, sold: 1, returned: 0 },
    line: { waiting: 0 },
    expiries: {
      past: 0,
      letGo: 0,
      ahead: [
        { fromSeconds: 0, toSeconds: 60, holds: 0 },
        { fromSeconds: 60, toSeconds: 120, holds: 2 },
        { fromSeconds: 120, toSeconds: 300, holds: 0 },
        { fromSeconds: 300, toSeconds: 600, holds: 0 },
        { fromSeconds: 600, toSeconds: null, holds: 0 },
      ],
    },
  });
  assert.deepEqual(
    { ...payments, succeededPerSecond: 0 },
    {
      succeeded: 1,
      declined: 1,
      processing: 0,
      requiresAction: 0,
      unsold: 0,
      succeededPerSecond: 0,
    },
  );

  const list = await app.inject({ url: '/operator/drops', headers: people.operator.bearer });
  const { items, ...pages } = list.json();
  assert.deepEqual(pages, { page: 1, size: 24, total: 1 });
  assert.deepEqual(
    items.map((one: Record<string, unknown>) => [one.productId, one.state, one.total, one.available]),
    [[String(productId), 'open', 5, 2]],
  );
});

test('pause and resume: nobody is served meanwhile, and the line keeps its order', async (t) => {
  const drop = await openDrop(t, 'line');
  const { people, shop, path, look, productId } = drop;
  const step = async (name: 'pause' | 'resume', headers = people.operator.bearer as Record<string, string>) =>
    post(drop, `${path}/${name}`, headers);
  assert.deepEqual((await step('pause')).json(), { productId: String(productId), paused: true });
  const join = (who: keyof typeof people) =>
    post(drop, '/product/purchase', people[who].bearer, { productId: String(productId) });
  const tickets = [await join('stranger'), await join('buyer'), await join('seller')].map((answer) => answer.json());
  assert.deepEqual(
    tickets.map(({ state, position }) => [state, position]),
    [
      ['waiting', 1],
      ['waiting', 2],
      ['waiting', 3],
    ],
  );
  await until(async () => (await look()).line.waiting === 3, WATCH_TIMEOUT_MS);
  assert.equal((await look()).state, 'paused');
  const resumed = await step('resume', { ...people.operator.browser });
  assert.deepEqual([resumed.statusCode, resumed.headers.location], [303, path]);
  assert.equal(await moveLines(shop.db, null), 3);
  await until(async () => (await look()).stock.held === 3, WATCH_TIMEOUT_MS);
  assert.deepEqual((await look()).line, { waiting: 0 });
});

test('the page after a change shows it at once', async (t) => {
  const drop = await openDrop(t, 'line', 60);
  const { app, people, path } = drop;
  const headers = people.operator.browser;
  const page = async () => (await app.inject({ url: path, headers })).body;
  assert.match(await page(), />Pause</);
  await post(drop, `${path}/pause`, headers);
  assert.match(await page(), />Resume</);
  await post(drop, `${path}/resume`, headers);
  assert.match(await page(), />Pause</);
  const changed = await post(drop, `${path}/condition`, headers, { entryCondition: 'verified-mail' });
  const { body } = await app.inject({ url: String(changed.headers.location), headers });
  assert.match(body, /value="verified-mail" selected/);
  assert.match(body, /role="status">Saved\. Buyers must bring: an e-mail address that was verified\.</);
});

test('what buyers must bring is switched by the operator', async (t) => {
  const drop = await openDrop(t, 'line', 60);
  const { people, path, look } = drop;
  const change = (entryCondition: string, headers: Record<string, string> = people.operator.bearer) =>
    post(drop, `${path}/condition`, headers, { entryCondition });
  assert.equal((await change('proof-of-work')).statusCode, 200);
  await until(async () => (await look()).entryCondition === 'proof-of-work', WATCH_TIMEOUT_MS);
  assert.equal((await change('passport')).statusCode, 422);
  assert.equal((await change('none', people.seller.bearer)).statusCode, 403);
});

test('only operators; what is no drop is not there', async (t) => {
  const drop = await openDrop(t, 'line', 60);
  const { app, people, path } = drop;
  for (const url of ['/operator/drops', path]) {
    assert.equal((await app.inject({ url })).statusCode, 401);
    assert.equal((await app.inject({ url, headers: people.seller.bearer })).statusCode, 403);
    const page = await app.inject({ url, headers: { accept: PAGE } });
    assert.deepEqual([page.statusCode, page.headers.location], [303, `/auth/login?next=${encodeURIComponent(url)}`]);
  }
  const operator = people.operator.bearer;
  for (const id of ['987654321', 'x'])
    for (const [method, end] of [
      ['GET', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
    ] as const)
      assert.equal(
        (await app.inject({ method, url: `/operator/drops/${id}${end}`, headers: operator })).statusCode,
        404,
      );
  const stream = { ...people.seller.bearer, accept: 'text/event-stream' };
  assert.equal((await app.inject({ url: path, headers: stream })).statusCode, 403);
});

test('the page has every figure without a script, and can load itself again', async (t) => {
  const { app, people, path } = await openDrop(t, 'line', 60);
  const page = await app.inject({ url: path, headers: people.operator.browser });
  assert.equal(page.headers.refresh, undefined);
  for (const figure of [
    'stock.available',
    'line.waiting',
    'payments.succeeded',
    'expiries.ahead.4.holds',
    'node.streams',
  ])
    assert.ok(page.body.includes(`data-figure="${figure}"`), figure);
  assert.match(page.body, /Announced/);
  assert.match(page.body, /\/assets\/uPlot-[\w-]+\.js/);
  const refreshing = await app.inject({ url: `${path}?refresh=5`, headers: people.operator.browser });
  assert.equal(refreshing.headers.refresh, '5');
  assert.equal((await app.inject({ url: `${path}?refresh=0`, headers: people.operator.browser })).statusCode, 422);
  const list = await app.inject({ url: '/operator/drops', headers: people.operator.browser });
  assert.match(list.body, new RegExp(`href="${path}"`));
});

test('ten minutes of the busiest drop fit into what a stream may be behind', () => {
  const busiest = [1_795_357_410, ...Array<number>(4).fill(9_999_999), ...Array<number>(7).fill(99_999), 99_999];
  assert.equal(busiest.length, POINT_COLUMNS.length);
  const history = JSON.stringify({ columns: POINT_COLUMNS, points: Array<number[]>(MAX_POINTS).fill(busiest) });
  assert.ok(history.length < 62_000, `${history.length} bytes`);
});

test('live: the last minutes first, then a document and a point every second', async (t) => {
  const { app, people, path, look } = await openDrop(t, 'line', 60);
  await look();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const headers = { ...people.operator.bearer, accept: 'text/event-stream' };
  const text = await new Promise<string>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers }, (answer: IncomingMessage) => {
      let read = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        read += chunk;
        if (read.split('\n\ndata: ').length < 3) return;
        answer.destroy();
        resolve(read);
      });
    }).on('error', reject);
  });
  const [history = '', ...live] = text.split('\n\n').filter((part) => part.includes('data: '));
  assert.match(history, /^event: history$/m);
  const { columns, points } = JSON.parse(history.slice(history.indexOf('data: ') + 6));
  assert.deepEqual(columns, POINT_COLUMNS);
  assert.ok(points.length >= 1 && points[0].length === columns.length);
  const [first, second] = live.map((part) => JSON.parse(part.slice(6)));
  assert.equal(first.stock.available, 5);
  assert.equal(first.node.streams, 1);
  assert.ok(second.point[0] > first.point[0], 'a second later');
});
