// The questions of an audit. Each finds rows that must not be; none found is what the books promise.
import { type Queryable, type Sql, slowSql, sql } from '../../lib/db.ts';
import { LINE_EVENT_TRANSITIONS } from './line-replay.ts';
import { ORDER_TRANSITIONS } from './order-state.ts';

export type AuditCheck = { name: string; promise: string; statement: Sql };
const MAX_OFFENDING_ROWS = 100;

const ALLOWED_STEPS = Object.entries(ORDER_TRANSITIONS)
  .flatMap(([from, targets]) => targets.map((to) => `('${from}', '${to}')`))
  .join(', ');

function check(name: string, promise: string, text: string): AuditCheck {
  return { name, promise, statement: slowSql(`audit_${name}`, `${text} limit ${MAX_OFFENDING_ROWS}`) };
}

const LINE_STEPS = Object.entries(LINE_EVENT_TRANSITIONS)
  .flatMap(([from, kinds]) => kinds.map((kind) => `('${from}', '${kind}')`))
  .join(', ');

// Every ticket that ever was, also of customers who joined again: a sale runs from one announcement to the next.
const TICKETS_OF_LINES = `with numbered as (
       select product_id, sequence, kind, ticket_id, user_id, place, detail,
              count(*) filter (where kind = 'announced') over (partition by product_id order by sequence) as sale
       from line_event),
     holder as (
       select distinct product_id, (jsonb_array_elements_text(detail->'holders'))::bigint as user_id from line_event where kind = 'announced'),
     tickets as (
       select e.product_id, e.sale, e.ticket_id, e.joined, e.granted, e.gone,
              coalesce(e.place, k.place, o.place) as place, o.place as listed_place,
              h.user_id is not null as is_passed_over
       from (
         select product_id, ticket_id, min(sale) as sale, max(user_id) as user_id, max(place) as place, min(sequence) as joined,
                min(sequence) filter (where kind = 'granted') as granted, min(sequence) filter (where kind in ('granted', 'left')) as gone
         from numbered where kind in ('joined', 'granted', 'left') group by product_id, ticket_id) e
       left join ticket k on k.product_id = e.product_id and k.ticket_id = e.ticket_id
       -- For a moment after the draw a place stands there alone.
       left join drawn_ticket o on o.product_id = e.product_id and o.ticket_id = e.ticket_id
       left join holder h on h.product_id = e.product_id and h.user_id = e.user_id)`;

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
    'no customer has more of a limited product than the limit was when the last unit was theirs',
    `select r.product_id, r.user_id, count(*) as units, max(r.customer_limit) as customer_limit
     from reservation r where r.state <> 'returned'
     group by r.product_id, r.user_id having count(*) > max(coalesce(r.customer_limit, 2147483647))`,
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
  check(
    'line_counters',
    'each line counts those who wait in it, and its events run from 1 without a gap',
    `select i.product_id, i.waiting, coalesce(k.waiting, 0) as tickets_waiting, i.last_event, coalesce(e.events, 0) as events
     from inventory i
     left join (select product_id, count(*) as waiting from ticket where state = 'waiting' group by product_id) k using (product_id)
     left join (select product_id, count(*) as events, min(sequence) as first, max(sequence) as last from line_event group by product_id) e using (product_id)
     where i.waiting <> coalesce(k.waiting, 0) or i.last_event <> coalesce(e.events, 0) or i.last_event <> coalesce(e.last, 0) or e.first <> 1`,
  ),
  check(
    'tickets',
    'each granted ticket has its hold, each bought one its order, and no other ticket has either',
    `select k.product_id, k.ticket_id, k.state, r.state as hold, o.order_id from ticket k
     left join reservation r on r.product_id = k.product_id and r.user_id = k.user_id and r.slot = 0 and r.reservation_id = k.ticket_id
     left join orders o on o.product_id = k.product_id and o.reservation_id = k.ticket_id
     where (k.state = 'granted') <> (r.reservation_id is not null) or (k.state = 'bought') <> (o.order_id is not null)`,
  ),
  check(
    'line_steps',
    'tickets only moved as they may, and stand where their last event says',
    `select s.product_id, s.ticket_id, s.sequence, s.before, s.kind, k.state from (
       select e.product_id, e.sequence, e.ticket_id, e.kind, lag(e.kind) over w as before, lead(e.kind) over w as after
       from line_event e where e.ticket_id is not null window w as (partition by e.product_id, e.ticket_id order by e.sequence)) s
     left join ticket k on k.product_id = s.product_id and k.ticket_id = s.ticket_id and s.after is null
     where (coalesce(s.before, ''), s.kind) not in (values ${LINE_STEPS})
        or k.state <> case s.kind when 'joined' then 'waiting' when 'returned' then 'bought' else s.kind end`,
  ),
  check(
    'line_order',
    'no two tickets of a sale have one place, and nobody was granted a unit before somebody who waited further in front',
    `${TICKETS_OF_LINES}
     select product_id, sale, ticket_id, place, granted, waited_until from (
       select product_id, sale, ticket_id, place, granted, lag(place) over w as place_before,
              max(case when not is_passed_over then coalesce(gone, 9223372036854775807) end)
                over (partition by product_id, sale order by place rows between unbounded preceding and 1 preceding) as waited_until
       from tickets where place is not null window w as (partition by product_id, sale order by place)) t
     where place = place_before or granted < waited_until`,
  ),
  check(
    'draws',
    'each lottery was drawn by the seed that was promised: places, as published too, are in the order of SHA-256(seed || ticket id)',
    `${TICKETS_OF_LINES}
     , draw as (
       select product_id, sale, sequence, decode(detail->>'seed', 'hex') as seed, (detail->>'tickets')::int as tickets from numbered where kind = 'drawn')
     select d.product_id, d.sale, t.ticket_id, t.place, t.listed_place, t.drawn_place from draw d
     join (select product_id, sale, detail->>'commitment' as commitment from numbered where kind = 'announced') a using (product_id, sale)
     left join (
       select product_id, sale, t.ticket_id, t.place, t.listed_place, count(*) over (partition by product_id, sale) as tickets,
              row_number() over (partition by product_id, sale order by sha256(d.seed || convert_to(t.ticket_id, 'UTF8')), t.ticket_id) as drawn_place
       from tickets t join draw d using (product_id, sale)
       where t.joined < d.sequence and (t.gone is null or t.gone > d.sequence)) t using (product_id, sale)
     -- For a moment its list is closed and its order not computed.
     left join drop_sale s on s.product_id = d.product_id and s.draw = d.sequence and s.placed_tickets is null
     where a.commitment is distinct from encode(sha256(d.seed), 'hex') or d.tickets <> coalesce(t.tickets, 0)
        or t.place <> t.drawn_place or (t.place is null and t.drawn_place is not null and s.draw is null)
        or t.listed_place <> t.drawn_place`,
  ),
  check(
    'line_sales',
    'each sale of a ticket is an event of its line, and each such event has its order',
    `select e.product_id, e.ticket_id, e.bought, e.returned, o.order_id, o.state from (
       select product_id, ticket_id, bool_or(kind = 'joined') as joined, count(*) filter (where kind = 'bought') as bought,
              count(*) filter (where kind = 'returned') as returned
       from line_event where ticket_id is not null group by product_id, ticket_id) e
     left join orders o on o.product_id = e.product_id and o.reservation_id = e.ticket_id
     where e.bought > 1 or (e.bought = 1 and o.order_id is null) or (e.joined and e.bought = 0 and o.order_id is not null)
        or (e.returned > 0) <> coalesce(o.state = 'cancelled', false)`,
  ),
];

const figures = slowSql(
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
// Everything is met once, so everything is hashed. Right after a surge the planner's statistics know of few rows, and the loops
// it chose by them took minutes for 20,000 tickets.
const onlyHashJoins = sql(
  'audit_only_hash_joins',
  "select set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true)",
);

/** One snapshot for all questions, so that a shop that sells meanwhile is not accused of its own movement. */
export async function takeSnapshot(tx: Queryable): Promise<void> {
  await tx.query(oneSnapshot);
  await tx.query(noTimeLimit);
  await tx.query(onlyHashJoins);
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
