// SQL of drops and their lines. Announcing, joining, leaving and opening are functions of the database: migrations/0018, 0022 and 0027.
import { type Queryable, sql } from '../../lib/db.ts';
import type { LineMode } from './store.ts';
import type { EntryCondition } from './store-drop-figures.ts';
import type { TicketState } from './ticket.ts';

const joinLine = sql(
  'inventory_join_line',
  `select outcome, ticket_users, ticket_ids, ticket_states, ticket_places, limited, limit_each, opens, waiting_now, head, expires
   from join_line($1, $2, $3, $4)`,
);
const leaveLine = sql('inventory_leave_line', 'select outcome from leave_line($1, $2, $3)');
const openLine = sql('inventory_open_line', 'select granted, drawing from open_line($1, $2)');
const placeDrawn = sql('inventory_place_drawn', 'select placed from place_drawn($1, $2)');
// Lines that can move: something is free and somebody waits, or a draw is due or not finished. A pause keeps units back, not the
// draw: its seed is promised for the opening, and its list is closed then.
const movingLines = sql(
  'inventory_moving_lines',
  `select i.product_id from inventory i left join drop_sale d using (product_id)
   where i.line_mode <> 'open' and i.opens_at <= coalesce($1, clock_timestamp())
     and ((i.waiting > 0 and i.available > 0 and not i.paused)
       or (i.line_mode = 'lottery' and (d.drawn_at is null or coalesce(d.placed_tickets, -1) < d.drawn_tickets)))`,
);
const watchedLines = sql(
  'inventory_watched_lines',
  `select i.product_id, i.line_mode, i.opens_at, i.customer_limit, i.hold_seconds, i.paused, i.total, i.available, i.waiting, i.last_place, i.version,
          i.expired_count, p.status <> 'active' as withdrawn,
          -- Those whose place is drawn and not written yet stand before everyone who joined after the draw.
          least((select k.place from ticket k where k.product_id = i.product_id and k.state = 'waiting' and k.place is not null
                 order by k.place limit 1),
                case when d.drawn_at is not null and d.placed_tickets < d.drawn_tickets then d.placed_tickets + 1 end) as head,
          (select count(*) from reservation r where r.product_id = i.product_id and r.state in ('held', 'paying')) as held,
          -- A draw is told when its list stands. One that is not due yet may have the list of an earlier sale.
          d.commitment, d.drawn_tickets, d.entry_condition, told.draw, told.seed, told.drawn_at
   from inventory i join product p using (product_id) left join drop_sale d using (product_id)
     left join drop_sale told on told.product_id = i.product_id and told.drawn_at is not null and told.placed_tickets is not null
   where i.line_mode <> 'open' or i.opens_at > clock_timestamp() - interval '1 day' or d.entry_condition <> 'none'`,
);
// Only who had a place leaves a gap. An announcement has none.
const departures = sql(
  'inventory_departures',
  `select e.product_id, e.sequence, e.place
   from unnest($1::bigint[], $2::bigint[]) w(product_id, last_sequence) cross join lateral (
     select e.product_id, e.sequence, e.place from line_event e
     where e.product_id = w.product_id and e.sequence > w.last_sequence and e.kind in ('announced', 'left')
       and (e.kind = 'announced' or e.place is not null)
     order by e.sequence limit $3) e`,
);
// A drop can be changed until somebody waits for it.
const setDrop = sql(
  'inventory_set_drop',
  'select owned, changed from announce_drop($1, null, $2, $3, $4, $5, $6, $7, $8)',
);
const setPaused = sql(
  'inventory_set_paused',
  'update inventory set paused = $2 where product_id = $1 and (opens_at is not null) returning product_id',
);
export type JoinRow = {
  outcome: 'no-line' | 'unknown-product' | 'done';
  ticket_users: number[] | null;
  ticket_ids: string[] | null;
  ticket_states: TicketState[] | null;
  ticket_places: (number | null)[] | null;
  limited: number[] | null;
  limit_each: number | null;
  opens: Date;
  waiting_now: number;
  head: number | null;
  expires: Date;
};

export async function runJoinLine(
  db: Queryable,
  productId: number,
  at: Date | null,
  userIds: number[],
  ticketIds: string[],
): Promise<JoinRow> {
  const [row] = await db.query<JoinRow>(joinLine, [productId, at, userIds, ticketIds]);
  if (!row) throw new Error(`join_line(${productId}) answered nothing`);
  return row;
}

export async function runLeaveLine(
  db: Queryable,
  productId: number,
  userId: number,
  ticketId: string,
): Promise<boolean> {
  const [row] = await db.query<{ outcome: 'left' | 'gone' }>(leaveLine, [productId, userId, ticketId]);
  return row?.outcome === 'left';
}

/** `drawing`: places of the draw are still to be written. */
export async function runOpenLine(
  db: Queryable,
  productId: number,
  at: Date | null,
): Promise<{ granted: number; drawing: boolean }> {
  const [row] = await db.query<{ granted: number; drawing: boolean }>(openLine, [productId, at]);
  return row ?? { granted: 0, drawing: false };
}

export async function runPlaceDrawn(db: Queryable, productId: number, maxTickets: number): Promise<void> {
  await db.query(placeDrawn, [productId, maxTickets]);
}

export async function findMovingLines(db: Queryable, at: Date | null): Promise<number[]> {
  return (await db.query<{ product_id: number }>(movingLines, [at])).map((row) => row.product_id);
}

export type WatchedLineRow = {
  product_id: number;
  line_mode: LineMode;
  opens_at: Date;
  customer_limit: number | null;
  hold_seconds: number;
  paused: boolean;
  withdrawn: boolean;
  total: number;
  available: number;
  waiting: number;
  last_place: number;
  version: number;
  expired_count: number;
  head: number | null;
  held: number;
  commitment: Buffer | null;
  seed: Buffer | null;
  draw: number | null;
  drawn_at: Date | null;
  drawn_tickets: number | null;
  /** Null: no drop was announced. */
  entry_condition: EntryCondition | null;
};

export function loadWatchedLines(db: Queryable): Promise<WatchedLineRow[]> {
  return db.query<WatchedLineRow>(watchedLines);
}

export type DepartureRow = { product_id: number; sequence: number; place: number | null };

/** Of each line at most so many since the event that is named beside it, in their order; place null: announced anew. */
export function loadDepartures(
  db: Queryable,
  productIds: readonly number[],
  lastSequences: readonly number[],
  limit: number,
): Promise<DepartureRow[]> {
  return db.query<DepartureRow>(departures, [productIds, lastSequences, limit]);
}

export type DropTerms = { opensAt: Date; mode: LineMode; perCustomerLimit: number; holdSeconds: number };

export async function runSetDrop(
  db: Queryable,
  productId: number,
  sellerId: number,
  terms: DropTerms,
  draw: { commitment: Buffer; seed: Buffer } | null,
): Promise<{ owned: number; changed: number }> {
  const values = [
    productId,
    sellerId,
    terms.opensAt,
    terms.mode,
    terms.perCustomerLimit,
    terms.holdSeconds,
    draw?.commitment ?? null,
    draw?.seed ?? null,
  ];
  const [row] = await db.query<{ owned: number; changed: number }>(setDrop, values);
  return row ?? { owned: 0, changed: 0 };
}

export async function runSetPaused(db: Queryable, productId: number, isPaused: boolean): Promise<boolean> {
  return (await db.query(setPaused, [productId, isPaused])).length > 0;
}
