import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { openLog } from '../../../lib/log.ts';
import { Problem } from '../../../lib/problem.ts';
import { teach } from '../engine/knowledge.ts';
import { pack } from '../engine/packing.ts';
import { type FoundProducts, findProducts, withDocuments } from '../engine/search.ts';
import { openState, putDocument, removeDocument, type SearchState } from '../engine/state.ts';
import { findSuggestions } from '../engine/suggest.ts';
import { testDocument, testQuery } from '../test-documents.ts';
import { openQueryThreads, type QueryThreads } from './query-threads.ts';

const REAL = new URL('./query-thread.ts', import.meta.url);
const log = openLog('test', 'silent');

type Shop = { state: SearchState; threads: QueryThreads };

async function open(t: TestContext, { count = 1, script = REAL, state = openState() } = {}): Promise<Shop> {
  const shop: Shop = { state, threads: openQueryThreads(count, () => shop.state, log, script) };
  t.after(() => shop.threads.close());
  // Until a thread is there this one answers.
  if (script.href.endsWith('.mjs')) {
    while ((await shop.threads.search(testQuery('thread'))).total !== 'thread'.length) await setTimeout(10);
  } else await setTimeout(600);
  return shop;
}

/** A script that does something of its own for some terms, and what a query thread does for all others. */
async function scriptWith(t: TestContext, special: string): Promise<URL> {
  const directory = await mkdtemp(join(tmpdir(), 'query-thread-'));
  t.after(() => rm(directory, { recursive: true }));
  await writeFile(
    join(directory, 'thread.mjs'),
    `import { parentPort } from 'node:worker_threads';
     import { existsSync, writeFileSync } from 'node:fs';
     const marker = ${JSON.stringify(join(directory, 'seen'))};
     const isFirst = () => !existsSync(marker) && (writeFileSync(marker, ''), true);
     parentPort.on('message', ({ kind, question }) => {
       if (kind !== 'ask') return;
       const { term } = question.query;
       ${special}
       parentPort.postMessage(JSON.stringify({ kind: 'found', found: { total: term.length, productIds: [] } }));
     });
     parentPort.postMessage(JSON.stringify({ kind: 'ready' }));`,
  );
  return pathToFileURL(join(directory, 'thread.mjs'));
}

function untimed({ tookMs: _, ...found }: FoundProducts) {
  return found;
}

const WORDS = ['kettle', 'mugs', 'lamp', 'doorbell', 'red', 'tn2110'];
const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 3 }).map((some) => some.join(' '));
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      document: fc
        .record({
          productId: fc.integer({ min: 1, max: 40 }),
          title: words,
          description: words,
          brand: fc.constantFrom(null, 'Alba', 'Borealis'),
          category: fc.constantFrom<string[][]>([], ['Home'], ['Home', 'Mugs']),
          sellerName: fc.constantFrom('Ada', 'Ada and Sons'),
          priceMinor: fc.integer({ min: 0, max: 5_000 }),
        })
        .map(({ productId, ...fields }) => testDocument(productId, fields)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), productId: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'pack' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'anew' as const }) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        term: fc.constantFrom('', 'lam', 'kettel', 'door bell', 'red mug', 'tn 2110', ...WORDS),
        brand: fc.boolean(),
      })
      .map(({ term, brand }) => ({
        kind: 'ask' as const,
        query: testQuery(term, { explain: true, brands: brand ? ['Alba'] : [] }),
      })),
  },
);

test('a thread finds what is found here, after any changes', async (t) => {
  const shop = await open(t, { count: 2 });
  const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    for (const one of steps) {
      const { state } = shop;
      if (one.kind === 'put') putDocument(state, one.document);
      else if (one.kind === 'remove') removeDocument(state, one.productId);
      else if (one.kind === 'pack') for (const _ of pack(state));
      else if (one.kind === 'anew') shop.state = openState(state.knowledge);
      else {
        assert.deepEqual(untimed(await shop.threads.search(one.query)), untimed(findProducts(state, one.query)));
        const { term } = one.query;
        assert.deepEqual(await shop.threads.suggest(term), findSuggestions(state, term));
      }
    }
  });
  await fc.assert(property, { numRuns: 60 });
});

test('a thread finds what is found here while a large shop changes under it', async (t) => {
  const { state, threads } = await open(t);
  for (let productId = 1; productId <= 6_000; productId++) {
    putDocument(
      state,
      testDocument(productId, { title: `Lamp word${productId}`, description: `of${productId % 700}` }),
    );
  }
  const packing = pack(state);
  for (let n = 1; n <= 400; n++) {
    const productId = 1 + ((n * 37) % 6_000);
    const title = `Lamp again${n} ${'long '.repeat(n % 9)}`;
    const asked = threads.search(testQuery(`again${n - 1}`));
    putDocument(state, testDocument(productId, { title, description: `of${n} new${n}` }));
    packing.next();
    const found = withDocuments(state, await asked);
    if (n > 1)
      assert.ok(
        found.items.some(({ title: one }) => one.startsWith(`Lamp again${n - 1} `)),
        `change ${n - 1}`,
      );
    const own = await threads.search(testQuery(`again${n}`));
    assert.deepEqual(own.productIds, [productId], `change ${n} is found by the next query`);
  }
  for (const term of ['lamp', 'of5', 'againe7', 'word99']) {
    assert.deepEqual(
      untimed(await threads.search(testQuery(term))),
      untimed(findProducts(state, testQuery(term))),
      term,
    );
  }
});

test('what is taught reaches every thread, and those that come later', async (t) => {
  const { state, threads } = await open(t);
  putDocument(state, testDocument(1, { title: 'Sofa' }));
  threads.teach({ synonyms: 'couch, sofa' });
  teach(state.knowledge, { synonyms: 'couch, sofa' });
  const query = testQuery('couch');
  assert.deepEqual((await threads.search(query)).productIds, [1]);
  const late = openQueryThreads(1, () => state, log);
  t.after(() => late.close());
  late.teach({ synonyms: 'couch, sofa' });
  await setTimeout(600);
  assert.deepEqual((await late.search(query)).productIds, [1]);
});

test('a query whose thread dies is answered by the next one, and what waited behind it too', async (t) => {
  const script = await scriptWith(t, `if (term === 'die once' && isFirst()) process.exit(3);`);
  const { threads } = await open(t, { count: 2, script });
  const asked = ['die once', 'lamp', 'mug'].map((term) => threads.search(testQuery(term)));
  await Promise.all(asked);
  assert.equal((await asked[0])?.total, 'die once'.length);
});

test('a query that ends every thread fails alone', async (t) => {
  const script = await scriptWith(t, `if (term === 'poison') process.exit(3);`);
  const { threads } = await open(t, { count: 2, script });
  await threads.search(testQuery('first'));
  const [poisoned, ...others] = await Promise.allSettled(
    ['poison', 'lamp', 'mug'].map((term) => threads.search(testQuery(term))),
  );
  assert.equal(poisoned?.status, 'rejected');
  assert.ok(others.every(({ status }) => status === 'fulfilled'));
});

test('a query that takes too long is given up, and its thread replaced', async (t) => {
  const script = await scriptWith(t, `if (term === 'slow') for (;;);`);
  const { threads } = await open(t, { script });
  const slow = threads.search(testQuery('slow'));
  const behind = threads.search(testQuery('lamp'));
  await assert.rejects(slow, (error) => error instanceof Problem && error.slug === 'overloaded');
  assert.equal((await behind).productIds.length, 0);
});

test('beyond the bound the answer is overloaded, at once', async (t) => {
  const script = await scriptWith(t, 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);');
  const { threads } = await open(t, { script });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 400 }, (_, at) => threads.search(testQuery(`lamp ${at}`))),
  );
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 400 - 256 - 2);
  for (const one of refused) assert.equal((one as PromiseRejectedResult).reason.slug, 'overloaded');
});

test('without any thread that starts, queries are answered here', async (t) => {
  const { state, threads } = await open(t, { script: new URL('./there-is-none.ts', import.meta.url) });
  putDocument(state, testDocument(1, { title: 'Lamp' }));
  assert.deepEqual((await threads.search(testQuery('lamp'))).productIds, [1]);
});

test('closing ends the threads, and nobody waits for ever', async (t) => {
  const { threads } = await open(t, { count: 2, script: await scriptWith(t, `if (term === 'never') return;`) });
  const asked = threads.search(testQuery('never'));
  await Promise.all([threads.close(), assert.rejects(asked, /closed/)]);
});
