import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import pg from 'pg';
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from './embedded-postgres.ts';
import { restoreLibraryLinks } from './embedded-postgres-binaries.ts';

type Place = { dataDirectory: string; start(): Promise<EmbeddedPostgres> };

/** Servers are stopped and their directories removed whatever becomes of the test. */
function emptyPlace(t: TestContext, prefix = join(tmpdir(), 'souk-postgres-')): Place {
  const directory = mkdtempSync(prefix);
  const dataDirectory = join(directory, 'postgres');
  let last: EmbeddedPostgres | undefined;
  t.after(async () => {
    await last?.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    dataDirectory,
    start: async () => {
      last = await startEmbeddedPostgres({ dataDirectory });
      return last;
    },
  };
}

// Copied, since making one takes a second.
const made = mkdtempSync(join(tmpdir(), 'souk-postgres-made-'));
before(async () => {
  await (await startEmbeddedPostgres({ dataDirectory: join(made, 'postgres') })).stop();
});
after(() => rmSync(made, { recursive: true, force: true }));

function placeWithDatabase(t: TestContext, prefix?: string): Place {
  const place = emptyPlace(t, prefix);
  const copied = spawnSync('cp', ['-a', join(made, 'postgres'), place.dataDirectory]);
  assert.equal(copied.status, 0);
  return place;
}

/** A process that has ended and was not yet taken note of by its parent has no command line either. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('a new directory gets a database that keeps what it says it kept', async (t) => {
  const { start } = emptyPlace(t);
  const postgres = await start();
  assert.equal(postgres.how, 'created');
  const settings = `select string_agg(setting, ' ' order by name) as settings from pg_settings where name in ('fsync', 'full_page_writes', 'listen_addresses', 'synchronous_commit')`;
  assert.deepEqual(await query(postgres.url, settings), [{ settings: 'on on  on' }]);
  assert.deepEqual(await query(postgres.url, `select lower('ÄÖÜ') as folded`), [{ folded: 'äöü' }]);
});

test('a clean stop leaves no process, and the next start finds the rows', async (t) => {
  const { dataDirectory, start } = placeWithDatabase(t);
  const first = await start();
  await query(first.url, 'create table kept as select 7 as n');
  await first.stop();
  assert.equal(existsSync(join(dataDirectory, 'postmaster.pid')), false);
  assert.equal(isRunning(first.pid), false);

  const second = await start();
  assert.equal(second.how, 'started');
  assert.deepEqual(await query(second.url, 'select n from kept'), [{ n: 7 }]);
});

test('a server whose launcher was killed is adopted', async (t) => {
  const { dataDirectory, start } = placeWithDatabase(t);
  const file = JSON.stringify(join(import.meta.dirname, 'embedded-postgres.ts'));
  const program = `const { startEmbeddedPostgres } = await import(${file});
    const { pid } = await startEmbeddedPostgres({ dataDirectory: ${JSON.stringify(dataDirectory)} });
    console.log(pid); process.kill(process.pid, 'SIGKILL');`;
  const launcher = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  assert.equal(launcher.signal, 'SIGKILL');

  const adopted = await start();
  assert.deepEqual({ how: adopted.how, pid: adopted.pid }, { how: 'adopted', pid: Number(launcher.stdout) });
});

test('after kill -9 of the postmaster its pid file does not stand in the way, and committed rows are there', async (t) => {
  const { dataDirectory, start } = placeWithDatabase(t);
  const first = await start();
  await query(first.url, 'create table kept as select 7 as n');
  // A connection that lives on: its backend holds the shared memory for a moment.
  const client = new pg.Client({ connectionString: first.url });
  client.on('error', () => {});
  await client.connect();
  process.kill(first.pid, 'SIGKILL');
  await first.gone(AbortSignal.timeout(10_000));
  assert.equal(existsSync(join(dataDirectory, 'postmaster.pid')), true);

  const second = await start();
  assert.equal(second.how, 'started');
  assert.deepEqual(await query(second.url, 'select n from kept'), [{ n: 7 }]);
});

test("left files that name another program's process are not believed", async (t) => {
  const { dataDirectory, start } = placeWithDatabase(t);
  const first = await start();
  const pidFile = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8');
  const socketLock = join(`${dataDirectory}.socket`, '.s.PGSQL.5432.lock');
  const socketLockText = readFileSync(socketLock, 'utf8');
  await first.stop();
  const stranger = spawn('/bin/sleep', ['60']);
  t.after(() => stranger.kill('SIGKILL'));
  await once(stranger, 'spawn');
  writeFileSync(join(dataDirectory, 'postmaster.pid'), pidFile.replace(/^\d+/, String(stranger.pid)));
  writeFileSync(socketLock, socketLockText.replace(/^\d+/, String(stranger.pid)));

  assert.equal((await start()).how, 'started');
});

test('a server that has lost its socket is stopped and started again, never doubled', async (t) => {
  const { dataDirectory, start } = placeWithDatabase(t);
  const first = await start();
  rmSync(`${dataDirectory}.socket`, { recursive: true });
  const second = await start();
  assert.equal(second.how, 'started');
  assert.equal(isRunning(first.pid), false);
  assert.deepEqual(await query(second.url, 'select 1 as one'), [{ one: 1 }]);
});

test('three starts at once make one server', async (t) => {
  const { start } = emptyPlace(t);
  const all = await Promise.all([start(), start(), start()]);
  assert.deepEqual(all.map(({ how }) => how).sort(), ['adopted', 'adopted', 'created']);
  assert.equal(new Set(all.map(({ pid }) => pid)).size, 1);
});

test('what a killed creation left behind is made anew', async (t) => {
  const { dataDirectory, start } = emptyPlace(t);
  mkdirSync(`${dataDirectory}.incomplete-1`);
  writeFileSync(join(`${dataDirectory}.incomplete-1`, 'PG_VERSION'), '18\n');
  assert.equal((await start()).how, 'created');
  assert.deepEqual(readdirSync(dirname(dataDirectory)).sort(), ['postgres', 'postgres.log', 'postgres.socket']);
});

test('a path too long for a socket works all the same', async (t) => {
  const { start } = placeWithDatabase(t, join(tmpdir(), `souk-${'long'.repeat(24)}-`));
  const postgres = await start();
  assert.deepEqual(await query(postgres.url, 'select 1 as one'), [{ one: 1 }]);
  const socketDirectory = new URL(postgres.url).searchParams.get('host') ?? '';
  t.after(() => rmSync(socketDirectory, { recursive: true, force: true }));
});

test('a directory closed to other users works as root', { skip: process.getuid?.() !== 0 }, async (t) => {
  const { dataDirectory, start } = placeWithDatabase(t);
  // mkdtemp makes directories that only their owner may enter.
  assert.equal(statSync(dirname(dataDirectory)).mode & 0o777, 0o700);
  const { pid, url } = await start();
  assert.doesNotMatch(readFileSync(`/proc/${pid}/status`, 'utf8'), /^Uid:\s*0\s/m);
  assert.deepEqual(await query(url, 'select 1 as one'), [{ one: 1 }]);
});

test('settings that PostgreSQL refuses are told in its own words', async (t) => {
  const { dataDirectory, start } = placeWithDatabase(t);
  await (await start()).stop();
  appendFileSync(join(dataDirectory, 'postgresql.conf'), "wal_level = 'nonsense'\n");
  await assert.rejects(start(), (error) => {
    assert.ok(error instanceof EmbeddedPostgresError);
    assert.match(error.message, /^PostgreSQL did not start in .*: configuration file .* contains errors$/);
    return true;
  });
});

test('library links that npm left out are made', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'souk-links-'));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'native/lib'), { recursive: true });
  writeFileSync(join(directory, 'native/lib/libx.so.1.2'), 'x');
  const links = [{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }];
  writeFileSync(join(directory, 'native/pg-symlinks.json'), JSON.stringify(links));
  restoreLibraryLinks(directory);
  restoreLibraryLinks(directory);
  assert.equal(readFileSync(join(directory, 'native/lib/libx.so.1'), 'utf8'), 'x');
});
