// Cards that a buyer keeps for the next time. The provider has the card; the shop has a token that it never shows to anybody.
import { randomBytes } from 'node:crypto';
import type { Queryable } from '../../lib/db.ts';
import type { PaymentProvider } from './provider.ts';
import { loadMethods, loadTokenOf, type MethodRow, runRemoveMethod, runSaveMethod } from './store-methods.ts';

const MAX_METHODS_OF_BUYER = 10;
const ID_PREFIX = 'method_';
const ID_RANDOM_BYTES = 12;

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

export type RemoveMethodOutcome = { kind: 'removed' } | { kind: 'not-found' } | { kind: 'unavailable' };

/** First at the provider: a card that is forgotten here alone could never be forgotten there. */
export async function removeMethod(
  db: Queryable,
  provider: PaymentProvider,
  userId: number,
  methodId: string,
): Promise<RemoveMethodOutcome> {
  const token = await loadTokenOf(db, userId, methodId);
  if (token === undefined) return { kind: 'not-found' };
  if ((await provider.forgetSavedCard(token)).kind !== 'forgotten') return { kind: 'unavailable' };
  await runRemoveMethod(db, userId, methodId);
  return { kind: 'removed' };
}

function toMethod(row: MethodRow): SavedMethod {
  return { methodId: row.method_id, brand: row.brand, last4: row.last4, savedAt: row.saved_at };
}
