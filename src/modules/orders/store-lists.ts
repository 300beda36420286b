// A user's and a seller's orders: small tables that name them by another key than the product's, and one read of what they name.
import { type Queryable, sql } from '../../lib/db.ts';
import type { OrderState } from './order-state.ts';

export type OrderNews = {
  orderId: string;
  userId: number;
  sellerId: number;
  placedAt: string;
  state: OrderState;
  sequence: number;
};

const INSERT_OF_USER = sql(
  'orders_index_of_user',
  `insert into order_of_user (user_id, placed_at, order_id)
   select n.user_id, n.placed_at, n.order_id from unnest($1::bigint[], $2::timestamptz[], $3::text[]) as n(user_id, placed_at, order_id)
   on conflict (user_id, order_id) do nothing`,
);

// News may come twice and in any order: the highest sequence stands.
const UPSERT_OF_SELLER = sql(
  'orders_index_of_seller',
  `insert into order_of_seller (seller_id, placed_at, order_id, state, sequence)
   select distinct on (n.seller_id, n.order_id) n.seller_id, n.placed_at, n.order_id, n.state, n.sequence
   from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::int[]) as n(seller_id, placed_at, order_id, state, sequence)
   order by n.seller_id, n.order_id, n.sequence desc
   on conflict (seller_id, order_id) do update set state = excluded.state, sequence = excluded.sequence
   where order_of_seller.sequence < excluded.sequence`,
);

export async function upsertOrderIndex(db: Queryable, news: readonly OrderNews[]): Promise<void> {
  const placedAt = news.map((one) => one.placedAt);
  const orderIds = news.map((one) => one.orderId);
  await db.query(INSERT_OF_USER, [news.map((one) => one.userId), placedAt, orderIds]);
  await db.query(UPSERT_OF_SELLER, [
    news.map((one) => one.sellerId),
    placedAt,
    orderIds,
    news.map((one) => one.state),
    news.map((one) => one.sequence),
  ]);
}

const COUNT_OF_USER = sql('orders_count_of_user', 'select count(*) as total from order_of_user where user_id = $1');
const PAGE_OF_USER = sql(
  'orders_page_of_user',
  `select order_id from order_of_user where user_id = $1 order by placed_at desc, order_id limit $2 offset $3`,
);
const COUNT_OF_SELLER = sql(
  'orders_count_of_seller',
  'select count(*) as total from order_of_seller where seller_id = $1',
);
const PAGE_OF_SELLER = sql(
  'orders_page_of_seller',
  `select order_id from order_of_seller where seller_id = $1 order by placed_at desc, order_id limit $2 offset $3`,
);
const COUNT_OF_SELLER_STATE = sql(
  'orders_count_of_seller_state',
  'select count(*) as total from order_of_seller where seller_id = $1 and state = $2',
);
const PAGE_OF_SELLER_STATE = sql(
  'orders_page_of_seller_state',
  `select order_id from order_of_seller where seller_id = $1 and state = $4
   order by placed_at desc, order_id limit $2 offset $3`,
);

export type KeyPage = { orderIds: string[]; total: number };
export type PageRange = { limit: number; offset: number };

export async function pageOfUser(db: Queryable, userId: number, range: PageRange): Promise<KeyPage> {
  return {
    total: totalOf(await db.query(COUNT_OF_USER, [userId])),
    orderIds: idsOf(await db.query(PAGE_OF_USER, [userId, range.limit, range.offset])),
  };
}

export async function pageOfSeller(
  db: Queryable,
  sellerId: number,
  state: OrderState | undefined,
  range: PageRange,
): Promise<KeyPage> {
  const { limit, offset } = range;
  if (state === undefined) {
    return {
      total: totalOf(await db.query(COUNT_OF_SELLER, [sellerId])),
      orderIds: idsOf(await db.query(PAGE_OF_SELLER, [sellerId, limit, offset])),
    };
  }
  return {
    total: totalOf(await db.query(COUNT_OF_SELLER_STATE, [sellerId, state])),
    orderIds: idsOf(await db.query(PAGE_OF_SELLER_STATE, [sellerId, limit, offset, state])),
  };
}

function totalOf(rows: { total: number }[]): number {
  return rows[0]?.total ?? 0;
}

function idsOf(rows: { order_id: string }[]): string[] {
  return rows.map((row) => row.order_id);
}

const SELECT_SUMMARIES = sql(
  'orders_select_summaries',
  `select o.order_id, o.product_id, o.state, o.title, o.price_minor, o.currency, o.placed_at, o.shipping_address->>'name' as recipient
   from unnest($1::bigint[], $2::text[]) with ordinality as k(product_id, order_id, position)
   join orders o on o.product_id = k.product_id and o.order_id = k.order_id
   order by k.position`,
);

export type OrderSummary = {
  orderId: string;
  productId: number;
  state: OrderState;
  title: string;
  priceMinor: number;
  currency: string;
  placedAt: Date;
  recipient: string | null;
};

type SummaryRow = {
  order_id: string;
  product_id: number;
  state: OrderState;
  title: string;
  price_minor: number;
  currency: string;
  placed_at: Date;
  recipient: string | null;
};

export async function selectSummaries(
  db: Queryable,
  keys: readonly { productId: number; orderId: string }[],
): Promise<OrderSummary[]> {
  const rows = await db.query<SummaryRow>(SELECT_SUMMARIES, [
    keys.map((key) => key.productId),
    keys.map((key) => key.orderId),
  ]);
  return rows.map((row) => ({
    orderId: row.order_id,
    productId: row.product_id,
    state: row.state,
    title: row.title,
    priceMinor: row.price_minor,
    currency: row.currency,
    placedAt: row.placed_at,
    recipient: row.recipient,
  }));
}

const SELECT_MOVING_KEYS = sql(
  'orders_select_moving_keys',
  `select order_id from order_of_seller
   where state in ('placed', 'packed', 'shipped', 'out_for_delivery') order by placed_at desc limit $1`,
);

/** Ids of the newest orders whose parcels are not there yet, over all sellers: no index has them, so for the demo only. */
export async function movingOrderIds(db: Queryable, limit: number): Promise<string[]> {
  return idsOf(await db.query(SELECT_MOVING_KEYS, [limit]));
}

const SELECT_STANDING_SINCE = sql(
  'orders_select_standing_since',
  `select o.product_id, o.order_id, o.state, o.shipping_address->>'city' as city
   from unnest($1::bigint[], $2::text[]) as k(product_id, order_id)
   join orders o on o.product_id = k.product_id and o.order_id = k.order_id
   join order_event e on e.product_id = o.product_id and e.order_id = o.order_id and e.sequence = o.last_sequence
   where e.at <= $3`,
);

/** Those of the orders whose last event is not younger than `since`. */
export async function selectStandingSince(
  db: Queryable,
  keys: readonly { productId: number; orderId: string }[],
  since: Date,
): Promise<{ product_id: number; order_id: string; state: OrderState; city: string | null }[]> {
  return db.query(SELECT_STANDING_SINCE, [keys.map((key) => key.productId), keys.map((key) => key.orderId), since]);
}
