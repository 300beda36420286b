import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import fastify from 'fastify';
import { Problem } from '../../lib/problem.ts';
import type { App } from './shop.ts';
import { type EventStream, lastEventId, type StreamLimits, type Streams, streamsOf } from './sse.ts';

const LIMITS: StreamLimits = { maxStreams: 3, maxBufferedBytes: 64 * 1024, heartbeatMs: 20, maxStreamMs: 60_000 };

type TestServer = {
  url: string;
  port: number;
  app: App;
  streams: Streams;
  opened: EventStream[];
  closed: () => number;
};

async function serve(
  t: { after(work: () => Promise<void>): void },
  limits: Partial<StreamLimits> = {},
): Promise<TestServer> {
  const app = fastify() as unknown as App;
  const streams = streamsOf(app, { ...LIMITS, ...limits });
  const opened: EventStream[] = [];
  let closed = 0;
  app.get('/live', (request, reply) => {
    const stream = streams.open(request, reply);
    stream.onClose(() => closed++);
    opened.push(stream);
    stream.send({ id: lastEventId(request) + 1, data: { hello: 'line\nbreak' } });
    return reply;
  });
  app.setErrorHandler((error, _request, reply) => reply.code(error instanceof Problem ? 503 : 500).send());
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => app.close());
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}/live`;
  return { url, port: address.port, app, streams, opened, closed: () => closed };
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) assert.fail('did not come to pass in time');
    await pause(5);
  }
}

test('events, heartbeats and an end', async (t) => {
  const server = await serve(t);
  const answer = await fetch(server.url, { headers: { 'last-event-id': '41' } });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const whole = answer.text();
  await pause(60);
  server.opened[0]?.end({ bye: true });
  const text = await whole;
  assert.match(
    text,
    /^retry: \d+\n\nid: 42\ndata: \{"hello":"line\\nbreak"\}\n\n(:\n\n)+event: end\ndata: \{"bye":true\}\n\n$/,
  );
  assert.equal(server.streams.count(), 0);
  assert.equal(server.closed(), 1);
  server.opened[0]?.send({ data: 'after the end' });
});

test('a node has room for so many streams; a place that is left is given away again', async (t) => {
  const server = await serve(t);
  const leaving = new AbortController();
  await fetch(server.url, { signal: leaving.signal });
  await Promise.all([fetch(server.url), fetch(server.url)]);
  assert.equal((await fetch(server.url)).status, 503);
  leaving.abort();
  await until(() => server.streams.count() === 2);
  assert.equal((await fetch(server.url)).status, 200);
});

test('a reader that does not read is cut off, and the others go on', async (t) => {
  const server = await serve(t);
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  socket.write('GET /live HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  await until(() => server.opened.length === 1);
  const reading = await fetch(server.url);
  const [slow, fast] = server.opened;
  assert.ok(slow && fast);
  // The kernel takes a few megabytes before it says no.
  for (let n = 0; slow.isOpen() && n < 20_000; n++) {
    slow.send({ data: 'x'.repeat(4_096) });
    if (n % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(!slow.isOpen());
  assert.ok(fast.isOpen());
  socket.destroy();
  await reading.body?.cancel();
});

test('a stream that is too old ends, so that its reader comes back', async (t) => {
  const server = await serve(t, { maxStreamMs: 30 });
  const text = await (await fetch(server.url)).text();
  assert.ok(!text.includes('event: end'));
});

test('closing the server ends the streams first', async (t) => {
  const server = await serve(t);
  const whole = (await fetch(server.url)).text();
  await server.app.close();
  assert.match(await whole, /id: 1\n/);
});
