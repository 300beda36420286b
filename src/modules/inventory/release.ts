// A buyer lets a hold go before its time; the unit is on sale again at once.
import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import { runReleaseHold } from './store.ts';

export type ReleaseOutcome = { kind: 'released' } | { kind: 'paying' } | { kind: 'not-found' };

export async function releaseHold(db: Queryable, userId: number, reservationId: string): Promise<ReleaseOutcome> {
  const productId = keyOf(reservationId);
  if (productId === undefined) return { kind: 'not-found' };
  const outcome = await runReleaseHold(db, productId, userId, reservationId);
  return outcome === 'gone' ? { kind: 'not-found' } : { kind: outcome };
}
