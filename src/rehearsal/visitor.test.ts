import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addSecond, countOf, newSecond, percentileMs, type Second } from './figures.ts';
import { visit } from './visitor.ts';

const ANSWER_MS = 300;
const VISIT_MS = 1_500;

test('a visitor comes by the clock, searching and looking by turns, however slow the shop is', async (t) => {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    asked.push(request.url ?? '');
    await sleep(ANSWER_MS);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const all = newSecond(0);
  const ending = new AbortController();
  const order = { origin: `http://127.0.0.1:${port}`, part: 2, terms: ['red kettle'], productIds: ['7', '8'] };
  const visiting = visit({ ...order, startsAtMs: Date.now() }, ending.signal, ({ seconds }) => {
    for (const second of seconds as Second[]) addSecond(all, second);
  });
  await sleep(VISIT_MS);
  ending.abort();
  await visiting;
  assert.deepEqual(asked.slice(0, 4), [
    '/search/?term=red%20kettle',
    '/product/7/',
    '/search/?term=red%20kettle',
    '/product/8/',
  ]);
  // One at a time would be five.
  assert.ok(all.offered >= 20, `${all.offered} looks`);
  assert.equal(countOf(all.latency.visit), all.endings.ok);
  assert.ok(Number(percentileMs(all.latency.visit, 0.5)) >= ANSWER_MS * 0.95);
});
