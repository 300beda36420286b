import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { openTestDatabase } from '../checks/test-database.ts';
import { type Database, openDatabase } from './db.ts';
import { confirmSecrets, holdSecrets } from './kept-secrets.ts';
import { openLog } from './log.ts';

const NAMES = ['first', 'second'] as const;
const log = openLog('test', 'silent');

/** Its database, one that is away, and where it keeps its files. */
async function openNode(t: TestContext): Promise<{ db: Database; nowhere: Database; directory: string }> {
  const db = await openTestDatabase(t);
  // Nothing listens there.
  const url = 'postgresql://nobody@127.0.0.1:9/none';
  const nowhere = openDatabase({ url, applicationName: 'nowhere', maxConnections: 1, statementTimeoutMs: 1_000 });
  const directory = await mkdtemp(join(tmpdir(), 'souk-secrets-'));
  t.after(async () => {
    await nowhere.close();
    await rm(directory, { recursive: true });
  });
  return { db, nowhere, directory };
}

test('what the database said is kept for a start without it, by its owner alone', async (t) => {
  const { db, nowhere, directory } = await openNode(t);
  const file = join(directory, 'of', 'the', 'node.json');

  const there = await holdSecrets(db, NAMES, file);
  assert.equal(there.isCopy, false);
  assert.equal((await stat(file)).mode & 0o777, 0o600);

  const away = await holdSecrets(nowhere, NAMES, file);
  assert.deepEqual(away, { secrets: there.secrets, isCopy: true });
  const { signal } = new AbortController();
  assert.equal(await confirmSecrets(db, away.secrets, file, signal, log), 'confirmed');

  // The node was started on the data directory of another shop: the database has the last word, and the copy is renewed.
  const others = { ...away.secrets, second: Buffer.from('of another shop') };
  await writeFile(file, JSON.stringify({ first: 'YQ==', second: 'Yg==' }));
  assert.equal(await confirmSecrets(db, others, file, signal, log), 'others');
  assert.deepEqual(await holdSecrets(nowhere, NAMES, file), away);
});

test('a damaged copy is none, and asking for it ends when the node does', async (t) => {
  const { db, nowhere, directory } = await openNode(t);
  const file = join(directory, 'node.json');
  await writeFile(file, '{"first":"YQ==",');
  const { secrets } = await holdSecrets(db, NAMES, file);
  assert.deepEqual(Object.keys(JSON.parse(await readFile(file, 'utf8'))), [...NAMES]);
  const closing = new AbortController();
  const confirming = confirmSecrets(nowhere, secrets, file, closing.signal, log);
  closing.abort();
  assert.equal(await confirming, 'aborted');
});
