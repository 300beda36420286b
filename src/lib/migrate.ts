// Numbered plain SQL files, run once each and only forward.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

export type Migration = { number: number; name: string; checksum: string; text: string };
export type SchemaState =
  | { kind: 'known'; pending: string[]; number: number }
  /** The database was migrated by a newer program. */
  | { kind: 'too-new'; number: number; knownNumber: number }
  /** A file differs from what once ran under its number. */
  | { kind: 'changed'; name: string };
export type MigrateOutcome =
  | { kind: 'migrated'; applied: string[]; number: number }
  | Exclude<SchemaState, { kind: 'known' }>;

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;
const LOCK_KEY = 7_685_107; // any number that no one else takes an advisory lock on
const LOCK_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;

export function readMigrations(directory: string): Migration[] {
  const migrations = readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const number = Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN);
      if (!Number.isInteger(number))
        throw new Error(`${name} is no migration's name; they are like 0001-what-it-adds.sql.`);
      const text = readFileSync(join(directory, name), 'utf8');
      return { number, name, checksum: createHash('sha256').update(text).digest('hex'), text };
    });
  const twice = migrations.find((migration, index) => migrations[index - 1]?.number === migration.number);
  if (twice) throw new Error(`Two migrations have the number ${twice.number}.`);
  return migrations;
}

/** Runs what has not run yet, each file in a transaction of its own. Several at once wait for each other. */
export async function migrate(url: string, directory: string): Promise<MigrateOutcome> {
  const migrations = readMigrations(directory);
  return withClient(url, async (client) => {
    await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await client.query('reset lock_timeout');
    await client.query(
      `create table if not exists schema_migration (
         number int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`,
    );
    const state = await compare(client, migrations);
    if (state.kind !== 'known') return state;
    for (const migration of migrations) {
      if (state.pending.includes(migration.name)) await apply(client, migration);
    }
    return { kind: 'migrated', applied: state.pending, number: migrations.at(-1)?.number ?? 0 };
  });
}

/** What `migrate` would find, with nothing changed. */
export async function inspectSchema(url: string, directory: string): Promise<SchemaState> {
  const migrations = readMigrations(directory);
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ exists: boolean }>(
      `select to_regclass('schema_migration') is not null as exists`,
    );
    return rows[0]?.exists
      ? compare(client, migrations)
      : { kind: 'known', pending: migrations.map(({ name }) => name), number: 0 };
  });
}

async function compare(client: pg.Client, migrations: Migration[]): Promise<SchemaState> {
  const { rows } = await client.query<{ number: number; checksum: string }>(
    'select number, checksum from schema_migration order by number',
  );
  const ran = new Map(rows.map((row) => [row.number, row.checksum]));
  const number = rows.at(-1)?.number ?? 0;
  const knownNumber = migrations.at(-1)?.number ?? 0;
  if (number > knownNumber) return { kind: 'too-new', number, knownNumber };
  const changed = migrations.find(
    (migration) => ran.has(migration.number) && ran.get(migration.number) !== migration.checksum,
  );
  if (changed) return { kind: 'changed', name: changed.name };
  return {
    kind: 'known',
    pending: migrations.filter((migration) => !ran.has(migration.number)).map(({ name }) => name),
    number,
  };
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.text);
    await client.query('insert into schema_migration (number, name, checksum) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    throw new Error(`Migration ${migration.name} failed: ${(error as Error).message}`, { cause: error });
  }
}

// A connection of its own: the lock lives as long as it does, and no statement timeout of a pool cuts a long migration.
async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'souk migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A lost connection also fails the query under way, which is where it is heard.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
