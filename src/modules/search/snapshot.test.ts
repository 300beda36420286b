import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { documentsOfImage, imageParts, stateOfImage } from './engine/image.ts';
import { pack } from './engine/packing.ts';
import { searchProducts } from './engine/search.ts';
import { documentCount, documentOf, familyOf, openState, putDocument, removeDocument } from './engine/state.ts';
import { suggestFor } from './engine/suggest.ts';
import { readSnapshot, snapshotPath, writeSnapshot } from './snapshot.ts';
import { testDocument, testQuery } from './test-documents.ts';

const HEADER = { databaseId: 'a', feedOffset: '7:1', currentAtMs: 1_000 };
const COLOURS = ['red', 'grün', 'blå', '青い'];

async function directoryOf(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'replica-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

function stateWith(count: number) {
  const state = openState();
  for (let productId = 1; productId <= count; productId++) {
    putDocument(
      state,
      testDocument(productId, {
        title: `Lamp ${COLOURS[productId % 4]} ${productId} 😀`,
        description: 'é😀 "quoted" \\ '.repeat(productId % 9),
        category: ['Home', `Lamps ${productId % 3}`],
        brand: productId % 2 === 0 ? 'Alba' : null,
        familyKey: productId % 5 === 0 ? 'five' : null,
        newestReviews: [
          { reviewId: '1', rating: 4, title: 'Fine', body: 'ünd', author: 'A', createdAt: 'x', verifiedPurchase: true },
        ],
        pictures: [{ pictureId: 'p', width: 1, height: 2, alt: productId % 2 === 0 ? 'a lamp' : `Lamp ${productId}` }],
        drop: productId % 7 === 0 ? { opensAt: 'soon', perCustomerLimit: null, holdSeconds: 60 } : null,
        stock: { state: 'low', available: 3 },
      }),
    );
  }
  for (let productId = 10; productId <= count; productId += 10) removeDocument(state, productId);
  for (const _ of pack(state));
  return state;
}

async function loaded(directory: string) {
  const read = await readSnapshot(directory);
  assert.equal(read.kind, 'loaded');
  assert.ok(read.kind === 'loaded');
  return read;
}

test('what was written is read: the same documents, the same answers, and changes go on from there', async (t) => {
  const directory = await directoryOf(t);
  for (const count of [0, 1, 64, 5_000]) {
    const before = stateWith(count);
    await writeSnapshot(directory, HEADER, imageParts(before));
    const { header, notes, parts, isByTheseRules } = await loaded(directory);
    assert.deepEqual([header, isByTheseRules], [HEADER, true]);
    const after = stateOfImage(parts, notes);
    assert.equal(documentCount(after), documentCount(before));
    for (let productId = 1; productId <= count; productId++) {
      assert.deepEqual(documentOf(after, productId), documentOf(before, productId));
    }
    for (const query of [
      testQuery(''),
      testQuery('lamp grun'),
      testQuery('lamp', { brands: ['Alba'] }),
      testQuery('lmap 17'),
    ]) {
      assert.deepEqual({ ...searchProducts(after, query), tookMs: 0 }, { ...searchProducts(before, query), tookMs: 0 });
    }
    assert.deepEqual(suggestFor(after, 'la'), suggestFor(before, 'la'));
    assert.deepEqual(familyOf(after, 'five', 1), familyOf(before, 'five', 1));
    putDocument(after, testDocument(2, { title: 'Kettle' }));
    putDocument(after, testDocument(count + 3, { title: 'Kettle' }));
    removeDocument(after, 1);
    assert.equal(searchProducts(after, testQuery('kettle')).total, 2);
  }
  assert.deepEqual(await readdir(directory), ['replica.snapshot']);
});

test('its documents can be read without its index', async (t) => {
  const directory = await directoryOf(t);
  const state = stateWith(200);
  await writeSnapshot(directory, HEADER, imageParts(state));
  const { parts, notes } = await loaded(directory);
  const documents = [...documentsOfImage(parts, notes)];
  assert.equal(documents.length, 180);
  for (const document of documents) assert.deepEqual(document, documentOf(state, document.productId));
});

test('changes while it is written leave it whole', async (t) => {
  const directory = await directoryOf(t);
  const state = stateWith(6_000);
  const parts = imageParts(state);
  let productId = 1;
  const changing = (function* () {
    for (;;) {
      const step = parts.next();
      if (step.done) return step.value;
      yield step.value;
      for (let n = 0; n < 100; n++, productId++) {
        if (productId % 3 === 0) removeDocument(state, productId);
        else putDocument(state, testDocument(productId, { title: `Changed ${productId}`, priceMinor: 5 }));
      }
      for (const _ of pack(state));
    }
  })();
  await writeSnapshot(directory, HEADER, changing);
  const read = await loaded(directory);
  const after = stateOfImage(read.parts, read.notes);
  // Every product that did not change is there as it was; the feed tells of the others.
  for (let other = productId; other <= 6_000; other++)
    assert.deepEqual(documentOf(after, other), documentOf(state, other));
  for (const item of searchProducts(after, testQuery('', { size: 100 })).items) assert.ok(item.title.length > 0);
});

test('no file is no damage', async (t) => {
  assert.deepEqual(await readSnapshot(await directoryOf(t)), { kind: 'absent' });
});

test('a file cut short anywhere is damaged', async (t) => {
  const directory = await directoryOf(t);
  await writeSnapshot(directory, HEADER, imageParts(stateWith(150)));
  const { length } = await readFile(snapshotPath(directory));
  for (const end of [length - 1, length - 20, length >> 1, 100, 8, 3, 0]) {
    await truncate(snapshotPath(directory), end);
    assert.equal((await readSnapshot(directory)).kind, 'damaged', `cut at ${end}`);
  }
});

test('a flipped bit anywhere is found', async (t) => {
  const directory = await directoryOf(t);
  await writeSnapshot(directory, HEADER, imageParts(stateWith(3)));
  const whole = await readFile(snapshotPath(directory));
  for (let at = 0; at < whole.length; at += at < 64 || at > whole.length - 64 ? 1 : 97) {
    const flipped = Buffer.from(whole);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    await writeFile(snapshotPath(directory), flipped);
    assert.equal((await readSnapshot(directory)).kind, 'damaged', `bit in byte ${at}`);
  }
});

test('a file that is no snapshot is not taken', async (t) => {
  const directory = await directoryOf(t);
  await writeFile(snapshotPath(directory), 'Dear diary, this is not a snapshot at all.');
  assert.equal((await readSnapshot(directory)).kind, 'damaged');
});

test('what a process that died in mid-write left behind is no snapshot, and goes with the next write', async (t) => {
  const directory = await directoryOf(t);
  await writeSnapshot(directory, HEADER, imageParts(stateWith(5)));
  // Above the largest pid there is.
  await writeFile(`${snapshotPath(directory)}.4999999.tmp`, 'SOUKREP2 and then nothing');
  await writeFile(`${snapshotPath(directory)}.${process.ppid}.tmp`, 'somebody else is writing');
  assert.equal((await loaded(directory)).notes.segments[0]?.slotCount, 5);
  await writeSnapshot(directory, HEADER, imageParts(stateWith(6)));
  assert.deepEqual((await readdir(directory)).sort(), ['replica.snapshot', `replica.snapshot.${process.ppid}.tmp`]);
});

test('a write that fails leaves the last good one', async (t) => {
  const directory = await directoryOf(t);
  await writeSnapshot(directory, HEADER, imageParts(stateWith(5)));
  const parts = imageParts(stateWith(9));
  const failing = (function* () {
    for (let n = 0; n < 10; n++) yield parts.next().value as never;
    throw new Error('the disk is full');
  })();
  await assert.rejects(writeSnapshot(directory, HEADER, failing), /full/);
  assert.equal((await loaded(directory)).notes.segments[0]?.slotCount, 5);
  assert.deepEqual(await readdir(directory), ['replica.snapshot']);
});
