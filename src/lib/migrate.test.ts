import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { openTestDatabase } from '../checks/test-database.ts';
import { inspectSchema, migrate, readMigrations } from './migrate.ts';

type Files = Record<string, string>;
const FIRST: Files = { '0001-one.sql': 'create table one (n int);' };
const BOTH: Files = { ...FIRST, '0002-two.sql': 'create table two (n int); insert into two values (2);' };

function directoryOf(t: TestContext, files: Files): string {
  const directory = mkdtempSync(join(tmpdir(), 'souk-migrations-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

/** A database without any schema. */
async function emptyDatabase(t: TestContext): Promise<string> {
  const { url } = await openTestDatabase(t);
  await run(url, 'drop schema public cascade; create schema public');
  return url;
}

async function run(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('each file runs once, in order', async (t) => {
  const url = await emptyDatabase(t);
  assert.deepEqual(await migrate(url, directoryOf(t, FIRST)), {
    kind: 'migrated',
    applied: ['0001-one.sql'],
    number: 1,
  });
  const both = directoryOf(t, BOTH);
  assert.deepEqual(await inspectSchema(url, both), { kind: 'known', pending: ['0002-two.sql'], number: 1 });
  assert.deepEqual(await migrate(url, both), { kind: 'migrated', applied: ['0002-two.sql'], number: 2 });
  assert.deepEqual(await migrate(url, both), { kind: 'migrated', applied: [], number: 2 });
  assert.deepEqual(await run(url, 'select n from two'), [{ n: 2 }]);
});

test('four that start at once apply each file once', async (t) => {
  const url = await emptyDatabase(t);
  const both = directoryOf(t, BOTH);
  const outcomes = await Promise.all([migrate(url, both), migrate(url, both), migrate(url, both), migrate(url, both)]);
  const applied = outcomes.map((outcome) => (outcome.kind === 'migrated' ? outcome.applied.length : outcome.kind));
  assert.deepEqual(applied.sort(), [0, 0, 0, 2]);
});

test('a database of a newer program is left alone', async (t) => {
  const url = await emptyDatabase(t);
  await migrate(url, directoryOf(t, BOTH));
  const tooNew = { kind: 'too-new', number: 2, knownNumber: 1 };
  assert.deepEqual(await migrate(url, directoryOf(t, FIRST)), tooNew);
  assert.deepEqual(await inspectSchema(url, directoryOf(t, FIRST)), tooNew);
});

test('a file that was edited after it ran is named', async (t) => {
  const url = await emptyDatabase(t);
  await migrate(url, directoryOf(t, FIRST));
  const edited = directoryOf(t, { ...BOTH, '0001-one.sql': 'create table one (n bigint);' });
  assert.deepEqual(await migrate(url, edited), { kind: 'changed', name: '0001-one.sql' });
});

test('a file that fails leaves nothing of itself, and those before it stay', async (t) => {
  const url = await emptyDatabase(t);
  const directory = directoryOf(t, { ...FIRST, '0002-two.sql': 'create table two (n int); select 1 / 0;' });
  await assert.rejects(migrate(url, directory), { message: 'Migration 0002-two.sql failed: division by zero' });
  assert.deepEqual(await inspectSchema(url, directory), { kind: 'known', pending: ['0002-two.sql'], number: 1 });
  assert.deepEqual(await run(url, `select to_regclass('two') as two`), [{ two: null }]);
});

test('names that would be run in a surprising order are refused', (t) => {
  assert.throws(() => readMigrations(directoryOf(t, { '1-one.sql': '' })), /1-one\.sql is no migration's name/);
  assert.throws(
    () => readMigrations(directoryOf(t, { '0001-a.sql': '', '0001-b.sql': '' })),
    /Two migrations have the number 1/,
  );
});
