// Drops: announced by their seller, opened by the clock, paused and resumed by an operator.
import { createHash, randomBytes } from 'node:crypto';
import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import {
  type DropTerms,
  findMovingLines,
  runLeaveLine,
  runOpenLine,
  runPlaceDrawn,
  runSetDrop,
  runSetPaused,
} from './store-lines.ts';

const SEED_BYTES = 32;
// As many as are granted at once. Who leaves in that moment waits for one step, about 0.1 s.
const PLACES_A_STEP = 5_000;

export type SetDropOutcome =
  | { kind: 'set'; commitment: string | null }
  | { kind: 'not-found' }
  | { kind: 'somebody-waits' };

/** For a lottery a secret seed is drawn now and its SHA-256 told, so that nobody can choose the seed when the names are known. */
export async function setDrop(
  db: Queryable,
  productId: number,
  sellerId: number,
  terms: DropTerms,
): Promise<SetDropOutcome> {
  const seed = randomBytes(SEED_BYTES);
  const draw = terms.mode === 'lottery' ? { seed, commitment: createHash('sha256').update(seed).digest() } : null;
  const { owned, changed } = await runSetDrop(db, productId, sellerId, terms, draw);
  if (owned === 0) return { kind: 'not-found' };
  return changed === 0
    ? { kind: 'somebody-waits' }
    : { kind: 'set', commitment: draw?.commitment.toString('hex') ?? null };
}

/** Draws what is due and gives what is free to whoever is first. Returns how many were granted. `at` null: the database's clock. */
export async function moveLines(db: Queryable, at: Date | null): Promise<number> {
  let granted = 0;
  for (const productId of await findMovingLines(db, at)) granted += await moveLine(db, productId, at);
  return granted;
}

/** A draw's places are written step by step, each followed by its grants; whoever dies in between, the next one goes on. */
async function moveLine(db: Queryable, productId: number, at: Date | null): Promise<number> {
  for (let granted = 0; ; await runPlaceDrawn(db, productId, PLACES_A_STEP)) {
    const step = await runOpenLine(db, productId, at);
    granted += step.granted;
    if (!step.drawing) return granted;
  }
}

/** False: that product is no drop. The line keeps its order. */
export function pauseDrop(db: Queryable, productId: number, isPaused: boolean): Promise<boolean> {
  return runSetPaused(db, productId, isPaused);
}

export async function leaveLine(
  db: Queryable,
  userId: number,
  ticketId: string,
): Promise<{ kind: 'left' | 'not-found' }> {
  const productId = keyOf(ticketId);
  if (productId === undefined) return { kind: 'not-found' };
  return { kind: (await runLeaveLine(db, productId, userId, ticketId)) ? 'left' : 'not-found' };
}
