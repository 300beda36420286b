// Real PostgreSQL for tests: one server for all of them, migrated once into a template, cloned for each test.
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { type Database, openDatabase } from '../lib/db.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../lib/embedded-postgres.ts';
import { migrate, readMigrations } from '../lib/migrate.ts';
import { waitForProcessLock } from '../lib/process-lock.ts';

export type TestDatabase = Database & { url: string };

const MIGRATIONS = join(import.meta.dirname, '../../migrations');
const TEMPLATES_KEPT = 4;
const SETUP_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 10;
const STATEMENT_TIMEOUT_MS = 30_000;

type Setup = { serverUrl: string; template: string };
let setup: Promise<Setup> | undefined;
let cloneCount = 0;

/** A database with all migrations and no rows, gone after the test. */
export async function openTestDatabase(t: Pick<TestContext, 'after'>): Promise<TestDatabase> {
  setup ??= prepare();
  const { serverUrl, template } = await setup;
  const name = `souk_test_${process.pid}_${++cloneCount}`;
  await onServer(serverUrl, (client) => client.query(`create database ${name} template ${template}`));
  const url = databaseUrl(serverUrl, name);
  const db = openDatabase({
    url,
    applicationName: name,
    maxConnections: MAX_CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  t.after(async () => {
    await db.close();
    await onServer(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
  });
  return { ...db, url };
}

/** Any test process starts the server if it does not run; it stays for the next one (run-tests.ts stops it). */
export function startTestServer(): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDirectory: join(tmpdir(), `souk-tests-${process.getuid?.() ?? 0}`, 'postgres') });
}

export async function hasOtherClients(serverUrl: string): Promise<boolean> {
  return onServer(serverUrl, async (client) => {
    const { rowCount } = await client.query(
      `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return (rowCount ?? 0) > 0;
  });
}

async function prepare(): Promise<Setup> {
  // Several test processes begin at once, and the first one makes the template.
  const lock = await waitForProcessLock('test-database', SETUP_TIMEOUT_MS);
  try {
    const { url: serverUrl } = await startTestServer();
    const hash = createHash('sha256');
    for (const { name, checksum } of readMigrations(MIGRATIONS)) hash.update(`${name} ${checksum}\n`);
    const template = `souk_template_${hash.digest('hex').slice(0, 16)}`;
    await onServer(serverUrl, async (client) => {
      const { rows } = await client.query<{ datname: string }>(
        `select datname from pg_database where datname like 'souk\\_te%' order by oid desc`,
      );
      const names = rows.map((row) => row.datname);
      if (!names.includes(template)) await makeTemplate(client, serverUrl, template);
      for (const name of outdated(names, template)) await client.query(`drop database if exists ${name} with (force)`);
    });
    return { serverUrl, template };
  } finally {
    await lock.release();
  }
}

async function makeTemplate(client: pg.Client, serverUrl: string, template: string): Promise<void> {
  const unfinished = `${template}_unfinished`;
  await client.query(`drop database if exists ${unfinished} with (force)`);
  await client.query(`create database ${unfinished}`);
  const outcome = await migrate(databaseUrl(serverUrl, unfinished), MIGRATIONS);
  if (outcome.kind !== 'migrated')
    throw new Error(`The migrations do not run on an empty database: ${JSON.stringify(outcome)}`);
  await client.query(`alter database ${unfinished} rename to ${template}`);
}

/** Clones of test processes that were killed, and templates of older migrations beyond the newest few. */
function outdated(names: string[], template: string): string[] {
  const clones = names.filter((name) => {
    const pid = Number(/^souk_test_(\d+)_/.exec(name)?.[1] ?? 0);
    return pid > 0 && !isAlive(pid);
  });
  const templates = names.filter((name) => name.startsWith('souk_template_') && name !== template);
  return [...clones, ...templates.slice(TEMPLATES_KEPT)];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer<T>(serverUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
