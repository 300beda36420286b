// Many callers, one statement. While a batch of a key is in flight the next one collects; each caller hears its own outcome.
//
// A lost connection leaves the outcome of the batch in flight unknown. The same items are then sent again, so `run` must
// recognise what took effect the first time (by a key inside each item) and answer it the same.
import { isConnectionLost, isRetryable } from './db.ts';

export type BatcherOptions<Item, Outcome> = {
  /** Answers one outcome an item, in the order of the items. Runs at most once at a time for a key. */
  run: (key: number, items: Item[]) => Promise<Outcome[]>;
  maxBatchItems: number;
  /** Waiting and in flight together, over all keys; beyond it submit answers 'overloaded' at once. */
  maxQueuedItems: number;
  /** Keys whose statements run at the same time: no more than there are connections. */
  maxKeysInFlight: number;
  /** How long a batch is sent again after lost connections and lock timeouts before its callers hear the fault. */
  retryForMs: number;
};
export type Overloaded = { kind: 'overloaded' };
export type Batcher<Item, Outcome> = {
  submit(key: number, item: Item): Promise<Outcome | Overloaded>;
  queuedItems(): number;
  statistics(): BatcherStatistics;
  /** Refuses new items and waits for those that are in. */
  drain(): Promise<void>;
};
export type BatcherStatistics = { batches: number; items: number; retries: number; overloaded: number };

const FIRST_RETRY_PAUSE_MS = 20;
const MAX_RETRY_PAUSE_MS = 500;
const OVERLOADED: Overloaded = { kind: 'overloaded' };

type Waiting<Item, Outcome> = { item: Item; resolve: (outcome: Outcome) => void; reject: (fault: unknown) => void };

/** The database is away or a row is locked: another try may find it otherwise. */
function isPassing(fault: unknown): boolean {
  return isConnectionLost(fault) || isRetryable(fault);
}

export function createBatcher<Item, Outcome>(options: BatcherOptions<Item, Outcome>): Batcher<Item, Outcome> {
  const queues = new Map<number, Waiting<Item, Outcome>[]>();
  // Keys with waiting items and no statement in flight, in the order they began to wait.
  const ready: number[] = [];
  const statistics: BatcherStatistics = { batches: 0, items: 0, retries: 0, overloaded: 0 };
  let queued = 0;
  let keysInFlight = 0;
  let draining = false;
  let starting = false;
  const drained: (() => void)[] = [];

  function submit(key: number, item: Item): Promise<Outcome | Overloaded> {
    if (draining || queued >= options.maxQueuedItems) {
      statistics.overloaded++;
      return Promise.resolve(OVERLOADED);
    }
    queued++;
    return new Promise((resolve, reject) => {
      const waiting = { item, resolve, reject };
      const queue = queues.get(key);
      if (queue) {
        queue.push(waiting);
        return;
      }
      queues.set(key, [waiting]);
      ready.push(key);
      startSoon();
    });
  }

  // One turn of the event loop later, so that all requests of this turn share the first statement.
  function startSoon(): void {
    if (starting) return;
    starting = true;
    setImmediate(() => {
      starting = false;
      startReady();
    });
  }

  function startReady(): void {
    while (keysInFlight < options.maxKeysInFlight) {
      const key = ready.shift();
      if (key === undefined) return;
      const queue = queues.get(key) ?? [];
      keysInFlight++;
      void runBatch(key, queue.splice(0, options.maxBatchItems)).then(() => {
        keysInFlight--;
        // A key with more to do goes to the back: a hot one must not starve the others.
        if (queue.length > 0) ready.push(key);
        else queues.delete(key);
        startReady();
      });
    }
  }

  async function runBatch(key: number, batch: Waiting<Item, Outcome>[]): Promise<void> {
    statistics.batches++;
    statistics.items += batch.length;
    const items = batch.map((waiting) => waiting.item);
    try {
      const outcomes = await runWithRetry(key, items);
      if (outcomes.length !== batch.length)
        throw new Error(`a batch of ${batch.length} got ${outcomes.length} outcomes`);
      for (let n = 0; n < batch.length; n++) batch[n]?.resolve(outcomes[n] as Outcome);
    } catch (fault) {
      // Who waits behind it would fare no better, and was never sent: better told now than after as long again.
      if (isPassing(fault)) batch.push(...(queues.get(key)?.splice(0) ?? []));
      for (const waiting of batch) waiting.reject(fault);
    } finally {
      queued -= batch.length;
      if (queued === 0) for (const done of drained.splice(0)) done();
    }
  }

  async function runWithRetry(key: number, items: Item[]): Promise<Outcome[]> {
    let giveUpAt = performance.now() + options.retryForMs;
    let isUnknown = false;
    for (let pauseMs = FIRST_RETRY_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_RETRY_PAUSE_MS)) {
      try {
        return await options.run(key, items);
      } catch (fault) {
        if (!isPassing(fault)) throw fault;
        if (isConnectionLost(fault) && !isUnknown) {
          // Counted from the loss: on a connection that fell silent it is noticed late, and somebody may have been granted.
          isUnknown = true;
          giveUpAt = performance.now() + options.retryForMs;
        }
        if (performance.now() + pauseMs > giveUpAt) throw fault;
        statistics.retries++;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  return {
    submit,
    queuedItems: () => queued,
    statistics: () => ({ ...statistics }),
    drain: () => {
      draining = true;
      return queued === 0 ? Promise.resolve() : new Promise((resolve) => drained.push(resolve));
    },
  };
}
