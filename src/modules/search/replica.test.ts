import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openLog } from '../../lib/log.ts';
import type { ReplicaDocument } from './document.ts';
import { openReplica, type Replica } from './replica.ts';
import { snapshotPath } from './snapshot.ts';
import type { ReplicaSource } from './source.ts';
import { testDocument, testQuery } from './test-documents.ts';
import { openTestSource } from './test-source.ts';

const POLL_EVERY_MS = 10;
const log = openLog('test', 'silent');

/** Where a node keeps its snapshot. Its replicas are closed first and the directory goes last. */
type Home = { directory: string; replicas: Replica[] };

async function homeOf(t: TestContext): Promise<Home> {
  const home: Home = { directory: await mkdtemp(join(tmpdir(), 'replica-')), replicas: [] };
  t.after(async () => {
    for (const replica of home.replicas) await replica.close();
    await rm(home.directory, { recursive: true });
  });
  return home;
}

async function open({ directory, replicas }: Home, source: ReplicaSource, searchThreads = 0): Promise<Replica> {
  const replica = await openReplica({ directory, source, log, pollEveryMs: POLL_EVERY_MS, searchThreads });
  replicas.push(replica);
  return replica;
}

async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 5_000;
  while (!(await check())) {
    assert.ok(Date.now() < until, 'did not come true within 5 s');
    await setTimeout(5);
  }
}

async function total(replica: Replica, term: string): Promise<number> {
  return (await replica.search(testQuery(term))).total;
}

test('new, changed and removed products are followed, also more than one poll takes', async (t) => {
  const source = openTestSource([testDocument(1, { title: 'Kettle' }), testDocument(2, { title: 'Mug' })]);
  const replica = await open(await homeOf(t), source);
  assert.deepEqual([replica.ready(), replica.documentCount()], [true, 2]);
  source.put(testDocument(1, { title: 'Kettle', priceMinor: 4_200 }));
  source.remove(2);
  for (let productId = 3; productId <= 1_302; productId++) source.put(testDocument(productId, { title: 'Lamp' }));
  await eventually(() => replica.documentCount() === 1_301);
  assert.equal((await replica.product(1))?.priceMinor, 4_200);
  assert.equal(await replica.product(2), undefined);
  assert.deepEqual([await total(replica, 'lamp'), await total(replica, 'mug')], [1_300, 0]);
  assert.ok(source.loadedAtMost <= 500);
  assert.equal(source.overlappingPolls, 0);
});

test('the variants of a family are found by its key, within one seller', async (t) => {
  const family = { familyKey: 'mug' };
  const source = openTestSource([
    testDocument(3, family),
    testDocument(1, family),
    testDocument(2, { ...family, sellerId: 9 }),
    testDocument(4),
  ]);
  const replica = await open(await homeOf(t), source);
  assert.deepEqual(
    (await replica.family('mug', 1)).map((document) => document.productId),
    [1, 3],
  );
  assert.deepEqual(await replica.family('none', 1), []);
});

test('a node starts from its snapshot without the database, says how old it is, and catches up', async (t) => {
  const home = await homeOf(t);
  const source = openTestSource([testDocument(1, { title: 'Kettle' }), testDocument(2, { title: 'Mug' })]);
  const first = await open(home, source);
  await eventually(() => first.ageSeconds() < 1);
  await first.close();
  source.put(testDocument(3, { title: 'Lamp' }));
  source.remove(2);
  source.isAway = true;

  const replica = await open(home, source);
  assert.deepEqual([replica.ready(), await total(replica, 'mug')], [true, 1]);
  assert.deepEqual(await replica.product(1), testDocument(1, { title: 'Kettle' }));
  assert.equal(await replica.product(1), await replica.product(1));
  assert.equal((await replica.suggest('kett'))[0]?.text, 'kettle');
  await setTimeout(60);
  const age = replica.ageSeconds();
  assert.ok(age > 0.05 && age < 60, `${age} s`);

  source.isAway = false;
  await eventually(async () => (await total(replica, 'lamp')) === 1 && (await total(replica, 'mug')) === 0);
  await eventually(() => replica.ageSeconds() < 0.5);
  assert.equal(source.scans, 1);
});

test('searching goes on through an outage, and no change of that time is missed', async (t) => {
  const source = openTestSource([testDocument(1, { title: 'Kettle' })]);
  const replica = await open(await homeOf(t), source);
  source.isAway = true;
  source.put(testDocument(2, { title: 'Kettle too' }));
  await setTimeout(50);
  assert.equal(await total(replica, 'kettle'), 1);
  source.isAway = false;
  await eventually(async () => (await total(replica, 'kettle')) === 2);
});

test('without a snapshot and without a database a node opens, is not ready, and becomes so', async (t) => {
  const source = openTestSource([testDocument(1, { title: 'Kettle' })]);
  source.isAway = true;
  const replica = await open(await homeOf(t), source);
  assert.deepEqual([replica.ready(), replica.ageSeconds()], [false, Number.POSITIVE_INFINITY]);
  await assert.rejects(total(replica, 'kettle'), { slug: 'still-opening' });
  await assert.rejects(replica.suggest('kett'), { slug: 'still-opening' });
  source.isAway = false;
  await eventually(() => replica.ready());
  assert.equal(await total(replica, 'kettle'), 1);
});

test('a damaged snapshot is set aside and everything is scanned anew', async (t) => {
  const home = await homeOf(t);
  const source = openTestSource([testDocument(1, { title: 'Kettle' }), testDocument(2, { title: 'Mug' })]);
  const first = await open(home, source);
  await first.close();
  await truncate(snapshotPath(home.directory), (await readFile(snapshotPath(home.directory))).length - 5);

  const replica = await open(home, source);
  assert.deepEqual([replica.documentCount(), source.scans], [2, 2]);
  assert.ok((await readdir(home.directory)).includes('replica.snapshot.set-aside'));
});

test("another database's snapshot is not served once that is known", async (t) => {
  const home = await homeOf(t);
  const first = await open(home, openTestSource([testDocument(1, { title: 'Kettle' })]));
  await first.close();
  const other = openTestSource([testDocument(7, { title: 'Lamp' })]);
  other.id = 'two';
  const replica = await open(home, other);
  await eventually(async () => replica.ready() && (await total(replica, 'lamp')) === 1);
  assert.equal(await total(replica, 'kettle'), 0);
  assert.ok((await readdir(home.directory)).includes('replica.snapshot.set-aside'));
});

test('a feed that no longer reaches back to the snapshot means a scan', async (t) => {
  const home = await homeOf(t);
  const source = openTestSource([testDocument(1, { title: 'Kettle' })]);
  const first = await open(home, source);
  await first.close();
  source.put(testDocument(2, { title: 'Kettle too' }));
  source.put(testDocument(3, { title: 'Kettle three' }));
  source.firstKept = 2;
  const replica = await open(home, source);
  await eventually(async () => (await total(replica, 'kettle')) === 3);
  assert.equal(source.scans, 2);
});

test('a large import is followed to its end', async (t) => {
  const source = openTestSource([]);
  const replica = await open(await homeOf(t), source);
  for (let productId = 1; productId <= 9_000; productId++) {
    source.put(testDocument(productId, { title: `Lamp number ${productId}` }));
  }
  await eventually(async () => (await total(replica, 'lamp')) === 9_000);
});

for (const searchThreads of [0, 2]) {
  test(`with a thousand changes a second each is in the results within a second, ${searchThreads} search threads`, async (t) => {
    const PRODUCTS = 3_000;
    const SECONDS = 2;
    const products = Array.from({ length: PRODUCTS }, (_, at) =>
      testDocument(at + 1, { title: 'Lamp', description: 'x' }),
    );
    const source = openTestSource(products);
    const replica = await open(await homeOf(t), source, searchThreads);
    const waits: Promise<number>[] = [];
    const startedAtMs = performance.now();
    for (let n = 1; n <= SECONDS * 1_000; ) {
      const due = Math.min(SECONDS * 1_000, performance.now() - startedAtMs);
      for (; n <= due; n++) {
        const productId = 1 + ((n * 7) % PRODUCTS);
        // Prices, new words, sold out and back: each a thousandth of a second.
        const changed = testDocument(productId, {
          title: n % 3 === 0 ? `Lamp word${n}` : 'Lamp',
          priceMinor: 10_000 + n,
          stock: { state: n % 2 === 0 ? 'sold_out' : 'in_stock', available: null },
        });
        source.put(changed);
        if (n % 20 === 0) waits.push(msUntilFound(replica, changed));
      }
      await setTimeout(1);
    }
    const sorted = (await Promise.all(waits)).sort((a, b) => a - b);
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY;
    assert.ok(p99 < 1_000, `${p99} ms`);
  });
}

/** Through a search by price, which nothing else has. */
async function msUntilFound(replica: Replica, { priceMinor }: ReplicaDocument): Promise<number> {
  const startedAtMs = performance.now();
  const query = testQuery('', { minPriceMinor: priceMinor, maxPriceMinor: priceMinor });
  while ((await replica.search(query)).total === 0) {
    if (performance.now() - startedAtMs > 5_000) break;
    await setTimeout(10);
  }
  return performance.now() - startedAtMs;
}
