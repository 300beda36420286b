import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { assetRoutes, assetUrl } from './assets.ts';
import type { App } from './shop.ts';

const SCRIPT_BUDGET_BYTES = 20 * 1024; // a page, uncompressed

function server(): App {
  const app: App = fastify();
  assetRoutes(app);
  return app;
}

test('an asset may be kept for ever and comes compressed', async () => {
  const url = assetUrl('souk.css');
  const plain = await server().inject({ url });
  assert.equal(plain.statusCode, 200);
  assert.match(String(plain.headers['cache-control']), /immutable/);
  const packed = await server().inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(packed.headers['content-encoding'], 'br');
  assert.ok(packed.rawPayload.length < plain.rawPayload.length / 3);
});

test('the style sheet asks for nothing that is not served', async () => {
  const { body } = await server().inject({ url: assetUrl('souk.css') });
  for (const [, url = ''] of body.matchAll(/url\(([^)]+)\)/g)) {
    assert.equal((await server().inject({ url })).statusCode, 200, url);
  }
});

test('all scripts together are small, free of types and of imports', async () => {
  const names = readdirSync(join(import.meta.dirname, '../client')).filter((name) => name.endsWith('.ts'));
  let bytes = 0;
  for (const name of names) {
    const { body } = await server().inject({ url: assetUrl(name.replace(/\.ts$/, '.js')) });
    bytes += Buffer.byteLength(body);
    assert.doesNotMatch(body, /^import /m);
  }
  assert.ok(bytes <= SCRIPT_BUDGET_BYTES, `${bytes} bytes`);
});

test('a name that does not exist is a bug in a page', () => {
  assert.throws(() => assetUrl('nothing.css'), /no such asset/);
});
