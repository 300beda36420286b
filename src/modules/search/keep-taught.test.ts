import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openTestDatabase } from '../../checks/test-database.ts';
import { openLog } from '../../lib/log.ts';
import type { Lesson } from './engine/knowledge.ts';
import { searchProducts } from './engine/search.ts';
import { openState, putDocument } from './engine/state.ts';
import { keepTaught } from './keep-taught.ts';
import { testDocument, testQuery } from './test-documents.ts';

function yenProducts() {
  const state = openState();
  putDocument(state, testDocument(1, { currency: 'JPY' }));
  return searchProducts(state, testQuery(''));
}

test('the synonym file is read again when it is saved, and the operator’s own counts before the shop’s', async (t) => {
  const db = await openTestDatabase(t);
  const directory = await mkdtemp(join(tmpdir(), 'synonyms-'));
  const [own, shipped] = [join(directory, 'own.txt'), join(directory, 'shipped.txt')];
  await writeFile(shipped, 'couch, sofa');
  const lessons: Lesson[] = [];
  const taught = keepTaught({
    db,
    replica: { teach: (lesson) => lessons.push(lesson), search: async () => yenProducts() },
    log: openLog('test', 'silent'),
    synonymFiles: [own, shipped],
  });
  t.after(() => rm(directory, { recursive: true }));
  t.after(() => taught.close());
  const isTaught = async (text: string) => {
    const until = Date.now() + 20_000;
    while (lessons.findLast(({ synonyms }) => synonyms !== undefined)?.synonyms !== text) {
      assert.ok(Date.now() < until, `${text} was not read`);
      await setTimeout(50);
    }
  };
  await isTaught('couch, sofa');
  await writeFile(own, 'tap, faucet');
  await isTaught('tap, faucet');
  assert.ok(lessons.some(({ pastQueries }) => pastQueries?.length === 0));
  assert.deepEqual(
    lessons.flatMap(({ currency }) => currency ?? []),
    ['JPY'],
  );
});
