// PostgreSQL is no child that ends with us, so it is watched: if it dies while the shop runs, it is started again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { EmbeddedPostgres } from '../lib/embedded-postgres.ts';
import { startOwnPostgres } from './shop-database.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

export type KeptPostgres = { url: string; stop(): Promise<void> };

export function keepPostgres(config: Config, first: EmbeddedPostgres, log: (message: string) => void): KeptPostgres {
  let current = first;
  const stopping = new AbortController();

  async function startAgain(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        current = await startOwnPostgres(config, log);
        log('PostgreSQL runs again.');
        return;
      } catch (error) {
        log(`${(error as Error).message} Trying again in ${pauseMs / 1000} s.`);
        await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await current.gone(stopping.signal);
      if (stopping.signal.aborted) return;
      log('PostgreSQL ended and is started again.');
      await startAgain();
    }
  }
  const watching = watch();

  return {
    // The same before and after: the socket's place follows from the data directory.
    url: first.url,
    stop: async () => {
      stopping.abort();
      await watching;
      await current.stop();
    },
  };
}
