// The database a command works on: the running shop's, our own started for the time of the command, or DATABASE_URL.
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Config } from '../config.ts';
import { errorCode } from '../lib/db.ts';
import { type EmbeddedPostgres, findEmbeddedPostgres, startEmbeddedPostgres } from '../lib/embedded-postgres.ts';
import { inspectSchema, type MigrateOutcome, migrate, type SchemaState } from '../lib/migrate.ts';
import { tryProcessLock } from '../lib/process-lock.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { Refusal } from './refusal.ts';

export type ShopDatabase = { url: string; close(): Promise<void> };

const MIGRATIONS = join(import.meta.dirname, '../../migrations');
const OLDEST_SERVER_VERSION = 150_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Whoever holds it runs the shop of that data directory. */
export function shopLockName(dataDirectory: string): string {
  return `shop:${dataDirectory}`;
}

export function hasOwnDatabase(config: Config): boolean {
  return existsSync(join(config.dataDirectory, 'postgres', 'PG_VERSION'));
}

export function startOwnPostgres(config: Config, log: (message: string) => void): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDirectory: join(config.dataDirectory, 'postgres'), log });
}

/** The address of our own PostgreSQL while it runs. */
export function findOwnPostgresUrl(config: Config): string | undefined {
  return hasOwnDatabase(config)
    ? findEmbeddedPostgres(join(realpathSync(config.dataDirectory), 'postgres'))
    : undefined;
}

/** What the shop that runs on this data directory says of itself. */
export async function shopHolder(config: Config): Promise<string | undefined> {
  if (!existsSync(config.dataDirectory)) return undefined;
  const attempt = await tryProcessLock(shopLockName(realpathSync(config.dataDirectory)), String);
  if (attempt.kind === 'taken') return attempt.note;
  await attempt.lock.release();
  return undefined;
}

async function openShopDatabase(config: Config): Promise<ShopDatabase> {
  if (config.databaseUrl !== undefined) {
    await requireUsable(config.databaseUrl);
    return { url: config.databaseUrl, close: async () => {} };
  }
  const dataDirectory = prepareDataDirectory(config.dataDirectory);
  const postgres = await startOwnPostgres(config, (message) => console.error(message));
  return {
    url: postgres.url,
    close: async () => {
      // A shop that runs needs it further, whoever of us started it.
      const attempt = await tryProcessLock(shopLockName(dataDirectory), String);
      if (attempt.kind === 'taken') return;
      await postgres.stop();
      await attempt.lock.release();
    },
  };
}

export async function withShopDatabase<T>(config: Config, work: (url: string) => Promise<T>): Promise<T> {
  const database = await openShopDatabase(config);
  try {
    return await work(database.url);
  } finally {
    await database.close();
  }
}

/** For commands that only read: they make no database and change no schema. */
export async function withReadableShop<T>(config: Config, work: (url: string) => Promise<T>): Promise<T> {
  if (config.databaseUrl === undefined && !hasOwnDatabase(config))
    throw new Refusal(
      `There is no shop in ${config.dataDirectory} yet. "souk start" makes one; SOUK_DATA names another directory.`,
    );
  return withShopDatabase(config, async (url) => {
    await requireCurrentSchema(url);
    return work(url);
  });
}

export async function migrateOrRefuse(url: string): Promise<string[]> {
  const outcome = await migrate(url, MIGRATIONS);
  if (outcome.kind !== 'migrated') throw new Refusal(schemaSentence(outcome));
  return outcome.applied;
}

export function inspectShopSchema(url: string): Promise<SchemaState> {
  return inspectSchema(url, MIGRATIONS);
}

export async function requireCurrentSchema(url: string): Promise<void> {
  const state = await inspectShopSchema(url);
  if (state.kind !== 'known') throw new Refusal(schemaSentence(state));
  if (state.pending.length > 0)
    throw new Refusal(`The database lacks ${state.pending.length} migrations. Run "souk migrate" first.`);
}

export function schemaSentence(outcome: Exclude<MigrateOutcome, { kind: 'migrated' }>): string {
  if (outcome.kind === 'too-new') {
    return `The database was made by a newer Souk: its schema is ${outcome.number}, and this version knows ${outcome.knownNumber}. Start that newer version, or use another database.`;
  }
  return `The database does not fit this version: migration ${outcome.name} is not the one that once ran there. Use the version that made it, or another database.`;
}

/** Answers the server's version, or refuses in a sentence. The address may carry a password and is not shown. */
export async function requireUsable(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; number: number; standby: boolean }>(
      `select current_setting('server_version') as version, current_setting('server_version_num')::int as number, pg_is_in_recovery() as standby`,
    );
    const server = rows[0];
    if (!server || server.number < OLDEST_SERVER_VERSION) {
      throw new Refusal(`DATABASE_URL leads to PostgreSQL ${server?.version}. Souk needs 15 or newer.`);
    }
    if (server.standby)
      throw new Refusal('DATABASE_URL leads to a standby, which is read-only. Use the address of its primary.');
    return server.version;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const sentence = `The database that DATABASE_URL names cannot be used: ${connectSentence(error)}`;
    const isAway = AWAY_CODES.has(errorCode(error) ?? '') || isTimeout(error);
    throw isAway ? new DatabaseAway(sentence) : new Refusal(sentence);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Nothing is wrong with the address: the server may be there again in a moment. */
export class DatabaseAway extends Refusal {}

const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  '53300',
  '57P03',
]);

const CONNECT_FAULTS: Record<string, string> = {
  ECONNREFUSED: 'nothing answers at that address. Is PostgreSQL running, and is the port right?',
  ECONNRESET: 'whatever answers at that address is no PostgreSQL, or refuses to talk.',
  ENOTFOUND: 'there is no machine with that name.',
  EAI_AGAIN: 'the name of the machine cannot be looked up now.',
  ENOENT: 'there is no such socket.',
  EHOSTUNREACH: 'that machine cannot be reached.',
  ENETUNREACH: 'that network cannot be reached.',
  ETIMEDOUT: 'it does not answer in time.',
  '28P01': 'the password is wrong, or there is no such user.',
  '28000': 'it does not let that user in.',
  '3D000': 'the server has no database of that name. Create it first.',
  '53300': 'it has too many connections open.',
  '57P03': 'it is starting up or shutting down. Try again in a moment.',
};

function connectSentence(error: unknown): string {
  const known = CONNECT_FAULTS[errorCode(error) ?? ''];
  if (known) return known;
  return isTimeout(error)
    ? `it does not answer within ${CONNECT_TIMEOUT_MS / 1000} s.`
    : `${(error as Error).message}.`;
}

function isTimeout(error: unknown): boolean {
  return /timeout/i.test((error as Error).message);
}
