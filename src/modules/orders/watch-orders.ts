// News of the orders that somebody looks at: one statement a second for all of them, whatever the number of viewers.
import type { Queryable } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import type { Log } from '../../lib/log.ts';
import { selectEventsAfter, type WatchedKey } from './store-tracking.ts';
import type { OrderEvent } from './tracked-order.ts';

export type OrderWatch = {
  /** Hears every event after `fromSequence`, in order, until the function it returns is called. */
  watch(orderId: string, fromSequence: number, onEvents: (events: OrderEvent[]) => void): () => void;
  close(): void;
};

type Watcher = WatchedKey & { onEvents: (events: OrderEvent[]) => void };

export function openOrderWatch(options: { db: Queryable; everyMs: number; log: Log }): OrderWatch {
  const watchers = new Set<Watcher>();
  let timer: NodeJS.Timeout | undefined;
  let polling = false;

  // A node that nobody watches on asks nothing.
  function schedule(): void {
    if (timer || polling || watchers.size === 0) return;
    timer = setTimeout(() => void poll(), options.everyMs);
  }

  async function poll(): Promise<void> {
    timer = undefined;
    polling = true;
    try {
      deliver(await selectEventsAfter(options.db, leastKnown()));
    } catch (error) {
      // Viewers keep their streams while the database is away, and hear what they missed afterwards.
      options.log.warn({ err: error, watchers: watchers.size }, 'orders could not be watched');
    } finally {
      polling = false;
      schedule();
    }
  }

  function leastKnown(): WatchedKey[] {
    const keys = new Map<string, WatchedKey>();
    for (const { productId, orderId, sequence } of watchers) {
      const known = keys.get(orderId);
      if (!known || sequence < known.sequence) keys.set(orderId, { productId, orderId, sequence });
    }
    return [...keys.values()];
  }

  function deliver(rows: ({ order_id: string } & OrderEvent)[]): void {
    const byOrder = Map.groupBy(rows, (row) => row.order_id);
    for (const watcher of [...watchers]) {
      const news = (byOrder.get(watcher.orderId) ?? []).filter((event) => event.sequence > watcher.sequence);
      const last = news.at(-1);
      if (!last) continue;
      watcher.sequence = last.sequence;
      watcher.onEvents(news.map(({ sequence, state, at, note, place }) => ({ sequence, state, at, note, place })));
    }
  }

  return {
    watch(orderId, fromSequence, onEvents) {
      const productId = keyOf(orderId);
      if (productId === undefined) return () => {};
      const watcher: Watcher = { productId, orderId, sequence: fromSequence, onEvents };
      watchers.add(watcher);
      schedule();
      return () => watchers.delete(watcher);
    },
    close() {
      watchers.clear();
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
