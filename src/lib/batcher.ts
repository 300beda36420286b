// Many callers, one statement. While a batch of a key is in flight the next one collects; each caller hears its own outcome.
//
// A lost connection leaves the outcome of the batch in flight unknown. The same items are then sent again, so `run` must
// recognise what took effect the first time (by a key inside each item) and answer it the same.
import { isConnectionLost, isRetryable } from './db.ts';
import { inTurn } from './turns.ts';

export type Batch<Item> = { key: number; items: Item[] };
export type BatcherOptions<Item, Outcome> = {
  /** Answers one outcome an item, in the order of the items. Runs at most once at a time for a key. */
  run: (key: number, items: Item[]) => Promise<Outcome[]>;
  /** For many keys with a few items each: where more of them wait than may run, several go in one statement and one commit. */
  together?: {
    maxKeys: number;
    /**
     * All or nothing, in ascending order of the keys, so that two of them that take their locks one after the other cannot deadlock.
     * It should give up early where it has to wait: after a fault each key runs by itself.
     */
    run: (batches: readonly Batch<Item>[]) => Promise<Outcome[][]>;
  };
  maxBatchItems: number;
  /** Waiting and in flight together, over all keys; beyond it submit answers 'overloaded' at once. */
  maxQueuedItems: number;
  /** Waiting for one key, so that a key whose row is locked does not fill the places of all. */
  maxQueuedItemsOfKey?: number;
  /** Statements that run at the same time: no more than there are connections. */
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
  const { together, maxQueuedItemsOfKey = options.maxQueuedItems } = options;
  const queues = new Map<number, Waiting<Item, Outcome>[]>();
  // Keys with waiting items and no statement in flight, in the order they began to wait.
  const ready: number[] = [];
  // Keys that failed with others and run by themselves the next time.
  const apart = new Set<number>();
  const statistics: BatcherStatistics = { batches: 0, items: 0, retries: 0, overloaded: 0 };
  let queued = 0;
  let inFlight = 0;
  let draining = false;
  let starting = false;
  const drained: (() => void)[] = [];

  function submit(key: number, item: Item): Promise<Outcome | Overloaded> {
    const queue = queues.get(key);
    const isFull = queued >= options.maxQueuedItems || (queue && queue.length >= maxQueuedItemsOfKey);
    if (draining || isFull) {
      statistics.overloaded++;
      return Promise.resolve(OVERLOADED);
    }
    queued++;
    return new Promise((resolve, reject) => {
      const waiting = { item, resolve, reject };
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
    while (inFlight < options.maxKeysInFlight && ready.length > 0) {
      const batches = takeReady(Math.ceil(ready.length / (options.maxKeysInFlight - inFlight)));
      inFlight++;
      void runBatches(batches).then(() => {
        inFlight--;
        for (const { key } of batches) {
          // A key with more to do goes to the back: a hot one must not starve the others.
          if (queues.get(key)?.length) ready.push(key);
          else queues.delete(key);
        }
        startReady();
      });
    }
  }

  /** The next key, and its share of those behind it where they may run together. */
  function takeReady(share: number): Batch<Waiting<Item, Outcome>>[] {
    const batches: Batch<Waiting<Item, Outcome>>[] = [];
    const most = Math.min(share, together?.maxKeys ?? 1);
    let room = options.maxBatchItems;
    for (const key of ready) {
      const queue = queues.get(key) ?? [];
      const isAlone = apart.has(key) || queue.length > room;
      if (batches.length > 0 && isAlone) break;
      const items = queue.splice(0, options.maxBatchItems);
      batches.push({ key, items });
      room -= items.length;
      if (isAlone || batches.length === most) break;
    }
    ready.splice(0, batches.length);
    return batches.sort((a, b) => a.key - b.key);
  }

  async function runBatches(batches: Batch<Waiting<Item, Outcome>>[]): Promise<void> {
    const [first] = batches;
    if (batches.length === 1 && first) {
      apart.delete(first.key);
      return runBatch(first.key, first.items);
    }
    const all = batches.flatMap(({ items }) => items);
    try {
      const asked = batches.map(({ key, items }) => ({ key, items: items.map((waiting) => waiting.item) }));
      answer(all, ((await together?.run(asked)) ?? []).flat());
      statistics.batches++;
      statistics.items += all.length;
    } catch {
      // Whatever it was, each key meets it again by itself, and its callers hear of their own.
      statistics.retries++;
      for (const { key, items } of batches) {
        apart.add(key);
        queues.get(key)?.unshift(...items);
      }
    }
  }

  async function runBatch(key: number, batch: Waiting<Item, Outcome>[]): Promise<void> {
    const items = batch.map((waiting) => waiting.item);
    statistics.batches++;
    statistics.items += items.length;
    try {
      answer(batch, await runWithRetry(key, items));
    } catch (fault) {
      // Who waits behind it would fare no better, and was never sent: better told now than after as long again.
      if (isPassing(fault)) batch.push(...(queues.get(key)?.splice(0) ?? []));
      for (const waiting of batch) waiting.reject(fault);
      leave(batch.length);
    }
  }

  function answer(batch: readonly Waiting<Item, Outcome>[], outcomes: readonly Outcome[]): void {
    if (outcomes.length !== batch.length) throw new Error(`a batch of ${batch.length} got ${outcomes.length} outcomes`);
    for (const [n, waiting] of batch.entries()) {
      inTurn(() => {
        waiting.resolve(outcomes[n] as Outcome);
        leave(1);
      });
    }
  }

  function leave(items: number): void {
    queued -= items;
    if (queued === 0) for (const done of drained.splice(0)) done();
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
