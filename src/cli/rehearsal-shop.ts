// A shop of its own for a rehearsal: `souk start` on an empty directory and free ports, with its database where it can be broken.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Config, configEnvironment } from '../config.ts';
import { isPostmasterOf, readPostmaster } from '../lib/embedded-postgres-postmaster.ts';
import { type Breakable, childrenOf, openDatabaseProxy, type Part } from '../rehearsal/index.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { keepPostgres } from './keep-postgres.ts';
import { LOOPBACK } from './ports.ts';
import { Refusal } from './refusal.ts';
import { removeRehearsalShop, shopDirectoryOf } from './rehearsal-directory.ts';
import { migrateOrRefuse, startOwnPostgres } from './shop-database.ts';
import type { StartOptions } from './start.ts';

export type RehearsalShop = {
  origin: string;
  /** Its database and all it keeps; gone when it has been closed. */
  directory: string;
  /** Straight to the database, past whatever is cut. */
  databaseUrl: string;
  breakable: Breakable;
  /** Aborted when the shop ends and nobody asked it to. */
  lost: AbortSignal;
  /** Runs `souk start`. Before that the database is there alone. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing running and does not wait for it: for whoever stops a second time. */
  abandon(): void;
};

const PROGRAMS: Record<Part, string> = { web: 'web', worker: 'worker', provider: 'sandbox' };
const STOP_TIMEOUT_MS = 45_000;

/** Everything lies in that directory; its data is removed in the end. */
export async function makeRehearsalShop(
  given: Config,
  directory: string,
  options: StartOptions,
  canCutConnections: boolean,
): Promise<RehearsalShop> {
  const [port, opsPort, sandboxPort] = (await freePorts(3)) as [number, number, number];
  const log = createWriteStream(join(directory, 'shop.log'));
  const say = (line: string): void => void log.write(`${line}\n`);
  const config: Config = {
    ...given,
    host: LOOPBACK,
    port,
    opsPort,
    sandboxPort,
    origin: `http://${LOOPBACK}:${port}`,
    dataDirectory: prepareDataDirectory(shopDirectoryOf(directory)),
    databaseUrl: undefined,
    demo: 'off',
    smtpUrl: undefined,
    logLevel: 'warn',
  };
  const postgres = keepPostgres(config, await startOwnPostgres(config, say), say);
  const postgresDirectory = join(config.dataDirectory, 'postgres');
  const proxy = canCutConnections ? await openDatabaseProxy(postgres.url) : undefined;
  await migrateOrRefuse(postgres.url).catch(async (error: unknown) => {
    await postgres.stop();
    throw error;
  });
  let shop: ChildProcess | undefined;
  const lost = new AbortController();
  let isClosing = false;
  const databasePid = (): number | undefined => {
    const pid = readPostmaster(postgresDirectory)?.pid;
    return pid !== undefined && isPostmasterOf(pid, postgresDirectory) ? pid : undefined;
  };

  return {
    origin: config.origin,
    directory: config.dataDirectory,
    databaseUrl: postgres.url,
    lost: lost.signal,
    breakable: {
      pid: (part) => childrenOf(shop?.pid ?? 0).find((pid) => isProgram(pid, PROGRAMS[part])),
      databasePid,
      cutConnections: () => proxy?.cut() ?? 0,
    },
    open: async () => {
      shop = spawn(
        process.execPath,
        [...process.execArgv, '--disable-warning=ExperimentalWarning', options.mainFile, 'start', '--json'],
        {
          env: { ...options.environment, ...configEnvironment({ ...config, databaseUrl: proxy?.url ?? postgres.url }) },
          // Ctrl-C is for the rehearsal, which ends its shop itself; the channel ends the shop if the rehearsal is killed.
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        },
      );
      shop.once('exit', () => isClosing || lost.abort());
      shop.stderr?.pipe(log, { end: false });
      await becomeReady(shop, say, join(directory, 'shop.log'));
    },
    close: async () => {
      isClosing = true;
      await stopShop(shop);
      await proxy?.close();
      await postgres.stop();
      log.end();
      await removeRehearsalShop(directory);
    },
    abandon: () => {
      // Children first: without their parent they end, and without the database they have nothing to finish.
      for (const pid of [...childrenOf(shop?.pid ?? 0), shop?.pid]) if (pid !== undefined) endNow(pid, 'SIGKILL');
      const postmaster = databasePid();
      // PostgreSQL's own way to stop at once, its processes with it.
      if (postmaster !== undefined) endNow(postmaster, 'SIGQUIT');
    },
  };
}

async function becomeReady(shop: ChildProcess, say: (line: string) => void, logPath: string): Promise<void> {
  const exited = once(shop, 'exit').then(() => {
    throw new Refusal(`The shop of the rehearsal did not start; ${logPath} says why.`);
  });
  exited.catch(() => {});
  const ready = new Promise<void>((resolve) => {
    if (!shop.stdout) return;
    createInterface({ input: shop.stdout }).on('line', (line) => {
      say(line);
      if (line.startsWith('{"event":"ready"')) resolve();
    });
  });
  await Promise.race([ready, exited]);
}

async function stopShop(shop: ChildProcess | undefined): Promise<void> {
  if (!shop || shop.exitCode !== null || shop.signalCode !== null) return;
  const exited = once(shop, 'exit');
  shop.kill('SIGTERM');
  const hard = setTimeout(() => shop.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(hard);
}

function endNow(pid: number, signal: 'SIGKILL' | 'SIGQUIT'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ended meanwhile
  }
}

function isProgram(pid: number, name: string): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        .split('\0')
        .filter((word) => word !== '')
        .at(-1) === name
    );
  } catch {
    return false; // ended meanwhile
  }
}

/** All held open together, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, LOOPBACK));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
