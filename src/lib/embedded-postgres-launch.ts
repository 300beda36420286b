// Makes a database directory and starts the server on it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binaries, EmbeddedPostgresError } from './embedded-postgres-binaries.ts';
import {
  chooseSocketDirectory,
  complaint,
  environment,
  exitOf,
  logSize,
  makeDirectoryOf,
  PORT,
} from './embedded-postgres-files.ts';
import { readPostmaster } from './embedded-postgres-postmaster.ts';
import { makeRunner, type Runner } from './embedded-postgres-user.ts';

export const SUPERUSER = 'souk';
export const READY_TIMEOUT_MS = 120_000; // replaying 1 GB of WAL on a slow disk takes its time
const SETTINGS = {
  listen_addresses: '',
  port: String(PORT),
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '256MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  jit: 'off', // plans here run for microseconds, compiling one takes milliseconds
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
};
const ORPHANS_TIMEOUT_MS = 15_000;
const ORPHANS_PAUSE_MS = 100;
const START_POLL_MS = 5;
const REMOVE_RETRIES = 10;

export async function create(
  dataDirectory: string,
  binaries: Binaries,
  owner: Runner['owner'],
  log: (message: string) => void,
): Promise<void> {
  log('Creating a PostgreSQL database.');
  // Made aside and moved when whole: a kill in between leaves nothing that looks like a database. The name is new each time,
  // since an initdb that outlived its killed parent may still be writing into the old one.
  const asidePrefix = `${dataDirectory}.incomplete-`;
  for (const name of readdirSync(dirname(dataDirectory))) {
    const left = join(dirname(dataDirectory), name);
    if (left.startsWith(asidePrefix)) rmSync(left, { recursive: true, force: true, maxRetries: REMOVE_RETRIES });
  }
  const aside = `${asidePrefix}${process.pid}`;
  makeDirectoryOf(owner, aside);
  const runner = makeRunner(owner, binaries, aside);
  const { file, args, ...identity } = runner.command(binaries.initdb, [
    `--pgdata=${aside}`,
    `--username=${SUPERUSER}`,
    '--auth=trust',
    '--encoding=UTF8',
    '--no-locale',
    // Letters of all languages fold their case, and rows sort by code point on every machine alike.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ]);
  const logPath = `${dataDirectory}.log`;
  const from = logSize(logPath);
  const output = openSync(logPath, 'a');
  const child = spawn(file, args, { ...identity, cwd: '/', env: environment(), stdio: ['ignore', output, output] });
  closeSync(output);
  if ((await exitOf(child)) !== 0)
    throw new EmbeddedPostgresError(`PostgreSQL could not create ${dataDirectory}: ${complaint(logPath, from)}`);
  // An empty directory in its place is fine; anything else there is not ours to remove.
  renameSync(aside, dataDirectory);
}

export async function launch(dataDirectory: string, binaries: Binaries, owner: Runner['owner']) {
  const runner = makeRunner(owner, binaries, dataDirectory);
  const socketDirectory = chooseSocketDirectory(dataDirectory);
  makeDirectoryOf(owner, socketDirectory);
  // A killed server's socket lock names its pid, which may be a zombie's or another program's by now.
  for (const name of readdirSync(socketDirectory)) rmSync(join(socketDirectory, name));
  const settings = Object.entries({ ...SETTINGS, unix_socket_directories: socketDirectory });
  const { file, args, ...identity } = runner.command(binaries.postgres, [
    '-D',
    dataDirectory,
    ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const logPath = `${dataDirectory}.log`;
  for (const start = performance.now(); ; await sleep(ORPHANS_PAUSE_MS)) {
    const from = logSize(logPath);
    const output = openSync(logPath, 'a');
    const child = spawn(file, args, {
      ...identity,
      cwd: '/',
      env: environment(),
      detached: true,
      stdio: ['ignore', output, output],
    });
    child.unref();
    closeSync(output);
    const exited = exitOf(child);
    const state = await Promise.race([exited.then(() => 'gone' as const), waitUntilStarted(child, dataDirectory)]);
    if (state === 'ready' && child.pid !== undefined) return { pid: child.pid, socketDirectory };
    if (state === 'late') {
      child.kill('SIGINT');
      throw new EmbeddedPostgresError(`PostgreSQL was not ready after ${READY_TIMEOUT_MS / 1000} s; see ${logPath}.`);
    }
    const why = complaint(logPath, from);
    // kill -9 of the postmaster: its children hold the shared memory until they notice, some milliseconds later.
    const isHeldByOrphans = /pre-existing shared memory block|lock file "postmaster.pid"/.test(why);
    if (!isHeldByOrphans || performance.now() - start > ORPHANS_TIMEOUT_MS) {
      throw new EmbeddedPostgresError(`PostgreSQL did not start in ${dataDirectory}: ${why}`);
    }
  }
}

async function waitUntilStarted(child: ChildProcess, dataDirectory: string): Promise<'ready' | 'late' | 'gone'> {
  const { pid } = child;
  if (pid === undefined) return 'gone';
  // Between fork and exec the process is not yet a postgres, so "gone" is told by its exit alone.
  for (const start = performance.now(); performance.now() - start < READY_TIMEOUT_MS; await sleep(START_POLL_MS)) {
    if (child.exitCode !== null || child.signalCode !== null) return 'gone';
    const state = readPostmaster(dataDirectory);
    if (state?.pid === pid && state.isReady) return 'ready';
  }
  return 'late';
}
