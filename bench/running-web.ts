// A shop for benchmarks over HTTP: database, sandbox provider and one web process, each a process of its own.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../src/checks/running-shop.ts';
import { WEB_ARGUMENTS } from '../src/cli/web-arguments.ts';
import { type Database, openDatabase } from '../src/lib/db.ts';
import { startEmbeddedPostgres } from '../src/lib/embedded-postgres.ts';
import { migrate } from '../src/lib/migrate.ts';

const QUIET = '--disable-warning=ExperimentalWarning';
const MAIN_FILE = join(import.meta.dirname, '../src/main.ts');
const STATEMENT_TIMEOUT_MS = 120_000;

export type RunningWeb = {
  db: Database;
  url: string;
  postgresPid: number;
  port: number;
  sandboxPort: number;
  sandbox: ChildProcess;
  web: ChildProcess;
  close(): Promise<void>;
};

/** `prepare` fills the database before the web process reads it. `profile`: a directory for CPU profiles of web and provider. */
export async function startRunningWeb(
  prepare: (db: Database) => Promise<unknown>,
  profile: string | undefined,
): Promise<RunningWeb> {
  const ends = new AsyncDisposableStack();
  try {
    return await start(prepare, profile, ends);
  } catch (error) {
    await ends.disposeAsync();
    throw error;
  }
}

async function start(
  prepare: (db: Database) => Promise<unknown>,
  profile: string | undefined,
  ends: AsyncDisposableStack,
): Promise<RunningWeb> {
  const directory = await mkdtemp(join(tmpdir(), 'souk-bench-'));
  ends.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres') });
  ends.defer(() => postgres.stop());
  await migrate(postgres.url, join(import.meta.dirname, '../migrations'));
  const options = { applicationName: 'bench', maxConnections: 4, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  const db = openDatabase({ url: postgres.url, ...options });
  ends.defer(() => db.close());
  await prepare(db);
  await db.script('checkpoint');
  const [port, opsPort, sandboxPort] = [await freePort(), await freePort(), await freePort()];
  const environment = {
    PORT: String(port),
    OPS_PORT: String(opsPort),
    SANDBOX_PORT: String(sandboxPort),
    SOUK_DATA: directory,
    DATABASE_URL: postgres.url,
    SOUK_DEMO: 'off',
    LOG_LEVEL: 'error',
  };
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const sandbox = await startChild('sandbox', environment, [QUIET, ...profiling], ends);
  const web = await startChild('web', environment, [...WEB_ARGUMENTS, ...profiling], ends);
  return {
    db,
    url: postgres.url,
    postgresPid: postgres.pid,
    port,
    sandboxPort,
    sandbox,
    web,
    close: () => ends.disposeAsync(),
  };
}

async function startChild(
  command: string,
  environment: NodeJS.ProcessEnv,
  execArgv: string[],
  ends: AsyncDisposableStack,
): Promise<ChildProcess> {
  const child = fork(MAIN_FILE, [command], {
    env: { ...process.env, ...environment },
    execArgv,
    // As `souk start` does. Where Linux shares a processor out by sessions, PostgreSQL's processes would have one each otherwise, and
    // the shop one together with its own load.
    detached: true,
  });
  ends.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const ended = once(child, 'exit').then(([code]) => [{ kind: `ended with ${code}` }]);
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ kind: string; reason?: string }];
  if (message.kind !== 'ready') throw new Error(`souk ${command}: ${message.reason ?? message.kind}`);
  return child;
}

const TICKS_A_SECOND = 100;
// Fields of /proc/PID/stat after the name in brackets: man 5 proc.
const PARENT_FIELD = 1;
const TIME_FIELDS = [11, 12, 13, 14];

/** Processor time of a process and its children so far. On a machine with other work it says more than the clock does. */
export async function cpuSeconds(pid: number | undefined): Promise<number> {
  let ticks = 0;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const isMeant = Number(name) === pid || Number(fields[PARENT_FIELD]) === pid;
    if (isMeant) ticks += TIME_FIELDS.reduce((sum, field) => sum + Number(fields[field]), 0);
  }
  return ticks / TICKS_A_SECOND;
}
