// The provider's news only wakes us: what happened is then asked for, so events out of order or sent thrice do no harm.
import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import { hasten, insertEvent } from './store.ts';

// The process that charged is usually just settling; a second later the job only looks at what it left open.
const CHECK_WITHIN_SECONDS = 1;
const CAPTURED = 'charge.succeeded';

export async function receiveEvent(
  db: Queryable,
  event: { eventId: string; type: string; paymentId: string },
): Promise<{ kind: 'recorded' | 'known' | 'not-ours' }> {
  const productId = keyOf(event.paymentId);
  if (productId === undefined) return { kind: 'not-ours' };
  const isNew = await insertEvent(db, event.eventId, event.type, event.paymentId);
  if (!isNew) return { kind: 'known' };
  const evenIfDeclined = event.type === CAPTURED;
  await hasten(db, { productId, paymentId: event.paymentId, evenIfDeclined }, CHECK_WITHIN_SECONDS);
  return { kind: 'recorded' };
}
