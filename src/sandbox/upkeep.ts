// What must happen without anybody asking: open charges are decided in time, old rows go.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '../lib/db.ts';
import type { Log } from '../lib/log.ts';
import type { Charges } from './charges.ts';
import { deleteOldCardTokens } from './store.ts';
import { deleteOldWebhooks } from './store-webhooks.ts';

const SETTLE_EVERY_MS = 1_000;
const ROUNDS_BETWEEN_CLEANINGS = 60;
const KEEP_WEBHOOKS_SECONDS = 7 * 86_400;
// Spent tokens are remembered by their charge; an unspent one says "expired" for a day, then "unknown".
const KEEP_CARD_TOKENS_SECONDS = 86_400;
const MAX_DELETED_AT_ONCE = 10_000;

export type Upkeep = { close(): Promise<void> };

export function startUpkeep(db: Queryable, charges: Charges, log: Log): Upkeep {
  const stop = new AbortController();

  async function run(): Promise<void> {
    for (let round = 0; !stop.signal.aborted; round++) {
      try {
        await charges.settleDue();
        if (round % ROUNDS_BETWEEN_CLEANINGS === 0) {
          await deleteOldWebhooks(db, KEEP_WEBHOOKS_SECONDS, MAX_DELETED_AT_ONCE);
          await deleteOldCardTokens(db, KEEP_CARD_TOKENS_SECONDS, MAX_DELETED_AT_ONCE);
        }
      } catch (fault) {
        log.error({ err: fault }, 'upkeep failed, it will be tried again');
      }
      await sleep(SETTLE_EVERY_MS, undefined, { signal: stop.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    close: () => {
      stop.abort();
      return running;
    },
  };
}
