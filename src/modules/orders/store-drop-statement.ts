// What a drop's statement is made of. Read in one snapshot.
import { type Queryable, slowSql } from '../../lib/db.ts';

const dropHead = slowSql(
  'orders_statement_head',
  `select p.seller_id, p.title, i.total, i.available, i.waiting, i.last_event, i.expired_count, i.released_count, clock_timestamp() as made_at,
          (select count(*) from reservation r where r.product_id = i.product_id) as reservations
   from drop_sale d join inventory i using (product_id) join product p using (product_id) where d.product_id = $1`,
);
const stockChanges = slowSql(
  'orders_statement_stock',
  'select at, change, reason from stock_change where product_id = $1 order by at, change_id',
);
const lineEvents = slowSql(
  'orders_statement_events',
  `select sequence, kind, ticket_id, user_id, place, at, detail, (detail->>'opensAt')::timestamptz as opens_at
   from line_event where product_id = $1 and sequence > $2 order by sequence limit $3`,
);
const openHolds = slowSql(
  'orders_statement_holds',
  `select reservation_id, user_id, state, expires_at from reservation where product_id = $1 and slot = 0 order by reservation_id`,
);
const sales = slowSql(
  'orders_statement_sales',
  `select o.reservation_id, o.user_id, o.placed_at, t.number, o.price_minor, o.currency, r.state, f.amount_minor as refund_minor, f.state as refund_state
   from orders o
   join receipt t on t.product_id = o.product_id and t.order_id = o.order_id
   join reservation r on r.product_id = o.product_id and r.user_id = o.user_id and r.reservation_id = o.reservation_id
   left join refund f on f.product_id = o.product_id and f.payment_id = o.payment_id
   where o.product_id = $1 order by t.number`,
);
const unsoldCharges = slowSql(
  'orders_statement_unsold',
  `select m.user_id, m.captured_at, m.amount_minor, m.currency, f.amount_minor as refund_minor, f.state as refund_state
   from payment m join refund f on f.product_id = m.product_id and f.payment_id = m.payment_id
   where m.product_id = $1 and m.state = 'unsold' order by m.payment_id`,
);

export type DropHeadRow = {
  seller_id: number;
  title: string;
  total: number;
  available: number;
  waiting: number;
  last_event: number;
  expired_count: number;
  released_count: number;
  made_at: Date;
  reservations: number;
};

export async function loadDropHead(db: Queryable, productId: number): Promise<DropHeadRow | undefined> {
  const [row] = await db.query<DropHeadRow>(dropHead, [productId]);
  return row;
}

export type LineEventRow = {
  sequence: number;
  kind: 'announced' | 'joined' | 'drawn' | 'granted' | 'bought' | 'lapsed' | 'left' | 'returned';
  ticket_id: string | null;
  user_id: number | null;
  place: number | null;
  at: Date;
  detail:
    | {
        mode: 'open' | 'line' | 'lottery';
        perCustomerLimit: number;
        holdSeconds: number;
        commitment: string | null;
        holders: number[];
      }
    | { seed: string; tickets: number }
    | null;
  opens_at: Date | null;
};

export function loadLineEvents(
  db: Queryable,
  productId: number,
  after: number,
  limit: number,
): Promise<LineEventRow[]> {
  return db.query<LineEventRow>(lineEvents, [productId, after, limit]);
}

export function loadStockChanges(db: Queryable, productId: number) {
  return db.query<{ at: Date; change: number; reason: 'initial' | 'import' | 'seller' }>(stockChanges, [productId]);
}

export function loadOpenHolds(db: Queryable, productId: number) {
  type Row = { reservation_id: string; user_id: number; state: 'held' | 'paying'; expires_at: Date };
  return db.query<Row>(openHolds, [productId]);
}

type ChargeRow = {
  user_id: number;
  currency: string;
  refund_minor: number | null;
  refund_state: 'due' | 'done' | null;
};

export function loadSales(db: Queryable, productId: number) {
  type Row = {
    reservation_id: string;
    placed_at: Date;
    number: number;
    price_minor: number;
    state: 'sold' | 'returned';
  };
  return db.query<Row & ChargeRow>(sales, [productId]);
}

export function loadUnsoldCharges(db: Queryable, productId: number) {
  return db.query<ChargeRow & { captured_at: Date; amount_minor: number }>(unsoldCharges, [productId]);
}
