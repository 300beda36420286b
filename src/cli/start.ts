// souk start: brings up everything in order, keeps it up, and takes it down in the opposite order.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, configEnvironment } from '../config.ts';
import { type ProcessLock, tryProcessLock } from '../lib/process-lock.ts';
import { type Supervised, supervise } from '../lib/supervise.ts';
import { prepareDataDirectory, readNote, writeNote } from './data-directory.ts';
import { keepPostgres } from './keep-postgres.ts';
import { chooseSandboxPort, LOOPBACK, requireFree } from './ports.ts';
import { Refusal } from './refusal.ts';
import { hasOwnDatabase, migrateOrRefuse, requireUsable, shopLockName, startOwnPostgres } from './shop-database.ts';
import { readyText } from './start-text.ts';
import { watchStopSignals } from './stop-signals.ts';

/** environment: what children inherit besides their settings. */
export type StartOptions = { json: boolean; mainFile: string; environment: NodeJS.ProcessEnv };
type Undo = (() => Promise<void>)[];

const OPEN_REQUESTS_GRACE_MS = 10_000;
const SANDBOX_GRACE_MS = 3_000;
const STOPPING = 'stopping process';
const OTHER_STOP_BEGINS_MS = 1_500; // one whose npm was killed notices within 500 ms
const OTHER_STOP_TAKES_MS = 45_000; // open requests, then PostgreSQL's last checkpoint
const OTHER_START_PAUSE_MS = 50;

export async function start(given: Config, options: StartOptions): Promise<void> {
  const beganAt = performance.now();
  const stopping = watchStopSignals(say);
  const undo: Undo = [];
  try {
    const config = await bringUp(given, options, stopping, undo);
    console.log(readyText(config, performance.now() - beganAt, options.json));
    await once(stopping, 'abort');
  } catch (error) {
    if (!stopping.aborted) throw error;
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function bringUp(given: Config, options: StartOptions, stopping: AbortSignal, undo: Undo): Promise<Config> {
  const config: Config = { ...given, dataDirectory: prepareDataDirectory(given.dataDirectory) };
  const lock = await lockShop(config, stopping);
  undo.push(() => lock.release());
  await Promise.all([requireFree('PORT', config.host, config.port), requireFree('OPS_PORT', LOOPBACK, config.opsPort)]);
  config.sandboxPort = await chooseSandboxPort(config);

  config.databaseUrl = await bringUpDatabase(config, undo);
  stopping.throwIfAborted();
  await migrateOrRefuse(config.databaseUrl);
  stopping.throwIfAborted();

  const program = (name: string) => ({
    name,
    file: process.execPath,
    args: [...process.execArgv, '--disable-warning=ExperimentalWarning', options.mainFile, name],
    env: {
      ...options.environment,
      ...configEnvironment(config),
      // Compiled code of the last start: saves about 1 s of processor time over the three children.
      NODE_COMPILE_CACHE: join(config.dataDirectory, 'compiled'),
    },
  });
  await loadDemoIfDue(config, program('seed'), stopping);

  const [sandbox, worker, web] = ['sandbox', 'worker', 'web'].map((name) => supervise(program(name), say)) as [
    Supervised,
    Supervised,
    Supervised,
  ];
  undo.push(() => sandbox.stop(SANDBOX_GRACE_MS));
  // Open payments need the sandbox until they are done, so it goes last.
  undo.push(
    async () => void (await Promise.all([web.stop(OPEN_REQUESTS_GRACE_MS), worker.stop(OPEN_REQUESTS_GRACE_MS)])),
  );
  await Promise.race([Promise.all([sandbox, worker, web].map(requireStarted)), once(stopping, 'abort')]);
  stopping.throwIfAborted();
  return config;
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

async function bringUpDatabase(config: Config, undo: Undo): Promise<string> {
  if (config.databaseUrl !== undefined) {
    await requireUsable(config.databaseUrl);
    return config.databaseUrl;
  }
  // Noted first: whatever kills us from here on, the next start knows what is still to be done.
  if (config.demo !== 'off' && !hasOwnDatabase(config)) writeNote(config.dataDirectory, 'demo', 'due');
  const postgres = keepPostgres(config, await startOwnPostgres(config, say), say);
  undo.push(postgres.stop);
  return postgres.url;
}

/** Leaves config.demo on or off: whether this shop is a demo. */
async function loadDemoIfDue(
  config: Config,
  seed: { file: string; args: string[]; env: NodeJS.ProcessEnv },
  stopping: AbortSignal,
): Promise<void> {
  const note = readNote(config.dataDirectory, 'demo');
  const isWanted = config.demo === 'on' || (config.demo === 'auto' && note !== undefined);
  if (isWanted && note !== 'loaded') {
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
  config.demo = isWanted ? 'on' : 'off';
}

async function requireStarted(child: Supervised): Promise<void> {
  const outcome = await child.started;
  if (outcome.kind === 'failed') throw new Refusal(outcome.reason);
}

function say(message: string): void {
  console.error(message);
}
