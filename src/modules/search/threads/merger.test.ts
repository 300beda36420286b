import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openLog } from '../../../lib/log.ts';
import { pack, packDue } from '../engine/packing.ts';
import { searchProducts } from '../engine/search.ts';
import { openState, putDocument, removeDocument, type SearchState } from '../engine/state.ts';
import { testDocument, testQuery } from '../test-documents.ts';
import { openMerger } from './merger.ts';

const PRODUCTS = 9_000;
const COLOURS = ['red', 'green', 'blue', 'oak'];
const log = openLog('test', 'silent');

function lamp(productId: number, fields: { priceMinor?: number; colour?: string } = {}) {
  const { priceMinor = productId, colour = COLOURS[productId % COLOURS.length] } = fields;
  return testDocument(productId, { title: `Lamp ${colour}`, brand: `Brand ${productId % 50}`, priceMinor });
}

function shop(): SearchState {
  const state = openState();
  for (let productId = 1; productId <= PRODUCTS; productId++) putDocument(state, lamp(productId));
  for (let productId = 1; productId <= PRODUCTS; productId += 3) removeDocument(state, productId);
  return state;
}

/** What a shopper could tell two states by, without how long it took. */
function seen(state: SearchState) {
  return ['lamp', 'lamp red', 'oak', 'gren lamp', ''].flatMap((term) =>
    (['relevance', 'price_desc'] as const).map((sort) => {
      const { tookMs: _, ...result } = searchProducts(state, testQuery(term, { sort, brands: ['Brand 7', 'Brand 8'] }));
      return result;
    }),
  );
}

async function scriptOf(t: TestContext, text: string): Promise<URL> {
  const directory = await mkdtemp(join(tmpdir(), 'merger-'));
  t.after(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'thread.mjs'), text);
  return pathToFileURL(join(directory, 'thread.mjs'));
}

test('segments merged in the thread are those merged here', async (t) => {
  const merger = openMerger(log);
  t.after(merger.close);
  const [there, here] = [shop(), shop()];
  await merger.run(pack(there));
  for (const _ of pack(here));
  assert.deepEqual(there.packed.map(shapeOf), here.packed.map(shapeOf));
  assert.deepEqual(there.vocabulary.productsOfTerm, here.vocabulary.productsOfTerm);
  assert.deepEqual(seen(there), seen(here));
});

function shapeOf({ arrays, columns, slotCount, deadCount }: SearchState['packed'][number]) {
  return { arrays, columns, slotCount, deadCount };
}

test('what changes while the thread merges is kept', async (t) => {
  const merger = openMerger(log);
  t.after(merger.close);
  const [there, here] = [shop(), shop()];
  const changes = [
    (state: SearchState) => putDocument(state, lamp(2, { priceMinor: 7 })),
    (state: SearchState) => putDocument(state, lamp(57, { colour: 'violet' })),
    (state: SearchState) => removeDocument(state, 158),
    (state: SearchState) => putDocument(state, lamp(PRODUCTS + 1, { colour: 'violet' })),
  ];
  const packing = merger.run(pack(there));
  await new Promise(setImmediate);
  for (const change of changes) for (const state of [there, here]) change(state);
  await packing;
  for (const _ of pack(there));
  for (const _ of pack(here));
  assert.deepEqual(seen(there), seen(here));
  assert.deepEqual(
    searchProducts(there, testQuery('violet')).items.map(({ productId }) => productId),
    [57, PRODUCTS + 1],
  );
});

for (const [name, text] of [
  ['throws', 'throw new Error("no")'],
  ['exits', 'process.exit(3)'],
] as const) {
  test(`with a thread that ${name} segments are merged here`, async (t) => {
    const merger = openMerger(log, await scriptOf(t, text));
    t.after(merger.close);
    const [there, here] = [shop(), shop()];
    await merger.run(pack(there));
    for (const _ of pack(here));
    assert.deepEqual(seen(there), seen(here));
  });
}

test('a thread that dies once is followed by another one', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'merger-'));
  t.after(() => rm(directory, { recursive: true }));
  const real = new URL('./merge-thread.ts', import.meta.url);
  const marker = JSON.stringify(join(directory, 'died'));
  const script = await scriptOf(
    t,
    `import { existsSync, writeFileSync } from 'node:fs';
     if (existsSync(${marker})) await import(${JSON.stringify(real.href)});
     else { writeFileSync(${marker}, ''); process.exit(3); }`,
  );
  const warn = t.mock.method(log, 'warn', () => {});
  const merger = openMerger(log, script);
  t.after(merger.close);
  const [there, here] = [shop(), shop()];
  await merger.run(packDue(there));
  for (const _ of packDue(here));
  assert.deepEqual(
    warn.mock.calls.map(({ arguments: [, text] }) => text),
    ['the thread that merges search segments failed'],
  );
  assert.deepEqual(seen(there), seen(here));
});
