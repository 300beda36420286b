// SQL of drops and their lines. Joining, leaving and opening are functions of the database: migrations/0015 and 0016.
import { type Queryable, sql } from '../../lib/db.ts';
import type { LineMode } from './store.ts';
import type { TicketState } from './ticket.ts';

const joinLine = sql(
  'inventory_join_line',
  `select outcome, ticket_users, ticket_ids, ticket_states, ticket_places, limited, limit_each, opens, waiting_now, head, expires
   from join_line($1, $2, $3, $4)`,
);
const leaveLine = sql('inventory_leave_line', 'select outcome from leave_line($1, $2, $3)');
const openLine = sql('inventory_open_line', 'select granted from open_line($1, $2)');
// Lines that can move: something is free and somebody waits, or a draw is due.
const movingLines = sql(
  'inventory_moving_lines',
  `select i.product_id from inventory i left join drop_sale d using (product_id)
   where i.line_mode <> 'open' and not i.paused and i.opens_at <= coalesce($1, clock_timestamp()) and i.waiting > 0
     and (i.available > 0 or (i.line_mode = 'lottery' and d.drawn_at is null))`,
);
const watchedLines = sql(
  'inventory_watched_lines',
  `select i.product_id, i.line_mode, i.opens_at, i.customer_limit, i.hold_seconds, i.paused, i.total, i.available, i.waiting, i.last_place, i.version,
          i.expired_count, (select k.place from ticket k where k.product_id = i.product_id and k.state = 'waiting' and k.place is not null
                            order by k.place limit 1) as head,
          (select count(*) from reservation r where r.product_id = i.product_id and r.state in ('held', 'paying')) as held,
          d.commitment, case when d.drawn_at is not null then d.seed end as seed, d.drawn_at
   from inventory i left join drop_sale d using (product_id)
   where i.line_mode <> 'open' or i.opens_at > clock_timestamp() - interval '1 day'`,
);
const ticketById = sql(
  'inventory_ticket_by_id',
  'select user_id, ticket_id, state, place, joined_at from ticket where product_id = $1 and user_id = $2 and ticket_id = $3',
);
const ticketsOfUsers = sql(
  'inventory_tickets_of_users',
  'select user_id, ticket_id, state, place, joined_at from ticket where product_id = $1 and user_id = any ($2::bigint[])',
);
// A drop can be changed until somebody waits for it.
const setDrop = sql(
  'inventory_set_drop',
  `with owned as (
     select i.product_id, i.waiting from product p join inventory i using (product_id) where p.product_id = $1 and p.seller_id = $2
     for no key update of i),
   allowed as (select product_id from owned where waiting = 0),
   sale as (
     insert into drop_sale (product_id, announced_at, commitment, seed) select product_id, clock_timestamp(), $7, $8 from allowed
     on conflict (product_id) do update set announced_at = excluded.announced_at, commitment = excluded.commitment, seed = excluded.seed,
       drawn_at = null, drawn_tickets = null),
   news as (insert into feed_change (topic, key) select 'product', product_id from allowed on conflict do nothing),
   changed as (
     update inventory i set opens_at = $3, line_mode = $4, customer_limit = $5, hold_seconds = $6 from allowed
     where i.product_id = allowed.product_id returning 1)
   select (select count(*) from owned) as owned, (select count(*) from allowed) as changed`,
);
const setPaused = sql(
  'inventory_set_paused',
  'update inventory set paused = $2 where product_id = $1 and (opens_at is not null) returning product_id',
);
const publishedTickets = sql(
  'inventory_published_tickets',
  `select ticket_id, place, joined_at from ticket where product_id = $1 and place is not null and ticket_id > $2 order by ticket_id limit $3`,
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

export async function runOpenLine(db: Queryable, productId: number, at: Date | null): Promise<number> {
  const [row] = await db.query<{ granted: number }>(openLine, [productId, at]);
  return row?.granted ?? 0;
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
  drawn_at: Date | null;
};

export function loadWatchedLines(db: Queryable): Promise<WatchedLineRow[]> {
  return db.query<WatchedLineRow>(watchedLines);
}

export type TicketRow = {
  user_id: number;
  ticket_id: string;
  state: TicketState;
  place: number | null;
  joined_at: Date;
};

export async function findTicketById(
  db: Queryable,
  productId: number,
  userId: number,
  ticketId: string,
): Promise<TicketRow | undefined> {
  const [row] = await db.query<TicketRow>(ticketById, [productId, userId, ticketId]);
  return row;
}

export function findTicketsOfUsers(db: Queryable, productId: number, userIds: number[]): Promise<TicketRow[]> {
  return db.query<TicketRow>(ticketsOfUsers, [productId, userIds]);
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

export function loadPublishedTickets(db: Queryable, productId: number, afterTicketId: string, limit: number) {
  return db.query<{ ticket_id: string; place: number; joined_at: Date }>(publishedTickets, [
    productId,
    afterTicketId,
    limit,
  ]);
}
