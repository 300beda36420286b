// A shop whose OpenSearch is away when it starts says so where it says that it is open, and searches by itself when it is there.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStandIn } from '../modules/search/opensearch/test-opensearch-stand-in.ts';
import { makeProduct } from './fixtures.ts';
import { startSouk } from './start-souk.ts';
import { openTestDatabase } from './test-database.ts';

const WITHIN_MS = 30_000;

test('the start says that search is away and where, and it comes by itself', async (t) => {
  const standIn = await openStandIn();
  t.after(() => standIn.close());
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 3 });
  const dataDirectory = await mkdtemp(join(tmpdir(), 'souk-away-'));
  t.after(() => rm(dataDirectory, { recursive: true, force: true }));
  standIn.isAway = true;
  const shop = await startSouk({
    ...{ DATABASE_URL: db.url, SOUK_DATA: dataDirectory, SOUK_DEMO: 'off', LOG_LEVEL: 'fatal' },
    SEARCH_URL: standIn.url,
  });
  t.after(() => shop.stop());
  assert.deepEqual(shop.degraded, [`search: OpenSearch at ${standIn.url} does not answer`]);
  const search = () => fetch(`${shop.origin}/search/?term=nova`);
  const away = await search();
  assert.equal(away.status, 503);
  assert.match(away.headers.get('retry-after') ?? '', /^\d+$/);
  assert.equal((await fetch(`${shop.origin}/product/${productId}`)).status, 200);

  standIn.isAway = false;
  for (const giveUpAt = performance.now() + WITHIN_MS; (await search()).status !== 200; await sleep(100)) {
    assert.ok(performance.now() < giveUpAt, `not within ${WITHIN_MS} ms`);
  }
});
