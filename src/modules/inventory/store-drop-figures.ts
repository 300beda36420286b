// SQL for those who watch over drops. Each reads one product's rows, or one page of drops.
import { type Queryable, sql } from '../../lib/db.ts';
import type { LineMode } from './store.ts';

export type EntryCondition = 'none' | 'proof-of-work' | 'verified-mail' | 'payment-method';

export type DropRow = {
  product_id: number;
  at: Date;
  line_mode: LineMode;
  opens_at: Date;
  paused: boolean;
  customer_limit: number | null;
  hold_seconds: number;
  entry_condition: EntryCondition;
  total: number;
  available: number;
  waiting: number;
  /** Held or being paid for. */
  unpaid: number;
};
export type DropFiguresRow = DropRow & {
  held: number;
  paying: number;
  sold: number;
  returned: number;
  expired_count: number;
  released_count: number;
  ends_in_1: number;
  ends_in_2: number;
  ends_in_5: number;
  ends_in_10: number;
  ends_later: number;
};

const DROP_COLUMNS = `i.product_id, clock_timestamp() as at, i.line_mode, i.opens_at, i.paused, i.customer_limit, i.hold_seconds,
          d.entry_condition, i.total, i.available, i.waiting`;

const figures = sql(
  'inventory_drop_figures',
  `select ${DROP_COLUMNS}, i.expired_count, i.released_count, r.held + r.paying as unpaid, r.held, r.paying, r.sold, r.returned,
          r.ends_in_1, r.ends_in_2, r.ends_in_5, r.ends_in_10, r.ends_later
   from drop_sale d join inventory i using (product_id) cross join lateral (
     select count(*) filter (where x.state = 'held') as held, count(*) filter (where x.state = 'paying') as paying,
            count(*) filter (where x.state = 'sold') as sold, count(*) filter (where x.state = 'returned') as returned,
            count(*) filter (where x.ends < 60) as ends_in_1, count(*) filter (where x.ends >= 60 and x.ends < 120) as ends_in_2,
            count(*) filter (where x.ends >= 120 and x.ends < 300) as ends_in_5,
            count(*) filter (where x.ends >= 300 and x.ends < 600) as ends_in_10, count(*) filter (where x.ends >= 600) as ends_later
     from (select v.state, case v.state when 'held' then extract(epoch from v.expires_at - statement_timestamp()) end as ends
           from reservation v where v.product_id = $1) x) r
   where d.product_id = $1 and i.opens_at is not null`,
);
const drops = sql(
  'inventory_drops',
  `select ${DROP_COLUMNS}, count(*) over () as drop_count,
          (select count(*) from reservation r where r.product_id = i.product_id and r.state in ('held', 'paying')) as unpaid
   from drop_sale d join inventory i using (product_id) where i.opens_at is not null
   order by i.opens_at desc, i.product_id limit $1 offset $2`,
);
const setEntryCondition = sql(
  'inventory_set_entry_condition',
  'update drop_sale set entry_condition = $2 where product_id = $1 returning product_id',
);

export async function loadDropFigures(db: Queryable, productId: number): Promise<DropFiguresRow | undefined> {
  const [row] = await db.query<DropFiguresRow>(figures, [productId]);
  return row;
}

export function loadDrops(db: Queryable, page: number, size: number): Promise<(DropRow & { drop_count: number })[]> {
  return db.query<DropRow & { drop_count: number }>(drops, [size, (page - 1) * size]);
}

export async function runSetEntryCondition(
  db: Queryable,
  productId: number,
  condition: EntryCondition,
): Promise<boolean> {
  return (await db.query(setEntryCondition, [productId, condition])).length > 0;
}
