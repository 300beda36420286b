// A PostgreSQL for one test file alone, so that it may be killed, stopped, and run out of disk.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Database, openDatabase } from '../lib/db.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../lib/embedded-postgres.ts';
import { migrate } from '../lib/migrate.ts';

const MIGRATIONS = join(import.meta.dirname, '../../migrations');
const CONNECTIONS = 10;
const STATEMENT_TIMEOUT_MS = 30_000;

export type OwnServer = {
  url: string;
  /** A migrated database without rows. */
  database(name: string): Promise<Database & { url: string }>;
  /** The postmaster and all its backends at one blow, as when the machine loses its power. */
  kill9(): Promise<void>;
  /** "Fast": open connections are cut, a checkpoint is written. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
};

/** Without a parent directory it is one of its own in the temporary directory. */
export async function openOwnServer(parent?: string): Promise<OwnServer> {
  const home = parent ?? (await mkdtemp(join(tmpdir(), 'souk-faults-')));
  const dataDirectory = join(home, 'postgres');
  let server: EmbeddedPostgres = await startEmbeddedPostgres({ dataDirectory });
  const start = async (): Promise<void> => {
    server = await startEmbeddedPostgres({ dataDirectory });
  };
  return {
    url: server.url,
    async database(name) {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      const outcome = await migrate(url.href, MIGRATIONS);
      if (outcome.kind !== 'migrated') throw new Error(`not migrated: ${JSON.stringify(outcome)}`);
      const options = { applicationName: name, maxConnections: CONNECTIONS, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
      return { ...openDatabase({ url: url.href, ...options }), url: url.href };
    },
    async kill9() {
      const backends = (await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8')).trim().split(' ');
      for (const pid of [server.pid, ...backends.map(Number)]) killOne(pid);
      await server.gone(AbortSignal.timeout(STATEMENT_TIMEOUT_MS));
    },
    stop: () => server.stop(),
    start,
    async remove() {
      await server.stop();
      if (parent === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // A backend may have ended by itself since the list was read.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
