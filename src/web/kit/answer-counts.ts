// What this node answered to those who wanted a product, for the operator's view of a drop. Counted in memory, and only
// for as many products as anybody watches.
import { LRUCache } from 'lru-cache';

const MAX_PRODUCTS = 1_000;

export const ANSWERS = ['yes', 'no', 'shed', 'turnedAway'] as const;
/** yes: a unit or a place in the line. no: sold out, not open, at the limit. shed: too many at once. turnedAway: unproven. */
export type Answer = (typeof ANSWERS)[number];
/** Since the start of this node. */
export type AnswerTotals = Record<Answer, number>;

export type AnswerCounts = {
  count(productId: number, status: number): void;
  /** Somebody was told to come back before their request was read: which product they wanted nobody knows. */
  countUnread(): void;
  unread(): number;
  /** Who was not read may have wanted this product, and is among those who were shed. */
  of(productId: number): Readonly<AnswerTotals>;
};

const NONE: Readonly<AnswerTotals> = { yes: 0, no: 0, shed: 0, turnedAway: 0 };

export function openAnswerCounts(): AnswerCounts {
  let unread = 0;
  const totals = new LRUCache<number, AnswerTotals>({ max: MAX_PRODUCTS });
  return {
    count: (productId, status) => {
      const known = totals.get(productId);
      const counted = known ?? { ...NONE };
      if (!known) totals.set(productId, counted);
      counted[answerOf(status)]++;
    },
    countUnread: () => {
      unread++;
    },
    unread: () => unread,
    of: (productId) => {
      const counted = totals.peek(productId) ?? NONE;
      return { ...counted, shed: counted.shed + unread };
    },
  };
}

function answerOf(status: number): Answer {
  if (status < 400) return 'yes';
  if (status === 429 || status >= 500) return 'shed';
  return status === 403 ? 'turnedAway' : 'no';
}
