// SQL of a rehearsal: the crowd's accounts, the figures while it runs, and the books when it is over.
import { type Queryable, sql } from '../lib/db.ts';
import type { Books } from './check-history.ts';

// Made without the password hashing that 100,000 registrations would spend an hour on.
const insertBuyers = sql(
  'rehearsal_insert_buyers',
  `insert into account (email, email_folded, name, password_hash)
   select n, n, 'Buyer', 'cannot sign in' from (select $2 || '-' || g || '@rehearsal.souk.test' as n from generate_series(1, $1::int) g) g
   returning user_id`,
);
const othersOrders = sql(
  'rehearsal_others_orders',
  `select exists (select 1 from orders o join seller s using (seller_id) where s.slug not like $1 || '%') as yes`,
);
const drop = sql(
  'rehearsal_drop',
  `select i.total, i.available, i.waiting, i.expired_count as expired,
          (select count(*) from reservation r where r.product_id = i.product_id and r.state in ('held', 'paying')) as held,
          (select count(*) from orders o where o.product_id = i.product_id and o.state <> 'cancelled') as sold
   from inventory i where i.product_id = $1`,
);
const open = sql(
  'rehearsal_open',
  `select (select count(*) from payment where product_id = $1 and state = 'processing') as payments,
          (select count(*) from payment where product_id = $1 and state = 'requires_action') as at_bank,
          (select count(*) from refund where product_id = $1 and state = 'due') as refunds,
          (select count(*) from reservation where product_id = $1 and state in ('held', 'paying')) as holds,
          (select count(*) from outbox where product_id = $1) as news`,
);
const atBank = sql(
  'rehearsal_at_bank',
  `select action_url from payment where product_id = $1 and state = 'requires_action' and action_url is not null`,
);
const tickets = sql(
  'rehearsal_tickets',
  'select ticket_id, user_id, place, state, granted_at from ticket where product_id = $1',
);
const reservations = sql(
  'rehearsal_reservations',
  `select reservation_id, user_id, state from reservation where product_id = $1 and state <> 'returned'`,
);
const ended = sql('rehearsal_ended', 'select reservation_id, user_id from reservation_ended where product_id = $1');
const orders = sql(
  'rehearsal_orders',
  'select order_id, user_id, reservation_id, payment_id, state from orders where product_id = $1',
);
const payments = sql('rehearsal_payments', 'select payment_id, user_id, state from payment where product_id = $1');
// The provider's charges carry our payment ids, which begin with the product's.
const charges = sql(
  'rehearsal_charges',
  `select idempotency_key, state, amount_minor, refunded_minor from sandbox.charge
   where idempotency_key >= $1::text || '-' and idempotency_key < $1::text || '.'`,
);

export async function createBuyerAccounts(db: Queryable, count: number, mark: string): Promise<number[]> {
  return (await db.query<{ user_id: number }>(insertBuyers, [count, mark])).map((row) => row.user_id);
}

/** Whether anybody but a rehearsal's own seller has sold something there. */
export async function holdsRealOrders(db: Queryable, rehearsalSlug: string): Promise<boolean> {
  const [row] = await db.query<{ yes: boolean }>(othersOrders, [rehearsalSlug]);
  return row?.yes ?? false;
}

export type DropNow = {
  total: number;
  available: number;
  waiting: number;
  held: number;
  sold: number;
  expired: number;
};

export async function readDrop(db: Queryable, productId: number): Promise<DropNow> {
  const [row] = await db.query<DropNow>(drop, [productId]);
  if (!row) throw new Error(`product ${productId} has no stock`);
  return row;
}

/** What is still to come to an end; at_bank: pages of banks that nobody answered. */
export type OpenMatters = { payments: number; at_bank: number; refunds: number; holds: number; news: number };

export async function readOpenMatters(db: Queryable, productId: number): Promise<OpenMatters> {
  const [row] = await db.query<OpenMatters>(open, [productId]);
  return row ?? { payments: 0, at_bank: 0, refunds: 0, holds: 0, news: 0 };
}

export async function readBankPages(db: Queryable, productId: number): Promise<string[]> {
  return (await db.query<{ action_url: string }>(atBank, [productId])).map((row) => row.action_url);
}

export async function readBooks(
  db: Queryable,
  drop: { productId: number; idPrefix: string; stock: number; limitEach: number; startsAtMs: number },
): Promise<Books> {
  const { productId, stock, limitEach, startsAtMs } = drop;
  const of = <Row>(statement: ReturnType<typeof sql>): Promise<Row[]> => db.query<Row>(statement, [productId]);
  type Row = Record<string, string> & { user_id: number };
  const ticketRows = await of<Row & { place: number | null; granted_at: Date | null }>(tickets);
  const chargeRows = await db.query<{
    idempotency_key: string;
    state: string;
    amount_minor: number;
    refunded_minor: number;
  }>(charges, [drop.idPrefix]);
  return {
    stock,
    limitEach,
    tickets: ticketRows.map((row) => ({
      ticketId: row.ticket_id ?? '',
      userId: row.user_id,
      place: row.place,
      state: row.state ?? '',
      grantedAtMs: row.granted_at && row.granted_at.getTime() - startsAtMs,
    })),
    reservations: (await of<Row>(reservations)).map((row) => ({
      reservationId: row.reservation_id ?? '',
      userId: row.user_id,
      state: row.state ?? '',
    })),
    ended: (await of<Row>(ended)).map((row) => ({ reservationId: row.reservation_id ?? '', userId: row.user_id })),
    orders: (await of<Row>(orders)).map((row) => ({
      orderId: row.order_id ?? '',
      userId: row.user_id,
      reservationId: row.reservation_id ?? '',
      paymentId: row.payment_id ?? '',
      state: row.state ?? '',
    })),
    payments: (await of<Row>(payments)).map((row) => ({
      paymentId: row.payment_id ?? '',
      userId: row.user_id,
      state: row.state ?? '',
    })),
    charges: chargeRows.map((row) => ({
      paymentId: row.idempotency_key,
      state: row.state,
      amountMinor: row.amount_minor,
      refundedMinor: row.refunded_minor,
    })),
  };
}
