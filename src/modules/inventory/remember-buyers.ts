// Who waits already, and who is at their limit: said again from memory to those who press the button again and again.
import { LRUCache } from 'lru-cache';
import type { ReserveOutcome } from './reservation.ts';
import { positionOf } from './ticket.ts';
import type { Line } from './watch-lines.ts';

/** Whoever was granted a unit, left, or got room below the limit is known to every node within this. */
const BELIEVED_MS = 1_000;
/** About 300 bytes each. */
const MAX_BUYERS = 50_000;

type Remembered = Extract<ReserveOutcome, { kind: 'in-line' | 'purchase-limit' }>;
export type BuyerMemory = {
  recall(productId: number, userId: number, line: Line | undefined): Remembered | undefined;
  /** `askedAtMs`: of performance.now(), before the database was asked, so that time spent in a queue counts too. */
  remember(productId: number, userId: number, outcome: ReserveOutcome, askedAtMs: number): void;
  forget(productId: number, userId: number): void;
};

export function openBuyerMemory(): BuyerMemory {
  const buyers = new LRUCache<string, Remembered>({ max: MAX_BUYERS, ttl: BELIEVED_MS });
  return {
    recall: (productId, userId, line) => {
      const known = buyers.get(keyOf(productId, userId));
      if (known?.kind !== 'in-line' || !line) return known;
      return {
        ...known,
        position: positionOf(known.ticket.place, line),
        waiting: line.waiting,
        opensAt: line.opensAt,
      };
    },
    remember: (productId, userId, outcome, askedAtMs) => {
      const isKept =
        outcome.kind === 'purchase-limit' || (outcome.kind === 'in-line' && outcome.ticket.state === 'waiting');
      if (isKept) buyers.set(keyOf(productId, userId), outcome, { start: askedAtMs });
    },
    forget: (productId, userId) => {
      buyers.delete(keyOf(productId, userId));
    },
  };
}

function keyOf(productId: number, userId: number): string {
  return `${productId}:${userId}`;
}
