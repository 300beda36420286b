// A drop in figures, for those who watch over it.
import type { Queryable } from '../../lib/db.ts';
import type { LineMode } from './store.ts';
import {
  type DropRow,
  type EntryCondition,
  loadDropFigures,
  loadDrops,
  runSetEntryCondition,
} from './store-drop-figures.ts';

export const DROP_STATES = ['announced', 'open', 'paused', 'sold_out'] as const;
export type DropState = (typeof DROP_STATES)[number];
/** What a buyer must bring besides being signed in. */
export const ENTRY_CONDITIONS = [
  'none',
  'proof-of-work',
  'verified-mail',
  'payment-method',
] as const satisfies readonly EntryCondition[];

export type DropSummary = {
  productId: number;
  state: DropState;
  mode: LineMode;
  opensAt: Date;
  perCustomerLimit: number | null;
  holdSeconds: number;
  entryCondition: EntryCondition;
  total: number;
  available: number;
  waiting: number;
};
export type DropFigures = DropSummary & {
  /** By the database's clock. */
  at: Date;
  held: number;
  paying: number;
  sold: number;
  returned: number;
  expired: number;
  letGo: number;
  /** Holds that run out in each span from now on unless they are paid for; the last span has no end. */
  expiriesAhead: { fromSeconds: number; toSeconds: number | null; holds: number }[];
};

/** Undefined: that product is no drop. */
export async function dropFigures(db: Queryable, productId: number): Promise<DropFigures | undefined> {
  const row = await loadDropFigures(db, productId);
  if (!row) return undefined;
  return {
    ...summaryOf(row),
    at: row.at,
    held: row.held,
    paying: row.paying,
    sold: row.sold,
    returned: row.returned,
    expired: row.expired_count,
    letGo: row.released_count,
    expiriesAhead: [
      { fromSeconds: 0, toSeconds: 60, holds: row.ends_in_1 },
      { fromSeconds: 60, toSeconds: 120, holds: row.ends_in_2 },
      { fromSeconds: 120, toSeconds: 300, holds: row.ends_in_5 },
      { fromSeconds: 300, toSeconds: 600, holds: row.ends_in_10 },
      { fromSeconds: 600, toSeconds: null, holds: row.ends_later },
    ],
  };
}

/** The one that opens last comes first. */
export async function listDrops(
  db: Queryable,
  page: number,
  size: number,
): Promise<{ items: DropSummary[]; total: number }> {
  const rows = await loadDrops(db, page, size);
  return { items: rows.map(summaryOf), total: rows[0]?.drop_count ?? 0 };
}

/** False: that product is no drop. */
export function setEntryCondition(db: Queryable, productId: number, condition: EntryCondition): Promise<boolean> {
  return runSetEntryCondition(db, productId, condition);
}

function summaryOf(row: DropRow): DropSummary {
  return {
    productId: row.product_id,
    state: stateOf(row),
    mode: row.line_mode,
    opensAt: row.opens_at,
    perCustomerLimit: row.customer_limit,
    holdSeconds: row.hold_seconds,
    entryCondition: row.entry_condition,
    total: row.total,
    available: row.available,
    waiting: row.waiting,
  };
}

function stateOf(row: DropRow): DropState {
  if (row.paused) return 'paused';
  if (row.opens_at > row.at) return 'announced';
  return row.available === 0 && row.unpaid === 0 ? 'sold_out' : 'open';
}
