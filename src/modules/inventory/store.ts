// Every SQL statement of inventory. The hot ones are functions of the database: migrations/0005, 0011 and 0027.
import { type Queryable, sql } from '../../lib/db.ts';
import type { Reservation, ReservationState } from './reservation.ts';

const RESERVED = `outcome, granted_count, granted, expires, price, price_currency, held_users, held_ids, held_states, held_expires,
          held_prices, held_currencies, limited, limit_each, opens, available_after, version_after`;
const reserveBatch = sql('inventory_reserve_batch', `select ${RESERVED} from reserve_batch($1, $2, $3, $4)`);
// One call a product, in the order of the arrays, and one commit for all of them. The first line runs before any of them locks.
const reserveBatches = sql(
  'inventory_reserve_batches',
  `with patience as materialized (select set_config('lock_timeout', $6, true) as is_set)
   select product_id, ${RESERVED}
   from patience, unnest($1::bigint[], $2::int[], $3::int[]) as wanted (product_id, buyers_before, buyers_until),
     reserve_batch(product_id, nullif(is_set, $6)::timestamptz, ($4::bigint[])[buyers_before + 1 : buyers_until], ($5::text[])[buyers_before + 1 : buyers_until])`,
);
const openHolds = sql(
  'inventory_open_holds',
  `select user_id, reservation_id, state, expires_at, price_minor, currency
   from reservation where product_id = $1 and user_id = any ($2::bigint[]) and slot = 0`,
);
const reservationById = sql(
  'inventory_reservation_by_id',
  `select reservation_id, user_id, state, expires_at, price_minor, currency
   from reservation where product_id = $1 and user_id = $2 and reservation_id = $3`,
);
const endedReservation = sql(
  'inventory_ended_reservation',
  'select 1 as yes from reservation_ended where product_id = $1 and user_id = $2 and reservation_id = $3',
);
const releaseHold = sql('inventory_release_hold', 'select outcome from release_hold($1, null, $2, $3)');
const dueProducts = sql(
  'inventory_due_products',
  `select distinct product_id from (
     select product_id from reservation where state = 'held' and expires_at <= coalesce($1, clock_timestamp())
     order by expires_at limit $2) due`,
);
const expireBatch = sql('inventory_expire_batch', 'select expired from expire_batch($1, $2, $3)');
const changeStock = sql(
  'inventory_change_stock',
  'select outcome, available_after from change_stock($1, null, $2, $3, $4, $5, $6, $7)',
);
const stockCounts = sql(
  'inventory_stock_counts',
  `select i.product_id, i.available, i.opens_at, i.customer_limit, i.hold_seconds, i.line_mode,
          (select count(*) from reservation r where r.product_id = i.product_id and r.state in ('held', 'paying')) as held,
          (select count(*) from reservation r where r.product_id = i.product_id and r.state = 'sold') as sold
   from inventory i where i.product_id = any ($1::bigint[])`,
);
const offers = sql(
  'inventory_offers',
  'select product_id, available, total, opens_at, customer_limit, hold_seconds, line_mode from inventory where product_id = any ($1::bigint[])',
);
// In product order, so that two imports that share products cannot deadlock.
const lockStock = sql(
  'inventory_lock_stock',
  `with fresh as (insert into inventory (product_id) select unnest($1::bigint[]) on conflict do nothing)
   select product_id from inventory where product_id = any ($1::bigint[]) order by product_id for no key update`,
);
const setImportedStock = sql(
  'inventory_set_imported_stock',
  `with wanted as (
     select q.product_id, q.stock, i.available,
            coalesce((select sum(c.change) from stock_change c
                      where c.product_id = q.product_id and c.reason in ('initial', 'import')), 0)::int as imported,
            exists (select 1 from stock_change c where c.product_id = q.product_id) as known
     from unnest($1::bigint[], $2::int[], $3::text[]) as q(product_id, stock, change_id) join inventory i using (product_id)),
   changed as (
     select w.product_id, q.change_id, greatest(w.stock - w.imported, -w.available) as change, w.available, w.known
     from wanted w join unnest($1::bigint[], $3::text[]) as q(product_id, change_id) using (product_id)
     where w.stock <> w.imported and greatest(w.stock - w.imported, -w.available) <> 0),
   noted as (
     insert into stock_change (product_id, change_id, change, reason, at)
     select product_id, change_id, change, case when known then 'import' else 'initial' end, clock_timestamp() from changed),
   news as (
     insert into feed_change (topic, key)
     select 'product', product_id from changed where visible_stock(available) <> visible_stock(available + change) on conflict do nothing)
   update inventory i set total = i.total + c.change, available = i.available + c.change, version = i.version + 1
   from changed c where i.product_id = c.product_id returning i.product_id`,
);
type HoldRow = {
  user_id: number;
  reservation_id: string;
  state: ReservationState;
  expires_at: Date;
  price_minor: number;
  currency: string;
};

export type ReserveBatchRow = {
  outcome: 'unknown-product' | 'line' | 'not-open-yet' | 'closed' | 'done';
  granted_count: number;
  /** Reservation ids joined by commas; null: all or none, as granted_count says. */
  granted: string | null;
  expires: Date;
  price: number;
  price_currency: string;
  held_users: number[] | null;
  held_ids: string[] | null;
  held_states: ReservationState[] | null;
  held_expires: Date[] | null;
  held_prices: number[] | null;
  held_currencies: string[] | null;
  limited: number[] | null;
  limit_each: number | null;
  opens: Date | null;
  available_after: number;
  version_after: number;
};

export async function runReserveBatch(
  db: Queryable,
  productId: number,
  at: Date | null,
  userIds: number[],
  reservationIds: string[],
): Promise<ReserveBatchRow> {
  const [row] = await db.query<ReserveBatchRow>(reserveBatch, [productId, at, userIds, reservationIds]);
  if (!row) throw new Error(`reserve_batch(${productId}) answered nothing`);
  return row;
}

export type WantedOfProduct = { productId: number; userIds: number[]; reservationIds: string[] };

/** All or nothing; gives up, and nobody has anything, where another transaction holds one of the products for longer. */
export async function runReserveBatches(
  db: Queryable,
  wanted: readonly WantedOfProduct[],
  patienceMs: number,
): Promise<ReserveBatchRow[]> {
  const ends: number[] = [];
  for (const { userIds } of wanted) ends.push((ends.at(-1) ?? 0) + userIds.length);
  const productIds = wanted.map(({ productId }) => productId);
  const rows = await db.query<ReserveBatchRow & { product_id: number }>(reserveBatches, [
    productIds,
    [0, ...ends.slice(0, -1)],
    ends,
    wanted.flatMap(({ userIds }) => userIds),
    wanted.flatMap(({ reservationIds }) => reservationIds),
    `${patienceMs}ms`,
  ]);
  if (rows.length !== wanted.length || rows.some((row, n) => row.product_id !== productIds[n]))
    throw new Error('reserve_batch was not called once a product, in their order');
  return rows;
}

function toReservation(productId: number, row: HoldRow): Reservation {
  return {
    reservationId: row.reservation_id,
    productId,
    userId: row.user_id,
    state: row.state,
    priceMinor: row.price_minor,
    currency: row.currency,
    expiresAt: row.expires_at,
  };
}

export async function findOpenHolds(db: Queryable, productId: number, userIds: number[]): Promise<Reservation[]> {
  const rows = await db.query<HoldRow>(openHolds, [productId, userIds]);
  return rows.map((row) => toReservation(productId, row));
}

export async function findReservationById(
  db: Queryable,
  productId: number,
  userId: number,
  reservationId: string,
): Promise<Reservation | undefined> {
  const [row] = await db.query<HoldRow>(reservationById, [productId, userId, reservationId]);
  return row && toReservation(productId, row);
}

export async function hasEnded(
  db: Queryable,
  productId: number,
  userId: number,
  reservationId: string,
): Promise<boolean> {
  return (await db.query(endedReservation, [productId, userId, reservationId])).length > 0;
}

export async function runReleaseHold(
  db: Queryable,
  productId: number,
  userId: number,
  reservationId: string,
): Promise<'released' | 'paying' | 'gone'> {
  const [row] = await db.query<{ outcome: 'released' | 'paying' | 'gone' }>(releaseHold, [
    productId,
    userId,
    reservationId,
  ]);
  return row?.outcome ?? 'gone';
}

export async function findDueProducts(db: Queryable, at: Date | null, maxHolds: number): Promise<number[]> {
  const rows = await db.query<{ product_id: number }>(dueProducts, [at, maxHolds]);
  return rows.map((row) => row.product_id);
}

export async function runExpireBatch(
  db: Queryable,
  productId: number,
  at: Date | null,
  maxHolds: number,
): Promise<number> {
  const [row] = await db.query<{ expired: number }>(expireBatch, [productId, at, maxHolds]);
  return row?.expired ?? 0;
}

export type StockChangeRow = { outcome: 'changed' | 'not-found' | 'below-zero' | 'too-many'; available_after: number };

export async function runChangeStock(
  db: Queryable,
  change: {
    productId: number;
    sellerId: number;
    changeId: string;
    units: number;
    reason: 'seller';
    note: string | null;
    userId: number;
  },
): Promise<StockChangeRow> {
  const { productId, sellerId, changeId, units, reason, note, userId } = change;
  const [row] = await db.query<StockChangeRow>(changeStock, [
    productId,
    sellerId,
    changeId,
    units,
    reason,
    note,
    userId,
  ]);
  return row ?? { outcome: 'not-found', available_after: 0 };
}

export type LineMode = 'open' | 'line' | 'lottery';
export type OfferRow = {
  line_mode: LineMode;
  product_id: number;
  available: number;
  opens_at: Date | null;
  customer_limit: number | null;
  hold_seconds: number;
};
export type StockCountRow = OfferRow & { held: number; sold: number };

export function loadStockCounts(db: Queryable, productIds: number[]): Promise<StockCountRow[]> {
  return db.query<StockCountRow>(stockCounts, [productIds]);
}

export function loadOffers(db: Queryable, productIds: number[]): Promise<OfferRow[]> {
  return db.query<OfferRow>(offers, [productIds]);
}

export async function runSetImportedStock(
  tx: Queryable,
  productIds: number[],
  stocks: (number | null)[],
  changeIds: string[],
): Promise<void> {
  await tx.query(lockStock, [productIds]);
  await tx.query(setImportedStock, [productIds, stocks, changeIds]);
}
