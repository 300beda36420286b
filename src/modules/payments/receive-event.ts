// The provider's news only wakes us: what happened is then asked for, so events out of order or sent thrice do no harm.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Batcher, createBatcher } from '../../lib/batcher.ts';
import type { Database } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import { hastenOpen, insertEvents } from './store.ts';

// The process that charged is usually just settling; a second later the job only looks at what it left open.
const CHECK_WITHIN_SECONDS = 1;
const CAPTURED = 'charge.succeeded';
// News of a charge come while its payment is being settled. A moment later most of them have nothing left to wake: asked one by
// one and at once, they waited for the settling batch's rows and took half of the database's time (measured, 200 buyers).
const LINGER_MS = 50;

const MAX_BATCH_EVENTS = 500;
const MAX_QUEUED_EVENTS = 10_000;
const MAX_PRODUCTS_IN_FLIGHT = 4;
// The provider hangs up after five seconds and sends it again.
const RETRY_FOR_MS = 4_000;

export type ProviderNews = { eventId: string; type: string; paymentId: string };
export type EventInbox = Batcher<ProviderNews, { kind: 'recorded' | 'known' }>;

/** `isBeingSettled`: this process has the provider's answer already. Should it fail to settle it, the first check is not far. */
export function openEventInbox(db: Database, isBeingSettled: (paymentId: string) => boolean): EventInbox {
  return createBatcher<ProviderNews, { kind: 'recorded' | 'known' }>({
    maxBatchItems: MAX_BATCH_EVENTS,
    maxQueuedItems: MAX_QUEUED_EVENTS,
    maxKeysInFlight: MAX_PRODUCTS_IN_FLIGHT,
    retryForMs: RETRY_FOR_MS,
    run: async (productId, news) => {
      await sleep(LINGER_MS);
      const unheard = news.filter(({ paymentId }) => !isBeingSettled(paymentId));
      const captured = unheard.filter(({ type }) => type === CAPTURED);
      if (unheard.length > 0) await hastenOpen(db, productId, idsOf(unheard), idsOf(captured), CHECK_WITHIN_SECONDS);
      // Remembered last: whoever dies before is told again.
      const fresh = await insertEvents(db, news);
      return news.map(({ eventId }) => ({ kind: fresh.has(eventId) ? 'recorded' : 'known' }));
    },
  });
}

function idsOf(news: readonly ProviderNews[]): string[] {
  return news.map(({ paymentId }) => paymentId);
}

export async function receiveEvent(
  inbox: EventInbox,
  event: ProviderNews,
): Promise<{ kind: 'recorded' | 'known' | 'not-ours' | 'overloaded' }> {
  const productId = keyOf(event.paymentId);
  return productId === undefined ? { kind: 'not-ours' } : inbox.submit(productId, event);
}
