// A loop that does one thing again and again, one run at a time, and outlives its failures.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

export type Repeated = { close(): Promise<void> };

/** Ten loops that ask a database which is away cost nothing, and what waits for it goes on within this. */
const MAX_PAUSE_MS = 2_000;

/** `work` answers 'again' when there is more to do at once. A failure is logged and doubles the pause, up to a bound. */
export function repeat(name: string, everyMs: number, log: Log, work: () => Promise<unknown>): Repeated {
  const closing = new AbortController();
  const loop = (async () => {
    let failures = 0;
    while (!closing.signal.aborted) {
      const outcome = await work().catch((error: unknown) => {
        // The first of a row is news; the rest would only fill the log while the database is away.
        log[failures === 0 ? 'error' : 'debug']({ err: error, job: name }, 'a job failed and will be tried again');
        return 'failed' as const;
      });
      failures = outcome === 'failed' ? failures + 1 : 0;
      if (outcome === 'again') continue;
      const pauseMs = Math.min(everyMs * 2 ** Math.min(failures, 10), Math.max(MAX_PAUSE_MS, everyMs));
      await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  })();
  return {
    close: async () => {
      closing.abort();
      await loop;
    },
  };
}
