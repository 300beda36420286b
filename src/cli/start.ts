// souk start: brings up everything in order, keeps it up, and takes it down in the opposite order.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, configEnvironment } from '../config.ts';
import { type ProcessLock, tryProcessLock } from '../lib/process-lock.ts';
import { type Supervised, supervise } from '../lib/supervise.ts';
import { hasServedBefore, prepareDataDirectory, readNote, writeNote } from './data-directory.ts';
import { keepPostgres } from './keep-postgres.ts';
import { chooseSandboxPort, LOOPBACK, requireFree } from './ports.ts';
import { Refusal } from './refusal.ts';
import {
  DatabaseAway,
  hasOwnDatabase,
  migrateOrRefuse,
  requireUsable,
  shopLockName,
  startOwnPostgres,
} from './shop-database.ts';
import { readDegraded, untilSearching } from './shop-health.ts';
import { readyText } from './start-text.ts';
import { watchStopSignals } from './stop-signals.ts';
import { WEB_ARGUMENTS } from './web-arguments.ts';

/** environment: what children inherit besides their settings. */
export type StartOptions = { json: boolean; mainFile: string; environment: NodeJS.ProcessEnv };
type Undo = (() => Promise<void>)[];

const OTHER_ARGUMENTS = ['--disable-warning=ExperimentalWarning'];
const OPEN_REQUESTS_GRACE_MS = 10_000;
const SANDBOX_GRACE_MS = 3_000;
const STOPPING = 'stopping process';
const OTHER_STOP_BEGINS_MS = 1_500; // one whose npm was killed notices within 500 ms
const OTHER_STOP_TAKES_MS = 45_000; // open requests, then PostgreSQL's last checkpoint
const OTHER_START_PAUSE_MS = 50;
const ASK_DATABASE_EVERY_MS = 1_000;

export async function start(given: Config, options: StartOptions): Promise<void> {
  const beganAt = performance.now();
  const stopping = watchStopSignals(say);
  const undo: Undo = [];
  try {
    const { config, later } = await bringUp(given, options, stopping, undo);
    const degraded = await readDegraded(config.opsPort);
    console.log(readyText(config, performance.now() - beganAt, degraded, options.json));
    const stopped = once(stopping, 'abort');
    const searching = degraded.some((what) => what.startsWith('search:')) ? saySearching(config, stopping) : undefined;
    // What cannot be made good later ends the shop as it would have kept it from starting.
    await Promise.race([stopped, Promise.all([later, searching]).then(() => stopped)]);
  } catch (error) {
    if (!stopping.aborted) throw error;
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** `later`: what goes on after the shop is open, where its database was away. */
type Up = { config: Config; later: Promise<void> };

async function bringUp(given: Config, options: StartOptions, stopping: AbortSignal, undo: Undo): Promise<Up> {
  const config: Config = { ...given, dataDirectory: prepareDataDirectory(given.dataDirectory) };
  const lock = await lockShop(config, stopping);
  undo.push(() => lock.release());
  await Promise.all([requireFree('PORT', config.host, config.port), requireFree('OPS_PORT', LOOPBACK, config.opsPort)]);
  config.sandboxPort = await chooseSandboxPort(config);

  const database = await bringUpDatabase(config, undo);
  config.databaseUrl = database.url;
  stopping.throwIfAborted();
  if (!database.isAway) await migrateOrRefuse(database.url);
  stopping.throwIfAborted();

  const program = (name: string) => ({
    name,
    file: process.execPath,
    args: [...process.execArgv, ...(name === 'web' ? WEB_ARGUMENTS : OTHER_ARGUMENTS), options.mainFile, name],
    env: {
      ...options.environment,
      ...configEnvironment(config),
      // Compiled code of the last start: saves about 1 s of processor time over the three children.
      NODE_COMPILE_CACHE: join(config.dataDirectory, 'compiled'),
    },
  });
  const run = (name: string, graceMs: number): Supervised => {
    const child = supervise(program(name), say);
    undo.push(() => child.stop(graceMs));
    return child;
  };
  // Ended in the opposite order: open payments need the sandbox until they are done, so it goes last.
  const runBehind = (): Supervised[] => [run('sandbox', SANDBOX_GRACE_MS), run('worker', OPEN_REQUESTS_GRACE_MS)];
  if (database.isAway) {
    config.demo = demoState(config);
    await requireAll([run('web', OPEN_REQUESTS_GRACE_MS)], stopping);
    return { config, later: bringUpRest(database.url, stopping, runBehind) };
  }
  await loadDemoIfDue(config, program('seed'), stopping);
  await requireAll([...runBehind(), run('web', OPEN_REQUESTS_GRACE_MS)], stopping);
  return { config, later: Promise.resolve() };
}

/** Once the database is there: what the web process alone could not do. */
async function bringUpRest(databaseUrl: string, stopping: AbortSignal, runBehind: () => Supervised[]): Promise<void> {
  while (!(await isThere(databaseUrl))) {
    await sleep(ASK_DATABASE_EVERY_MS, undefined, { signal: stopping }).catch(() => {});
    if (stopping.aborted) return;
  }
  await migrateOrRefuse(databaseUrl);
  if (stopping.aborted) return;
  await requireAll(runBehind(), stopping).catch((error: unknown) => {
    if (!stopping.aborted) throw error;
  });
  say('The database is there: buying is open.');
}

async function saySearching({ opsPort }: Config, stopping: AbortSignal): Promise<void> {
  await untilSearching(opsPort, stopping);
  if (!stopping.aborted) say('Searching is open.');
}

async function isThere(databaseUrl: string): Promise<boolean> {
  try {
    await requireUsable(databaseUrl);
    return true;
  } catch (error) {
    if (error instanceof DatabaseAway) return false;
    throw error;
  }
}

async function requireAll(children: Supervised[], stopping: AbortSignal): Promise<void> {
  await Promise.race([Promise.all(children.map(requireStarted)), once(stopping, 'abort')]);
  stopping.throwIfAborted();
}

/** One shop a data directory. Another one that is just stopping is waited for. */
async function lockShop(config: Config, stopping: AbortSignal): Promise<ProcessLock> {
  const note = () => `${stopping.aborted ? STOPPING : 'process'} ${process.pid}, at ${config.origin}`;
  for (const start = performance.now(); ; await sleep(OTHER_START_PAUSE_MS)) {
    const attempt = await tryProcessLock(shopLockName(config.dataDirectory), note);
    if (attempt.kind === 'held') return attempt.lock;
    stopping.throwIfAborted();
    const waitMs = attempt.note.startsWith(STOPPING) ? OTHER_STOP_TAKES_MS : OTHER_STOP_BEGINS_MS;
    if (performance.now() - start > waitMs) {
      throw new Refusal(
        `Souk already runs on ${config.dataDirectory} (${attempt.note}). Stop that one first, or name another directory with SOUK_DATA.`,
      );
    }
  }
}

/** One that is away keeps no node from starting that has served it before: it searches and shows products without. */
async function bringUpDatabase(config: Config, undo: Undo): Promise<{ url: string; isAway: boolean }> {
  const { databaseUrl } = config;
  if (databaseUrl !== undefined) {
    try {
      await requireUsable(databaseUrl);
      return { url: databaseUrl, isAway: false };
    } catch (error) {
      if (!(error instanceof DatabaseAway) || !hasServedBefore(config.dataDirectory)) throw error;
      say(`${error.message} Searching and looking open without it; buying opens when it is there.`);
      return { url: databaseUrl, isAway: true };
    }
  }
  // Noted first: whatever kills us from here on, the next start knows what is still to be done.
  if (config.demo !== 'off' && !hasOwnDatabase(config)) writeNote(config.dataDirectory, 'demo', 'due');
  const postgres = keepPostgres(config, await startOwnPostgres(config, say), say);
  undo.push(postgres.stop);
  return { url: postgres.url, isAway: false };
}

/** Leaves config.demo on or off: whether this shop is a demo. */
async function loadDemoIfDue(
  config: Config,
  seed: { file: string; args: string[]; env: NodeJS.ProcessEnv },
  stopping: AbortSignal,
): Promise<void> {
  const state = demoState(config);
  if (state === 'on' && readNote(config.dataDirectory, 'demo') !== 'loaded') {
    // In a process of its own, so that what it needs of memory goes when it is done.
    const child = spawn(seed.file, seed.args, { env: seed.env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    stopping.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    const [code] = (await once(child, 'exit')) as [number | null];
    stopping.throwIfAborted();
    if (code !== 0)
      throw new Refusal(
        'The demo catalogue could not be loaded. Starting again goes on with it; SOUK_DEMO=off does without it.',
      );
    writeNote(config.dataDirectory, 'demo', 'loaded');
  }
  config.demo = state;
}

function demoState(config: Config): 'on' | 'off' {
  const isWanted =
    config.demo === 'on' || (config.demo === 'auto' && readNote(config.dataDirectory, 'demo') !== undefined);
  return isWanted ? 'on' : 'off';
}

async function requireStarted(child: Supervised): Promise<void> {
  const outcome = await child.started;
  if (outcome.kind === 'failed') throw new Refusal(outcome.reason);
}

function say(message: string): void {
  console.error(message);
}
