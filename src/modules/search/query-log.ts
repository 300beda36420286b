// Counts what is searched and what is opened from the results. Off the path of a request: whoever searches waits for nothing,
// and where the database is away the counts of that time are lost.
import { setTimeout as sleep } from 'node:timers/promises';
import { createBatcher } from '../../lib/batcher.ts';
import type { Database } from '../../lib/db.ts';
import type { Log } from '../../lib/log.ts';
import { fold } from './engine/text.ts';
import {
  addClickCounts,
  addQueryCounts,
  type QueryReport,
  readQueryReport,
  type SearchOutcome,
} from './store-query-log.ts';

export type QueryLog = {
  searched(term: string, outcome: SearchOutcome): void;
  clicked(term: string, productId: number): void;
  /** Of the last days, today included. */
  report(days: number): Promise<QueryReport>;
  close(): Promise<void>;
};

/** So long a batch collects: two statements a second at most, however many search. */
const GATHER_MS = 500;
const MAX_BATCH_ITEMS = 2_000;
const MAX_QUEUED_ITEMS = 20_000;
const RETRY_FOR_MS = 2_000;
const MAX_TERM_CHARACTERS = 80;
/** Mail addresses, and numbers that could be a phone, a card or an account: people paste such things into any field. */
const PERSONAL = /@|\d(?:[\s-]?\d){6}/;

type Item = { term: string; outcome: SearchOutcome } | { term: string; productId: number };

export function openQueryLog(db: Database, log: Log): QueryLog {
  const batcher = createBatcher<Item, null>({
    run: async (_key, items) => {
      await sleep(GATHER_MS);
      await writeCounts(db, items);
      return items.map(() => null);
    },
    maxBatchItems: MAX_BATCH_ITEMS,
    maxQueuedItems: MAX_QUEUED_ITEMS,
    maxKeysInFlight: 1,
    retryForMs: RETRY_FOR_MS,
  });
  const submit = (item: Item) => {
    batcher.submit(0, item).catch((error: unknown) => log.debug({ err: error }, 'a search was not counted'));
  };
  return {
    searched: (typed, outcome) => {
      const term = countableTerm(typed);
      if (term !== undefined) submit({ term, outcome });
    },
    clicked: (typed, productId) => {
      const term = countableTerm(typed);
      if (term !== undefined) submit({ term, productId });
    },
    report: (days) => readQueryReport(db, days),
    close: () => batcher.drain(),
  };
}

/** One spelling for all that search the same; undefined for what is not to be kept. */
export function countableTerm(typed: string): string | undefined {
  if (typed.length > MAX_TERM_CHARACTERS) return undefined;
  const term = fold(typed.toWellFormed())
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return /[\p{L}\p{N}]/u.test(term) && !PERSONAL.test(term) ? term : undefined;
}

async function writeCounts(db: Database, items: Item[]): Promise<void> {
  const queries = new Map<string, { term: string; outcome: SearchOutcome; times: number }>();
  const clicks = new Map<string, { term: string; productId: number; times: number }>();
  for (const item of items) {
    if ('outcome' in item) countOne(queries, `${item.outcome} ${item.term}`, item);
    else countOne(clicks, `${item.productId} ${item.term}`, item);
  }
  if (queries.size > 0) await addQueryCounts(db, [...queries.values()]);
  if (clicks.size > 0) await addClickCounts(db, [...clicks.values()]);
}

function countOne<T extends object>(counts: Map<string, T & { times: number }>, key: string, item: T): void {
  const known = counts.get(key);
  if (known) known.times++;
  else counts.set(key, { ...item, times: 1 });
}
