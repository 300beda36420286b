// What a node knows of the drops without asking: one statement a second for all of them, whatever the number of visitors.
import type { Queryable } from '../../lib/db.ts';
import type { Log } from '../../lib/log.ts';
import { repeat } from '../../lib/repeat.ts';
import { openDepartures } from './departures.ts';
import type { LineMode } from './store.ts';
import type { EntryCondition } from './store-drop-figures.ts';
import { loadWatchedLines, type WatchedLineRow } from './store-lines.ts';

export type Line = {
  productId: number;
  mode: LineMode;
  opensAt: Date;
  perCustomerLimit: number | null;
  holdSeconds: number;
  isPaused: boolean;
  /** The seller took the product out of the shop: nobody is given a unit until it is back. */
  isWithdrawn: boolean;
  entryCondition: EntryCondition;
  total: number;
  available: number;
  held: number;
  sold: number;
  expired: number;
  waiting: number;
  /** The first place that still waits; everyone before it has been served. Null: nobody waits with a place. */
  head: number | null;
  /** Places of those who left, ascending. */
  departed: Float64Array;
  lastPlace: number;
  version: number;
  draw: {
    commitment: string;
    seed: string | null;
    drawnAt: Date | null;
    drawnTickets: number | null;
    /** Among the draws of this product; null: not made yet. */
    draw: number | null;
  } | null;
};

export type LineWatch = {
  line(productId: number): Line | undefined;
  /** The same, and asks at once where this node has not heard of it yet. */
  find(productId: number): Promise<Line | undefined>;
  all(): Line[];
  /** How far this may lie behind the database. */
  ageMs(): number;
  /** Called after each poll with what changed. Returns how to stop. */
  onChange(listener: (lines: Line[]) => void): () => void;
  close(): Promise<void>;
};

const EVERY_MS = 500;

export async function openLineWatch(db: Queryable, log: Log): Promise<LineWatch> {
  let lines = new Map<number, Line>();
  const departures = openDepartures();
  const listeners = new Set<(lines: Line[]) => void>();

  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  function poll(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<void> {
    const before = lines;
    const startedAtMs = performance.now();
    const rows = await loadWatchedLines(db);
    await departures.read(db, rows);
    lines = new Map(rows.map((row) => [row.product_id, toLine(row, departures.places(row.product_id))]));
    readAtMs = startedAtMs;
    if (listeners.size === 0) return;
    const changed = [...lines.values()].filter((line) => differs(before.get(line.productId), line));
    if (changed.length > 0) for (const listener of [...listeners]) listener(changed);
  }

  // A node that starts while the database is away serves pages without lines, and learns of them when it is back.
  await poll().catch((error: unknown) => log.warn({ err: error }, 'the lines of drops are not known yet'));
  const polling = repeat('watch-lines', EVERY_MS, log, poll);
  return {
    line: (productId) => lines.get(productId),
    find: async (productId) => {
      // A reading that is under way may have begun before the drop was there.
      for (let polls = 0; polls < 2 && !lines.has(productId); polls++) await poll();
      return lines.get(productId);
    },
    ageMs: () => performance.now() - readAtMs,
    all: () => [...lines.values()],
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => polling.close(),
  };
}

function differs(before: Line | undefined, after: Line): boolean {
  return (
    !before ||
    before.version !== after.version ||
    before.waiting !== after.waiting ||
    before.head !== after.head ||
    before.departed.length !== after.departed.length ||
    before.isPaused !== after.isPaused ||
    before.isWithdrawn !== after.isWithdrawn ||
    before.held !== after.held ||
    before.draw?.seed !== after.draw?.seed
  );
}

function toLine(row: WatchedLineRow, departed: Float64Array): Line {
  return {
    productId: row.product_id,
    mode: row.line_mode,
    opensAt: row.opens_at,
    perCustomerLimit: row.customer_limit,
    holdSeconds: row.hold_seconds,
    isPaused: row.paused,
    isWithdrawn: row.withdrawn,
    entryCondition: row.entry_condition ?? 'none',
    total: row.total,
    available: row.available,
    held: row.held,
    sold: row.total - row.available - row.held,
    expired: row.expired_count,
    waiting: row.waiting,
    head: row.head,
    departed,
    lastPlace: row.last_place,
    version: row.version,
    draw: row.commitment && {
      commitment: row.commitment.toString('hex'),
      seed: row.seed?.toString('hex') ?? null,
      drawnAt: row.drawn_at,
      drawnTickets: row.drawn_tickets,
      draw: row.draw,
    },
  };
}

/** Every unit is paid for: nobody who waits can get one any more, unless the seller adds some. */
export function isFinallySoldOut(line: Pick<Line, 'available' | 'held' | 'total'>): boolean {
  return line.total > 0 && line.available === 0 && line.held === 0;
}
