// After the crowd: pages of banks that nobody answered are refused, and what is open is waited for, in bounded time.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../lib/db.ts';
import { type OpenMatters, readBankPages, readOpenMatters } from './store.ts';

export type Settled = { tookMs: number; left: OpenMatters; reasons: string[] };

const LONGEST_MS = 240_000; // a payment that could not be resolved four times is asked for again after 64 s
const POLL_MS = 500;
const REFUSED_AT_ONCE = 16;
const REFUSE_TIMEOUT_MS = 5_000;

const NAMES: Record<keyof OpenMatters, string> = {
  payments: 'payments without an outcome',
  at_bank: 'payments at the bank’s page',
  refunds: 'refunds that are due',
  holds: 'holds that should have run out',
  news: 'messages in the outbox',
};

export async function settleDown(db: Database, productId: number, stopping: AbortSignal): Promise<Settled> {
  const beganAt = performance.now();
  const refused = new Set<string>();
  let left: OpenMatters = { payments: 0, at_bank: 0, refunds: 0, holds: 0, news: 0 };
  while (performance.now() - beganAt < LONGEST_MS) {
    stopping.throwIfAborted();
    left = await readOpenMatters(db, productId);
    if (Object.values(left).every((count) => count === 0)) break;
    const pages = left.at_bank === 0 ? [] : (await readBankPages(db, productId)).filter((page) => !refused.has(page));
    for (let n = 0; n < pages.length; n += REFUSED_AT_ONCE)
      await Promise.all(pages.slice(n, n + REFUSED_AT_ONCE).map((page) => refuse(page, refused)));
    await sleep(POLL_MS);
  }
  const tookMs = performance.now() - beganAt;
  const reasons = (Object.keys(NAMES) as (keyof OpenMatters)[])
    .filter((matter) => left[matter] > 0)
    .map(
      (matter) => `${left[matter]} ${NAMES[matter]} were still open ${Math.round(tookMs / 1_000)} s after the crowd.`,
    );
  return { tookMs, left, reasons };
}

async function refuse(page: string, refused: Set<string>): Promise<void> {
  try {
    const response = await fetch(page, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ decision: 'refuse' }),
      signal: AbortSignal.timeout(REFUSE_TIMEOUT_MS),
    });
    await response.arrayBuffer();
    if (response.status === 303) refused.add(page);
  } catch {
    // The provider is just being started again; the next round asks it.
  }
}
