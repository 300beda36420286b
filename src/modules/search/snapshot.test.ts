import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ReplicaDocument } from './document.ts';
import { readSnapshot, snapshotPath, writeSnapshot } from './snapshot.ts';
import { testDocument } from './test-documents.ts';

const HEADER = { databaseId: 'a', feedOffset: '7:1', currentAtMs: 1_000 };

async function directoryOf(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'replica-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

function documentsOf(count: number): Map<number, ReplicaDocument> {
  return new Map(
    Array.from({ length: count }, (_, at) => [at + 1, testDocument(at + 1, { description: 'é😀'.repeat(at % 9) })]),
  );
}

async function readAll(directory: string) {
  const documents: ReplicaDocument[] = [];
  const read = await readSnapshot(directory, (document) => {
    documents.push(document);
    return undefined;
  });
  return { read, documents };
}

test('what was written is read, with its header', async (t) => {
  const directory = await directoryOf(t);
  for (const count of [0, 1, 64, 200]) {
    const documents = documentsOf(count);
    await writeSnapshot(directory, HEADER, documents);
    assert.deepEqual(await readAll(directory), {
      read: { kind: 'loaded', header: HEADER },
      documents: [...documents.values()],
    });
  }
  assert.deepEqual(await readdir(directory), ['replica.snapshot']);
});

test('no file is no damage', async (t) => {
  assert.deepEqual((await readAll(await directoryOf(t))).read, { kind: 'absent' });
});

test('a file cut short anywhere is damaged', async (t) => {
  const directory = await directoryOf(t);
  await writeSnapshot(directory, HEADER, documentsOf(150));
  const { length } = await readFile(snapshotPath(directory));
  for (const end of [length - 1, length - 20, length >> 1, 100, 8, 3, 0]) {
    await truncate(snapshotPath(directory), end);
    assert.equal((await readAll(directory)).read.kind, 'damaged', `cut at ${end}`);
  }
});

test('a flipped bit anywhere is found', async (t) => {
  const directory = await directoryOf(t);
  await writeSnapshot(directory, HEADER, documentsOf(3));
  const whole = await readFile(snapshotPath(directory));
  for (let at = 0; at < whole.length; at += 7) {
    const flipped = Buffer.from(whole);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    await writeFile(snapshotPath(directory), flipped);
    assert.equal((await readAll(directory)).read.kind, 'damaged', `bit in byte ${at}`);
  }
});

test('a file that is no snapshot, or one of another format, is not taken', async (t) => {
  const directory = await directoryOf(t);
  await writeFile(snapshotPath(directory), 'Dear diary, this is not a snapshot at all.');
  assert.equal((await readAll(directory)).read.kind, 'damaged');
});
