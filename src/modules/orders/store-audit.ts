// The questions of an audit. Each finds rows that must not be; none found is what the books promise.
import { type Queryable, type Sql, sql } from '../../lib/db.ts';
import { ORDER_TRANSITIONS } from './order-state.ts';

export type AuditCheck = { name: string; promise: string; statement: Sql };
const MAX_OFFENDING_ROWS = 100;

const ALLOWED_STEPS = Object.entries(ORDER_TRANSITIONS)
  .flatMap(([from, targets]) => targets.map((to) => `('${from}', '${to}')`))
  .join(', ');

function check(name: string, promise: string, text: string): AuditCheck {
  return { name, promise, statement: sql(`audit_${name}`, `${text} limit ${MAX_OFFENDING_ROWS}`) };
}

export const AUDIT_CHECKS: readonly AuditCheck[] = [
  check(
    'stock',
    'every product: initial stock and its changes = available + held + sold',
    `select i.product_id, i.total, coalesce(c.changes, 0) as changes, i.available, coalesce(r.held, 0) as held, coalesce(r.sold, 0) as sold
     from inventory i
     left join (select product_id, sum(change) as changes from stock_change group by product_id) c using (product_id)
     left join (select product_id, count(*) filter (where state in ('held', 'paying')) as held, count(*) filter (where state = 'sold') as sold
                from reservation group by product_id) r using (product_id)
     where i.total <> coalesce(c.changes, 0) or i.total <> i.available + coalesce(r.held, 0) + coalesce(r.sold, 0) or i.available < 0`,
  ),
  check(
    'stockless',
    'no unit is held or sold of a product that has no stock',
    `select r.product_id, r.reservation_id, r.state from reservation r left join inventory i using (product_id)
     where i.product_id is null`,
  ),
  check(
    'limits',
    'no customer has more of a limited product than its limit',
    `select r.product_id, r.user_id, count(*) as units, i.customer_limit
     from reservation r join inventory i using (product_id)
     where i.customer_limit is not null and r.state <> 'returned'
     group by r.product_id, r.user_id, i.customer_limit having count(*) > i.customer_limit`,
  ),
  check(
    'sold_units',
    'each sold unit has one succeeded payment, one order and one receipt',
    `select r.product_id, r.reservation_id, count(distinct m.payment_id) as payments, count(distinct o.order_id) as orders,
            count(distinct t.order_id) as receipts
     from reservation r
     left join payment m on m.product_id = r.product_id and m.reservation_id = r.reservation_id and m.state = 'succeeded'
     left join orders o on o.product_id = r.product_id and o.reservation_id = r.reservation_id
     left join receipt t on t.product_id = o.product_id and t.order_id = o.order_id
     where r.state in ('sold', 'returned')
     group by r.product_id, r.reservation_id
     having count(distinct m.payment_id) <> 1 or count(distinct o.order_id) <> 1 or count(distinct t.order_id) <> 1`,
  ),
  check(
    'orders',
    'each order has its sold unit and its payment',
    `select o.product_id, o.order_id, o.state from orders o
     left join reservation r on r.product_id = o.product_id and r.user_id = o.user_id and r.reservation_id = o.reservation_id
       and r.state = case when o.state = 'cancelled' then 'returned' else 'sold' end
     left join payment m on m.product_id = o.product_id and m.payment_id = o.payment_id and m.state = 'succeeded'
     where r.reservation_id is null or m.payment_id is null`,
  ),
  check(
    'charges',
    'each captured charge has an order, or a refund',
    `select m.product_id, m.payment_id, m.state, m.amount_minor, m.currency from payment m
     left join orders o on o.product_id = m.product_id and o.payment_id = m.payment_id
     left join refund f on f.product_id = m.product_id and f.payment_id = m.payment_id
     where m.state in ('succeeded', 'unsold') and ((m.state = 'succeeded') <> (o.order_id is not null) or (m.state = 'unsold' and f.refund_id is null))`,
  ),
  check(
    'taken_back',
    'each cancelled or refunded order has its refund, and no other order has one',
    `select o.product_id, o.order_id, o.state, f.refund_id from orders o
     left join refund f on f.product_id = o.product_id and f.payment_id = o.payment_id
     where (o.state in ('cancelled', 'refunded')) <> (f.refund_id is not null)`,
  ),
  check(
    'postings',
    'each posting of the ledger sums to zero',
    `select product_id, posting_id, sum(amount_minor) as sum from ledger_entry
     group by product_id, posting_id having sum(amount_minor) <> 0`,
  ),
  check(
    'ledger',
    'what the ledger says the provider holds is what was captured less what was refunded',
    `select coalesce(l.currency, m.currency) as currency, l.held as in_ledger, m.captured - coalesce(f.refunded, 0) as by_payments
     from (select currency, sum(amount_minor) as held from ledger_entry where account = 'provider' group by currency) l
     full join (select currency, sum(amount_minor) as captured from payment where state in ('succeeded', 'unsold') group by currency) m using (currency)
     left join (select currency, sum(amount_minor) as refunded from refund group by currency) f using (currency)
     where l.held is distinct from m.captured - coalesce(f.refunded, 0)`,
  ),
  check(
    'receipt_numbers',
    'receipt numbers of each seller run from 1 without a gap or a double',
    `select t.seller_id, count(*) as receipts, count(distinct t.number) as numbers, max(t.number) as highest, c.last_number
     from receipt t left join receipt_counter c using (seller_id) group by t.seller_id, c.last_number
     having count(*) <> count(distinct t.number) or count(*) <> max(t.number) or min(t.number) <> 1 or c.last_number is distinct from max(t.number)`,
  ),
  check(
    'order_steps',
    'states of orders only moved forward, one numbered step after the other',
    `select s.product_id, s.order_id, s.sequence, s.before, s.state from (
       select e.product_id, e.order_id, e.sequence, e.state, lag(e.state) over w as before, lag(e.sequence) over w as sequence_before
       from order_event e window w as (partition by e.product_id, e.order_id order by e.sequence)) s
     where (s.before is null and (s.sequence <> 1 or s.state <> 'placed'))
        or (s.before is not null and (s.sequence <> s.sequence_before + 1 or (s.before, s.state) not in (values ${ALLOWED_STEPS})))`,
  ),
  check(
    'order_states',
    'an order stands where its last event says',
    `select o.product_id, o.order_id, o.state, e.state as last_event from orders o
     left join order_event e on e.product_id = o.product_id and e.order_id = o.order_id and e.sequence = o.last_sequence
     where e.state is distinct from o.state`,
  ),
];

const figures = sql(
  'audit_figures',
  `select (select count(*) from inventory) as products,
          (select coalesce(sum(total), 0)::bigint from inventory) as units,
          (select coalesce(sum(available), 0)::bigint from inventory) as available,
          (select count(*) from reservation where state in ('held', 'paying')) as held,
          (select count(*) from reservation where state = 'sold') as sold,
          (select coalesce(sum(expired_count), 0)::bigint from inventory) as expired,
          (select count(*) from payment where state in ('processing', 'requires_action')) as open_payments,
          (select count(*) from payment where state in ('succeeded', 'unsold')) as charges,
          (select count(*) from refund) as refunds,
          (select count(*) from refund where state = 'due') as refunds_due,
          (select count(*) from orders) as orders,
          (select count(*) from receipt) as receipts,
          (select count(*) from ledger_entry) as ledger_entries`,
);

const oneSnapshot = sql('audit_one_snapshot', 'set transaction isolation level repeatable read read only');
const noTimeLimit = sql('audit_no_time_limit', 'set local statement_timeout = 0');

/** One snapshot for all questions, so that a shop that sells meanwhile is not accused of its own movement. */
export async function takeSnapshot(tx: Queryable): Promise<void> {
  await tx.query(oneSnapshot);
  await tx.query(noTimeLimit);
}

export type AuditFigures = Record<
  | 'products'
  | 'units'
  | 'available'
  | 'held'
  | 'sold'
  | 'expired'
  | 'open_payments'
  | 'charges'
  | 'refunds'
  | 'refunds_due'
  | 'orders'
  | 'receipts'
  | 'ledger_entries',
  number
>;

export async function loadFigures(db: Queryable): Promise<AuditFigures> {
  const [row] = await db.query<AuditFigures>(figures);
  if (!row) throw new Error('no figures');
  return row;
}

export function findOffendingRows(db: Queryable, question: AuditCheck): Promise<Record<string, unknown>[]> {
  return db.query<Record<string, unknown>>(question.statement);
}
