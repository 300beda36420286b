// A PostgreSQL of our own: created, started or adopted in a directory, reachable only through a unix socket.
// It runs in a session of its own, so that Ctrl-C ends the shop first; if the shop is killed, it stays and the next start adopts it.
import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError, findBinaries } from './embedded-postgres-binaries.ts';
import { chooseSocketDirectory, PORT } from './embedded-postgres-files.ts';
import { create, launch, READY_TIMEOUT_MS, SUPERUSER } from './embedded-postgres-launch.ts';
import {
  isPostmasterOf,
  pidFileOf,
  readPostmaster,
  waitUntilGone,
  waitUntilReady,
} from './embedded-postgres-postmaster.ts';
import { chooseOwner } from './embedded-postgres-user.ts';
import { waitForProcessLock } from './process-lock.ts';

export { EmbeddedPostgresError } from './embedded-postgres-binaries.ts';

export type EmbeddedPostgresOptions = { dataDirectory: string; log?: (message: string) => void };
export type EmbeddedPostgres = {
  url: string;
  how: 'created' | 'started' | 'adopted';
  pid: number;
  /** Resolves when the server is gone, whoever ended it, or when the signal says to stop watching. */
  gone(signal: AbortSignal): Promise<void>;
  /** Cuts open connections, writes a checkpoint, and resolves when the server is gone. */
  stop(): Promise<void>;
};

const DATABASE = 'souk';
const LOCK_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 3_000;
const GONE_POLL_MS = 250;

/** Safe to call from several processes at once: one creates or starts, the others adopt. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  mkdirSync(dirname(options.dataDirectory), { recursive: true });
  const dataDirectory = join(realpathSync(dirname(options.dataDirectory)), basename(options.dataDirectory));
  const log = options.log ?? (() => {});
  const lock = await waitForProcessLock(`embedded-postgres:${dataDirectory}`, LOCK_TIMEOUT_MS);
  try {
    const adopted = await adopt(dataDirectory, log);
    if (adopted) return handle(dataDirectory, adopted.pid, adopted.socketDirectory, 'adopted');
    const binaries = findBinaries();
    const owner = chooseOwner(dataDirectory);
    const isNew = !existsSync(join(dataDirectory, 'PG_VERSION'));
    if (isNew) await create(dataDirectory, binaries, owner, log);
    const { pid, socketDirectory } = await launch(dataDirectory, binaries, owner);
    await createDatabase(socketDirectory);
    return handle(dataDirectory, pid, socketDirectory, isNew ? 'created' : 'started');
  } finally {
    await lock.release();
  }
}

/** The address of a server that runs in that directory, or undefined. */
export function findEmbeddedPostgres(dataDirectory: string): string | undefined {
  const found = readPostmaster(dataDirectory);
  return found && isPostmasterOf(found.pid, dataDirectory) ? urlOf(found.socketDirectory, DATABASE) : undefined;
}

/** Ends the server that runs in that directory, whoever started it, and what it kept elsewhere. */
export async function endEmbeddedPostgres(dataDirectory: string): Promise<void> {
  const found = readPostmaster(dataDirectory);
  if (found) await stop(found.pid, dataDirectory);
  rmSync(chooseSocketDirectory(dataDirectory), { recursive: true, force: true });
}

function handle(
  dataDirectory: string,
  pid: number,
  socketDirectory: string,
  how: EmbeddedPostgres['how'],
): EmbeddedPostgres {
  return {
    url: urlOf(socketDirectory, DATABASE),
    how,
    pid,
    gone: async (signal) => {
      // Polled, since an adopted server is nobody's child here.
      while (!signal.aborted && isPostmasterOf(pid, dataDirectory)) {
        await sleep(GONE_POLL_MS, undefined, { signal }).catch(() => {});
      }
    },
    stop: () => stop(pid, dataDirectory),
  };
}

function urlOf(socketDirectory: string, database: string): string {
  return `postgresql:///${database}?host=${encodeURIComponent(socketDirectory)}&port=${PORT}&user=${SUPERUSER}`;
}

/** The server that a killed shop left behind, or undefined when there is none that answers. */
async function adopt(dataDirectory: string, log: (message: string) => void) {
  const found = readPostmaster(dataDirectory);
  if (!found) return undefined;
  if (!isPostmasterOf(found.pid, dataDirectory)) {
    // PostgreSQL would take any living process with that pid for itself and refuse to start.
    rmSync(pidFileOf(dataDirectory), { force: true });
    return undefined;
  }
  if ((await waitUntilReady(found.pid, dataDirectory, READY_TIMEOUT_MS)) === 'ready') {
    const { socketDirectory } = readPostmaster(dataDirectory) ?? found;
    try {
      await createDatabase(socketDirectory);
      return { pid: found.pid, socketDirectory };
    } catch (error) {
      log(`The running PostgreSQL (process ${found.pid}) does not answer and is stopped: ${(error as Error).message}`);
    }
  }
  await stop(found.pid, dataDirectory);
  return undefined;
}

async function stop(pid: number, dataDirectory: string): Promise<void> {
  // SIGINT: "fast" shutdown. SIGQUIT: "immediate", which the next start recovers from like from a crash.
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isPostmasterOf(pid, dataDirectory)) return;
    process.kill(pid, signal);
    if (await waitUntilGone(pid, dataDirectory, STOP_TIMEOUT_MS)) return;
  }
  throw new EmbeddedPostgresError(`PostgreSQL (process ${pid}) cannot be stopped.`);
}

async function createDatabase(socketDirectory: string): Promise<void> {
  const client = new pg.Client({
    connectionString: urlOf(socketDirectory, 'postgres'),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
