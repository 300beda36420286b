// A drop that asks for a saved card: each card lets in one customer, whatever number of accounts keep it.
import { type Batcher, createBatcher } from '../../lib/batcher.ts';
import type { Database, Queryable } from '../../lib/db.ts';
import { loadCardsOf, loadDropCards, runEnterWithCards } from './store-methods.ts';

const MAX_BATCH_USERS = 2_000;
const MAX_QUEUED_USERS = 20_000;
const MAX_PRODUCTS_IN_FLIGHT = 4;
const RETRY_FOR_MS = 5_000;

export type CardEntry =
  | { kind: 'entered' }
  | { kind: 'no-card' }
  /** Others have entered this drop with each card of this customer. */
  | { kind: 'card-taken' };
export type CardEntries = Batcher<number, CardEntry>;

/** By product, of users. Of a drop's crowd everybody is asked, so many at a time. Who has entered stays so, also with another card. */
export function openCardEntries(db: Database): CardEntries {
  return createBatcher<number, CardEntry>({
    maxBatchItems: MAX_BATCH_USERS,
    maxQueuedItems: MAX_QUEUED_USERS,
    maxKeysInFlight: MAX_PRODUCTS_IN_FLIGHT,
    retryForMs: RETRY_FOR_MS,
    run: async (productId, userIds) => {
      const cards = await loadCardsOf(db, userIds);
      await runEnterWithCards(db, productId, cards);
      // A statement of its own: it sees what another node has written meanwhile.
      const entered = usersOf(await loadDropCards(db, productId, cards));
      const holders = usersOf(cards);
      return userIds.map((userId) => {
        if (!holders.has(userId)) return { kind: 'no-card' };
        return { kind: entered.has(userId) ? 'entered' : 'card-taken' };
      });
    },
  });
}

/** What entering would say, without doing it. */
export async function findCardEntry(
  db: Queryable,
  productId: number,
  userId: number,
): Promise<CardEntry | { kind: 'free' }> {
  const cards = await loadCardsOf(db, [userId]);
  if (cards.length === 0) return { kind: 'no-card' };
  const taken = await loadDropCards(db, productId, cards);
  if (usersOf(taken).has(userId)) return { kind: 'entered' };
  const isTaken = cards.every((card) => taken.some((one) => one.fingerprint === card.fingerprint));
  return { kind: isTaken ? 'card-taken' : 'free' };
}

function usersOf(rows: readonly { user_id: number }[]): Set<number> {
  return new Set(rows.map((row) => row.user_id));
}
