// How the index follows the database, with one writer at a time, against the stand-in.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openLog } from '../../../lib/log.ts';
import { Problem } from '../../../lib/problem.ts';
import type { Replica } from '../replica.ts';
import { testDocument, testQuery } from '../test-documents.ts';
import { openTestSource, type TestSource } from '../test-source.ts';
import { followOnce, openFollowing } from './follow.ts';
import { MAPPING_VERSION } from './mapping.ts';
import { openOpenSearchReplica, reindexOpenSearch } from './replica.ts';
import { openServer } from './server.ts';
import { openStandIn, type StandIn } from './test-opensearch-stand-in.ts';

const log = openLog('test', 'silent');
const TAKE_OVER_MS = 60;

function shopOf(count: number): TestSource {
  return openTestSource(Array.from({ length: count }, (_, at) => testDocument(at + 1, { title: `Lamp ${at + 1}` })));
}

async function standInFor(t: TestContext): Promise<StandIn> {
  const standIn = await openStandIn();
  t.after(() => standIn.close());
  return standIn;
}

async function open(t: TestContext, standIn: StandIn, source: TestSource): Promise<Replica> {
  const { url } = standIn;
  const replica = await openOpenSearchReplica({
    ...{ url, prefix: 'shop', source, log, pollEveryMs: 10, takeOverMs: TAKE_OVER_MS },
  });
  t.after(() => replica.close());
  return replica;
}

/** A node whose steps the test makes itself. */
function node(t: TestContext, { url }: StandIn, source: TestSource) {
  const server = openServer(url);
  t.after(() => server.close());
  return openFollowing(server, 'shop', source, log, false, TAKE_OVER_MS);
}

async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 10_000;
  while (!(await check())) {
    assert.ok(Date.now() < until, 'did not come true within 10 s');
    await setTimeout(5);
  }
}

async function total(replica: Replica, term: string): Promise<number> {
  return (await replica.search(testQuery(term))).total;
}

function productIndices({ indices }: StandIn): string[] {
  return [...indices.keys()].filter((name) => name !== 'shop-progress');
}

test('the first node fills an index, puts it behind the alias and follows the feed', async (t) => {
  const standIn = await standInFor(t);
  const source = shopOf(1_200);
  const replica = await open(t, standIn, source);
  await eventually(() => replica.searchFault() === null);
  await eventually(async () => (await total(replica, 'lamp')) === 1_200);
  const [index = ''] = productIndices(standIn);
  assert.match(index, new RegExp(`^shop-products-${MAPPING_VERSION}-\\d{13}$`));
  assert.deepEqual([...standIn.aliases], [['shop-products', index]]);
  source.put(testDocument(1, { title: 'Kettle' }));
  source.remove(2);
  await eventually(async () => (await total(replica, 'kettle')) === 1 && (await total(replica, 'lamp')) === 1_198);
  assert.equal((await replica.product(1))?.title, 'Kettle');
});

test('indexed anew while the old index answers: both take the feed, the alias moves in one call, the old one goes', async (t) => {
  const standIn = await standInFor(t);
  const source = shopOf(1_700);
  const replica = await open(t, standIn, source);
  await eventually(() => replica.searchFault() === null);
  const [before = ''] = productIndices(standIn);
  standIn.writes.length = 0;
  assert.ok(await reindexOpenSearch({ url: standIn.url, prefix: 'shop', source }));
  await eventually(() => productIndices(standIn).length === 2);
  source.put(testDocument(1, { title: 'Kettle' }));
  source.remove(1_700);
  let asked = 0;
  await eventually(async () => {
    assert.ok((await total(replica, 'lamp')) >= 1_698, 'the old index answers as long as it is in front');
    asked++;
    return standIn.aliases.get('shop-products') !== before;
  });
  assert.ok(asked > 1);
  await eventually(() => productIndices(standIn).length === 1 && !productIndices(standIn).includes(before));
  await eventually(async () => (await total(replica, 'lamp')) === 1_698 && (await total(replica, 'kettle')) === 1);
  assert.equal(standIn.writes.filter((write) => write === 'POST /_aliases').length, 1);
});

test('an index by older rules is replaced, one by newer rules is left alone', async (t) => {
  const standIn = await standInFor(t);
  const source = shopOf(3);
  const replica = await open(t, standIn, source);
  await eventually(() => replica.searchFault() === null);
  await replica.close();
  const [before = ''] = productIndices(standIn);
  (standIn.indices.get(before)?.body.mappings as { _meta: { version: number } })._meta.version = MAPPING_VERSION - 1;
  const next = await open(t, standIn, source);
  await eventually(() => !standIn.indices.has(before));
  assert.equal(await total(next, 'lamp'), 3);
  await next.close();

  const progress = standIn.indices.get('shop-progress')?.documents.get('progress');
  Object.assign(progress?.source ?? {}, { mappingVersion: MAPPING_VERSION + 1 });
  standIn.writes.length = 0;
  const older = await open(t, standIn, source);
  await setTimeout(TAKE_OVER_MS * 3);
  assert.deepEqual([older.searchFault(), standIn.writes], [null, []]);
});

test('of several nodes one writes; when it is gone another goes on where it was', async (t) => {
  const standIn = await standInFor(t);
  const source = shopOf(5);
  const [first, second] = [await open(t, standIn, source), await open(t, standIn, source)];
  await eventually(() => first.searchFault() === null && second.searchFault() === null);
  await first.close();
  source.put(testDocument(6, { title: 'Kettle' }));
  await eventually(async () => (await total(second, 'kettle')) === 1);
  assert.equal(source.scans, 1);
});

test('what a node writes after another took its turn is refused', async (t) => {
  const standIn = await standInFor(t);
  const source = shopOf(1);
  const slow = node(t, standIn, source);
  while (slow.seen?.progress.serving == null) await followOnce(slow);
  // It reads the product and is stopped before it writes.
  const old = testDocument(1, { title: 'Lamp', priceMinor: 100 });
  source.put(old);
  const { load } = source;
  const resume = Promise.withResolvers<void>();
  source.load = async () => {
    await resume.promise;
    return [old];
  };
  const stopped = followOnce(slow);
  await setTimeout(TAKE_OVER_MS * 2);
  source.load = load;
  source.put(testDocument(1, { title: 'Lamp', priceMinor: 200 }));

  const quick = node(t, standIn, source);
  await followOnce(quick);
  await setTimeout(TAKE_OVER_MS * 2);
  await followOnce(quick);
  resume.resolve();
  assert.equal(await stopped, 'waiting');
  assert.equal(slow.held, null);
  const [index = ''] = productIndices(standIn);
  const stored = standIn.indices.get(index)?.documents.get('1');
  assert.equal((stored?.source?.document as { priceMinor: number }).priceMinor, 200);
});

test('a feed that does not reach back means a new index; removed products are not in it', async (t) => {
  const standIn = await standInFor(t);
  const source = shopOf(4);
  const first = await open(t, standIn, source);
  await eventually(() => first.searchFault() === null);
  await first.close();
  source.remove(4);
  source.put(testDocument(5, { title: 'Lamp 5' }));
  source.remove(5);
  source.firstKept = 2;
  const next = await open(t, standIn, source);
  await eventually(async () => (await total(next, 'lamp')) === 3);
  assert.equal(productIndices(standIn).length, 1);
});

test("another database's index is neither shown nor written to, until an operator says so", async (t) => {
  const standIn = await standInFor(t);
  const first = await open(t, standIn, shopOf(4));
  await eventually(() => first.searchFault() === null);
  await first.close();
  const other = shopOf(2);
  other.id = 'two';
  const replica = await open(t, standIn, other);
  await setTimeout(TAKE_OVER_MS * 3);
  assert.match(replica.searchFault() ?? '', /holds the products of another database, "souk reindex"/);
  await assert.rejects(total(replica, 'lamp'), { slug: 'search-unavailable' });
  assert.equal((await replica.product(1))?.title, 'Lamp 1');
  await reindexOpenSearch({ url: standIn.url, prefix: 'shop', source: other });
  await eventually(() => replica.searchFault() === null);
  assert.equal(await total(replica, 'lamp'), 2);
});

test('while OpenSearch is away searches say so at once, products come from the database, and it is followed again', async (t) => {
  const standIn = await standInFor(t);
  const source = shopOf(4);
  const replica = await open(t, standIn, source);
  await eventually(async () => replica.searchFault() === null && (await total(replica, 'lamp')) === 4);
  const seen = await replica.product(1);
  standIn.isAway = true;
  source.put(testDocument(2, { title: 'Kettle' }));
  await setTimeout(600);
  const startedAtMs = performance.now();
  await assert.rejects(
    total(replica, 'lamp'),
    (error) =>
      error instanceof Problem && error.slug === 'search-unavailable' && error.headers['retry-after'] !== undefined,
  );
  assert.equal(await replica.product(1), seen);
  assert.equal((await replica.product(2))?.title, 'Kettle');
  assert.deepEqual(await replica.family('none', 1), []);
  assert.ok(performance.now() - startedAtMs < 1_000);
  assert.equal(replica.searchFault(), `OpenSearch at ${standIn.url} does not answer`);
  standIn.isAway = false;
  await eventually(async () => (await total(replica, 'kettle').catch(() => 0)) === 1);
});

test('a node that starts while OpenSearch is away shows products as they are, says what is out, and searches when it is there', async (t) => {
  const standIn = await standInFor(t);
  standIn.isAway = true;
  const withPassword = { ...standIn, url: standIn.url.replace('//', '//souk:secret@') };
  const replica = await open(t, withPassword, shopOf(4));
  assert.equal(replica.searchFault(), `OpenSearch at ${standIn.url} does not answer`);
  await assert.rejects(total(replica, 'lamp'), { slug: 'search-unavailable' });
  assert.equal((await replica.product(3))?.title, 'Lamp 3');
  assert.deepEqual([await replica.product(99), replica.ready(), replica.ageSeconds()], [undefined, true, 0]);
  standIn.isAway = false;
  await eventually(() => replica.searchFault() === null);
  assert.equal(await total(replica, 'lamp'), 4);
});

test('a cluster that hears and never answers costs nobody more than two seconds', async (t) => {
  const standIn = await standInFor(t);
  const replica = await open(t, standIn, shopOf(4));
  await eventually(() => replica.searchFault() === null);
  standIn.isMute = true;
  const startedAtMs = performance.now();
  await Promise.all([
    assert.rejects(total(replica, 'lamp'), { slug: 'search-unavailable' }),
    replica.product(3).then((document) => assert.equal(document?.title, 'Lamp 3')),
  ]);
  assert.ok(performance.now() - startedAtMs < 3_000);
});

test('a product that OpenSearch refuses keeps nobody else from being found', async (t) => {
  const standIn = await standInFor(t);
  const source = shopOf(2);
  const replica = await open(t, standIn, source);
  await eventually(() => replica.searchFault() === null);
  standIn.refusedIds.add('3');
  source.put(testDocument(3, { title: 'Kettle' }));
  source.put(testDocument(4, { title: 'Kettle' }));
  await eventually(async () => (await total(replica, 'kettle')) === 1);
});
