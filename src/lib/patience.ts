// Starting while the database recovers: what needs it is tried again for a while, instead of dying and being started again.
import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectionLost } from './db.ts';

const PAUSE_MS = 200;
const MAX_WAIT_MS = 30_000;

/** Runs `work` until it does not meet a lost connection, for 30 s at most. Other faults are thrown at once. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + MAX_WAIT_MS;
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (!isConnectionLost(fault) || performance.now() > giveUpAt) throw fault;
      await sleep(PAUSE_MS);
    }
  }
}
