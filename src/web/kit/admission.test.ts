import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { openTestServer } from '../../checks/test-server.ts';
import { MAX_UNDER_WAY, MAX_WAITING, MAX_WHILE_PAYING } from './admission.ts';
import type { App } from './shop.ts';

const TOO_MANY = 200;
const GROUP = 200;
const MANY_REFUSED = 1_000;
/** With a machine that has other things to do. */
const PATIENCE_OF_A_BUYER_MS = 2_000;
const STANDING = MAX_UNDER_WAY + 50;
const PATIENCE_MS = 60_000;

test('more purchases at once than may wait: the rest hear 503 first and when to come back, and pages pass them by', {
  timeout: PATIENCE_MS,
}, async (t) => {
  const { app, answers: counts } = await openTestServer(t);
  app.post('/product/purchase', async () => ({ begun: true }));
  app.get('/look', async () => ({ seen: true }));
  const sockets = await openSockets(t, app, MAX_WAITING + TOO_MANY + 1);

  // All are written before the server reads any: one turn of the event loop meets them together.
  const order: string[] = [];
  const answers = await Promise.all(
    sockets.map(async (socket, n) => {
      const isPage = n === sockets.length - 1;
      const line = isPage ? 'GET /look HTTP/1.1' : 'POST /product/purchase HTTP/1.1\r\ncontent-length: 0';
      socket.write(`${line}\r\nhost: shop.test\r\n\r\n`);
      const [bytes] = (await once(socket, 'data', { signal: t.signal })) as [Buffer];
      order.push(isPage ? 'page' : bytes.toString('latin1', 9, 12));
      return bytes.toString();
    }),
  );
  const refused = answers.filter((answer) => answer.startsWith('HTTP/1.1 503'));
  assert.equal(refused.length, TOO_MANY);
  assert.equal(counts.unread(), TOO_MANY);
  assert.equal(counts.of(4711).shed, TOO_MANY, 'the operator of any drop sees them');
  assert.equal(answers.filter((answer) => answer.startsWith('HTTP/1.1 200')).length, MAX_WAITING + 1);
  for (const answer of refused) {
    assert.match(answer, /\r\nretry-after: \d/i);
    assert.match(answer, /\r\nx-content-type-options: nosniff/i);
    assert.match(answer, /"type":"\/problems\/overloaded"/);
  }
  assert.ok(order.indexOf('page') < order.lastIndexOf('503') + MAX_WAITING / 2, 'a page does not wait for the line');

  // Afterwards the line is empty and everybody gets in.
  const { port } = app.server.address() as AddressInfo;
  const again = await fetch(`http://127.0.0.1:${port}/product/purchase/`, { method: 'POST' });
  assert.equal(again.status, 200);
});

/** All of them accepted by the server. */
async function openSockets(t: TestContext, app: App, count: number): Promise<Socket[]> {
  let accepted = 0;
  app.server.on('connection', () => accepted++);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  // In groups that fit into the kernel's queue of new connections: one that is dropped there may never be accepted.
  while (sockets.length < count) {
    const group = Array.from({ length: Math.min(GROUP, count - sockets.length) }, () =>
      connect({ port, host: '127.0.0.1' }),
    );
    sockets.push(...group);
    await Promise.all(group.map((socket) => once(socket, 'connect', { signal: t.signal })));
    while (accepted < sockets.length) await sleep(5, undefined, { signal: t.signal });
  }
  return sockets;
}

/** The statuses in the order in which they came. */
async function buyAtOnce(t: TestContext, sockets: Socket[]): Promise<string[]> {
  const statuses: string[] = [];
  await Promise.all(
    sockets.map(async (socket) => {
      socket.write('POST /product/purchase HTTP/1.1\r\nhost: shop.test\r\ncontent-length: 0\r\n\r\n');
      const [bytes] = (await once(socket, 'data', { signal: t.signal })) as [Buffer];
      statuses.push(bytes.toString('latin1', 9, 12));
    }),
  );
  return statuses;
}

test('refusals beyond their share of a turn do not turn the loop in vain', { timeout: PATIENCE_MS }, async (t) => {
  const { app, turns } = await openTestServer(t);
  app.post('/product/purchase', async () => ({ begun: true }));
  turns.left = 0;
  const sockets = await openSockets(t, app, MAX_WHILE_PAYING + MANY_REFUSED);
  const before = performance.nodeTiming.uvMetricsInfo.loopCount;
  const statuses = await buyAtOnce(t, sockets);
  const loops = performance.nodeTiming.uvMetricsInfo.loopCount - before;
  assert.ok(statuses.filter((status) => status === '503').length >= MANY_REFUSED - MAX_WHILE_PAYING);
  // Waiting for its share between two refusals it turned 34,000 times, and others could have had the processor.
  assert.ok(loops < MANY_REFUSED / 2, `${loops} turns`);
});

test('who waits while payments come to a stand hears so within half a second', { timeout: PATIENCE_MS }, async (t) => {
  const { app, turns } = await openTestServer(t);
  const opened = Promise.withResolvers<void>();
  app.post('/product/purchase', async () => {
    turns.left = 0;
    await opened.promise;
    return { begun: true };
  });
  turns.left = MAX_UNDER_WAY + TOO_MANY;
  const sockets = await openSockets(t, app, MAX_UNDER_WAY + TOO_MANY);
  const startedAt = performance.now();
  const [standing, others] = [sockets.slice(0, MAX_UNDER_WAY), sockets.slice(MAX_UNDER_WAY)];
  const begun = buyAtOnce(t, standing);
  const refused = Array.from({ length: TOO_MANY - MAX_WHILE_PAYING }, () => Promise.withResolvers<void>());
  let count = 0;
  const told = others.map(async (socket) => {
    const [status] = await buyAtOnce(t, [socket]);
    if (status === '503') refused[count++]?.resolve();
    return status;
  });
  await Promise.all(refused.map(({ promise }) => promise));
  assert.ok(performance.now() - startedAt < PATIENCE_OF_A_BUYER_MS);
  opened.resolve();
  assert.deepEqual(new Set(await begun), new Set(['200']));
  assert.deepEqual(new Set(await Promise.all(told)), new Set(['200', '503']));
});

test('purchases that stand still in the database do not keep the others out', async (t) => {
  const { app } = await openTestServer(t);
  const opened = Promise.withResolvers<void>();
  let standing = 0;
  const body = Type.Object({ locked: Type.Boolean() });
  app.post('/product/purchase', { schema: { body } }, async (request) => {
    if (request.body.locked) {
      standing++;
      await opened.promise;
    }
    return { begun: true };
  });
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const buy = async (locked: boolean): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const asked = { method: 'POST', headers, body: JSON.stringify({ locked }) };
    return (await fetch(`${origin}/product/purchase`, asked)).status;
  };
  const locked = Array.from({ length: STANDING }, () => buy(true));
  while (standing < MAX_UNDER_WAY) await sleep(5, undefined, { signal: t.signal });
  assert.equal(await buy(false), 200);
  opened.resolve();
  assert.deepEqual(new Set(await Promise.all(locked)), new Set([200]));
});

test('while those who hold units wait for their turn to pay, few others are read and the rest hear 503 at once', async (t) => {
  const { app, turns } = await openTestServer(t);
  const opened = Promise.withResolvers<void>();
  let begun = 0;
  app.post('/product/purchase', async () => {
    begun++;
    await opened.promise;
    return { begun: true };
  });
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const buy = async (): Promise<number> => (await fetch(`${origin}/product/purchase`, { method: 'POST' })).status;
  turns.left = 0;
  const statuses: number[] = [];
  const bought = Array.from({ length: 2 * MAX_WHILE_PAYING + TOO_MANY }, async () => statuses.push(await buy()));
  while (statuses.length < TOO_MANY) await sleep(5, undefined, { signal: t.signal });
  assert.deepEqual(new Set(statuses), new Set([503]));
  assert.ok(begun >= MAX_WHILE_PAYING, 'lines and what is known of a product are answered meanwhile');
  // A turn for each who may hold a unit, and no more.
  turns.left = MAX_WHILE_PAYING + 1;
  const more = Array.from({ length: MAX_WHILE_PAYING }, buy);
  opened.resolve();
  assert.deepEqual(new Set(await Promise.all(more)), new Set([200]));
  await Promise.all(bought);
});
