// Cards that a buyer keeps for the next time. The provider has the card; the shop has a token that it never shows to anybody.
import { randomBytes } from 'node:crypto';
import { type Batcher, createBatcher } from '../../lib/batcher.ts';
import type { Database, Queryable } from '../../lib/db.ts';
import type { PaymentProvider } from './provider.ts';
import {
  loadMethods,
  loadTokenOf,
  loadUsersWithMethod,
  type MethodRow,
  runRemoveMethod,
  runSaveMethod,
} from './store-methods.ts';

const MAX_METHODS_OF_BUYER = 10;
const ID_PREFIX = 'method_';
const ID_RANDOM_BYTES = 12;
const MAX_BATCH_USERS = 2_000;
const MAX_QUEUED_USERS = 20_000;
const RETRY_FOR_MS = 5_000;
const ONE_QUEUE = 0;

export type SavedMethod = { methodId: string; brand: string; last4: string; savedAt: Date };
export type SaveMethodOutcome =
  | { kind: 'saved'; method: SavedMethod }
  /** The provider knows no such card, or it is somebody else's. */
  | { kind: 'no-such-card' }
  | { kind: 'too-many'; limit: number }
  | { kind: 'unavailable' };

/** Saving the same card token again changes nothing. */
export async function saveMethod(
  db: Queryable,
  provider: PaymentProvider,
  userId: number,
  token: string,
): Promise<SaveMethodOutcome> {
  const card = await provider.findSavedCard(token);
  if (card.kind === 'unknown') return { kind: 'unavailable' };
  if (card.kind === 'not-found') return { kind: 'no-such-card' };
  const methodId = ID_PREFIX + randomBytes(ID_RANDOM_BYTES).toString('base64url');
  const row = await runSaveMethod(db, userId, methodId, { ...card, token }, MAX_METHODS_OF_BUYER);
  if (row) return { kind: 'saved', method: toMethod(row) };
  const isFull = (await loadMethods(db, userId)).length >= MAX_METHODS_OF_BUYER;
  return isFull ? { kind: 'too-many', limit: MAX_METHODS_OF_BUYER } : { kind: 'no-such-card' };
}

/** The newest first. */
export async function listMethods(db: Queryable, userId: number): Promise<SavedMethod[]> {
  return (await loadMethods(db, userId)).map(toMethod);
}

/** What is charged when a buyer names a saved method in a token's place; undefined: there is no such method of theirs. */
export async function chargeTokenOf(db: Queryable, userId: number, given: string): Promise<string | undefined> {
  return given.startsWith(ID_PREFIX) ? loadTokenOf(db, userId, given) : given;
}

/** False: there was none. */
export function removeMethod(db: Queryable, userId: number, methodId: string): Promise<boolean> {
  return runRemoveMethod(db, userId, methodId);
}

export type MethodHolders = Batcher<number, boolean>;

/** Of a drop's crowd everybody is asked for, so many are looked up at a time. */
export function openMethodHolders(db: Database): MethodHolders {
  return createBatcher<number, boolean>({
    maxBatchItems: MAX_BATCH_USERS,
    maxQueuedItems: MAX_QUEUED_USERS,
    maxKeysInFlight: 1,
    retryForMs: RETRY_FOR_MS,
    run: async (_key, userIds) => {
      const holders = await loadUsersWithMethod(db, userIds);
      return userIds.map((userId) => holders.has(userId));
    },
  });
}

export async function hasSavedMethod(holders: MethodHolders, userId: number): Promise<boolean | 'overloaded'> {
  const found = await holders.submit(ONE_QUEUE, userId);
  return typeof found === 'boolean' ? found : 'overloaded';
}

function toMethod(row: MethodRow): SavedMethod {
  return { methodId: row.method_id, brand: row.brand, last4: row.last4, savedAt: row.saved_at };
}
