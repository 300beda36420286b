// A shop whose database is away: a node that served it before starts all the same, shows what it knows, and sells again by itself.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeProduct } from './fixtures.ts';
import { makeBuyers, post } from './running-shop.ts';
import { startSouk } from './start-souk.ts';
import { openOwnServer } from './test-own-server.ts';

const WITHIN_MS = 30_000;
// The age is said from 30 s on, so it is read where machines read it.
type Found = { total: number; dataAgeSeconds: number };

test('with its database stopped a node starts, searches and shows products, and sells when it is back', async (t) => {
  const server = await openOwnServer();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'souk-away-'));
  t.after(async () => {
    await server.remove();
    await rm(dataDirectory, { recursive: true, force: true });
  });
  const db = await server.database('away');
  t.after(() => db.close());
  const productId = await makeProduct(db, { stock: 3 });
  const [buyer] = await makeBuyers(db, 1);
  assert.ok(buyer);
  const environment = { DATABASE_URL: db.url, SOUK_DATA: dataDirectory, SOUK_DEMO: 'off', LOG_LEVEL: 'fatal' };

  const first = await startSouk(environment);
  await within(async () => (await find(first.origin)).total === 1);
  await first.stop();
  await server.stop();

  const shop = await startSouk(environment);
  t.after(() => shop.stop());
  const found = await find(shop.origin);
  assert.equal(found.total, 1);
  assert.ok(found.dataAgeSeconds > 0, 'it says how old its answer is');
  const page = await fetch(`${shop.origin}/product/${productId}`, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /Nova lamp/);
  const refused = await fetch(`${shop.origin}/product/purchase`, {
    method: 'POST',
    headers: buyer.headers,
    body: JSON.stringify({ productId: String(productId) }),
  });
  assert.equal(refused.status, 503);
  assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);

  await server.start();
  await within(async () => {
    const { status } = await post(shop.origin, '/product/purchase', buyer, { productId: String(productId) });
    assert.ok(status === 303 || status === 503, `a purchase is answered ${status}`);
    return status === 303;
  });
  await within(async () => (await find(shop.origin)).dataAgeSeconds < 2);
});

async function find(origin: string): Promise<Found> {
  const answer = await fetch(`${origin}/search/?term=nova`);
  assert.equal(answer.status, 200);
  return (await answer.json()) as Found;
}

async function within(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + WITHIN_MS;
  while (!(await holds())) {
    assert.ok(performance.now() < giveUpAt, `not within ${WITHIN_MS} ms`);
    await sleep(100);
  }
}
