import assert from 'node:assert/strict';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Type } from 'typebox';
import { openTestServer } from '../../checks/test-server.ts';

const PATIENCE_MS = 400;
const DRIBBLE_MS = 100;
// The server looks every 2 s.
const CUT_WITHIN_MS = PATIENCE_MS + 2_000 + 1_500;

async function listen(t: TestContext): Promise<number> {
  const { app } = await openTestServer(t);
  const body = Type.Object({ productId: Type.String({ maxLength: 64 }) });
  app.post('/product/purchase', { schema: { body } }, () => ({ bought: true }));
  app.get('/hello', () => 'hello');
  await app.listen({ host: '127.0.0.1', port: 0 });
  // The same rules as in service, with less patience.
  app.server.headersTimeout = PATIENCE_MS;
  app.server.requestTimeout = PATIENCE_MS;
  return (app.server.address() as AddressInfo).port;
}

/** Sends one character at a time; answers what came back and when the server hung up. */
function dribble(port: number, head: string, endless: string): Promise<{ answer: string; afterMs: number }> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const socket: Socket = connect(port, '127.0.0.1');
    // First of all that is written, whenever the connection is there.
    socket.write(head);
    let answer = '';
    let sent = 0;
    const timer = setInterval(() => {
      if (socket.writable) socket.write(endless[sent++ % endless.length] ?? 'x');
      if (performance.now() - startMs < CUT_WITHIN_MS * 2) return;
      socket.destroy();
      reject(new Error('never cut off'));
    }, DRIBBLE_MS);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    // A write into a socket that was just closed.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ answer, afterMs: performance.now() - startMs });
    });
  });
}

test('who sends a head or a body a character at a time is cut off, and everybody else is served meanwhile', async (t) => {
  const port = await listen(t);
  const slow = [
    dribble(port, 'GET /hello HTTP/1.1\r\nHost: shop.test\r\nX-Slow: ', 'a'),
    dribble(
      port,
      'POST /product/purchase HTTP/1.1\r\nHost: shop.test\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{"productId":"',
      '7',
    ),
  ];
  const many = Array.from({ length: 200 }, () => dribble(port, 'GET /hello HTTP/1.1\r\nHost: ', 'h'));
  const startMs = performance.now();
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/hello`)).text(), 'hello');
  assert.ok(performance.now() - startMs < 1_000);
  for (const { answer, afterMs } of await Promise.all([...slow, ...many])) {
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.ok(afterMs < CUT_WITHIN_MS, `after ${Math.round(afterMs)} ms`);
  }
});
