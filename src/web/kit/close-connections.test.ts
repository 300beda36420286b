import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import test from 'node:test';
import { openTestServer } from '../../checks/test-server.ts';

test('closing waits for the answer under way, not for connections that are kept alive or were never used', async (t) => {
  const { app } = await openTestServer(t);
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  app.get('/slow', async () => {
    asked.resolve();
    await go.promise;
    return { done: true };
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const never = connect(port, '127.0.0.1');
  never.on('error', () => {});
  await once(never, 'connect');
  const agent = new Agent({ keepAlive: true });
  const answered = once(get({ port, host: '127.0.0.1', path: '/slow', agent }), 'response');
  await asked.promise;

  const startedAt = performance.now();
  const closed = app.close();
  setTimeout(go.resolve, 200);
  const [response] = await answered;
  assert.equal(response.statusCode, 200);
  response.resume();
  await closed;
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs > 150 && tookMs < 2_000, `closing took ${tookMs} ms`);
  agent.destroy();
});
