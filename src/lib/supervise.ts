// Keeps a child process running: says when it is ready, starts it again when it dies, and ends it in time.
// The other side is supervised-child.ts.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export type ChildProgram = { name: string; file: string; args: string[]; env: NodeJS.ProcessEnv };
export type ChildMessage = { kind: 'ready' } | { kind: 'failed'; reason: string };
export type StartOutcome = { kind: 'ready' } | { kind: 'failed'; reason: string };
export type Supervised = {
  /** How the first start went. A child that never became ready is not started again. */
  started: Promise<StartOutcome>;
  pid(): number | undefined;
  /** Asks the child to finish what it does and ends it hard after that time. */
  stop(graceMs: number): Promise<void>;
};

const FIRST_READY_TIMEOUT_MS = 120_000; // a search index of a million products is built meanwhile
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const STEADY_AFTER_MS = 60_000; // who ran that long begins again with the shortest pause

export function supervise(program: ChildProgram, log: (message: string) => void): Supervised {
  let child: ChildProcess | undefined;
  let isStopping = false;
  const wake = new AbortController();

  /** One life of the child; tells how it ended. */
  async function live(heard: (message: ChildMessage) => void): Promise<string> {
    const now = spawn(program.file, program.args, {
      env: program.env,
      // A session of its own: Ctrl-C reaches the parent alone, which ends its children in the right order.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = now;
    now.on('message', (message) => heard(message as ChildMessage));
    const end = await new Promise<string>((resolve) => {
      now.once('error', (error) => resolve(error.message));
      now.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    });
    child = undefined;
    return end;
  }

  async function firstLife(): Promise<{ outcome: StartOutcome; ended: Promise<string> }> {
    const first = Promise.withResolvers<StartOutcome>();
    const ended = live((message) => first.resolve(message));
    ended.then((end) =>
      first.resolve({ kind: 'failed', reason: `${program.name} ended before it was ready (${end}).` }),
    );
    const timer = setTimeout(() => {
      first.resolve({
        kind: 'failed',
        reason: `${program.name} was not ready after ${FIRST_READY_TIMEOUT_MS / 1000} s.`,
      });
    }, FIRST_READY_TIMEOUT_MS);
    const outcome = await first.promise;
    clearTimeout(timer);
    return { outcome, ended };
  }

  async function keepAlive(ended: Promise<string>): Promise<void> {
    let end = ended;
    let bornAt = performance.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const how = await end;
      if (isStopping) return;
      if (performance.now() - bornAt > STEADY_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      log(`${program.name} ended (${how}) and is started again in ${pauseMs / 1000} s.`);
      await sleep(pauseMs, undefined, { signal: wake.signal }).catch(() => {});
      if (isStopping) return;
      bornAt = performance.now();
      end = live((message) => {
        if (message.kind === 'failed') log(message.reason);
      });
    }
  }

  let kept: Promise<void> = Promise.resolve();
  const started = firstLife().then(({ outcome, ended }) => {
    kept = outcome.kind === 'ready' ? keepAlive(ended) : ended.then(() => {});
    return outcome;
  });

  return {
    started,
    pid: () => child?.pid,
    stop: async (graceMs) => {
      isStopping = true;
      wake.abort();
      child?.kill('SIGTERM');
      const hard = setTimeout(() => {
        log(`${program.name} did not end within ${graceMs / 1000} s and is killed.`);
        child?.kill('SIGKILL');
      }, graceMs);
      await started;
      await kept;
      clearTimeout(hard);
    },
  };
}
