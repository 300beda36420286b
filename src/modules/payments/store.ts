// Every SQL statement of payments. begin_payments is a function of the database: migrations/0021.
import { type Queryable, sql } from '../../lib/db.ts';
import type { Payment, PaymentState } from './payment.ts';

const PAYMENT_COLUMNS =
  'payment_id, product_id, reservation_id, user_id, state, amount_minor, currency, token, action_url, decline_code, check_count, created_at';

const beginPayments = sql(
  'payments_begin',
  'select outcome, id, payment_state, reservation, amount, money, hold_expires from begin_payments($1, null, $2, $3, $4, $5, $6)',
);
const paymentById = sql(
  'payments_by_id',
  `select ${PAYMENT_COLUMNS} from payment where product_id = $1 and payment_id = $2`,
);
const latestOfReservation = sql(
  'payments_latest_of_reservation',
  `select ${PAYMENT_COLUMNS} from payment
   where product_id = $1 and reservation_id = $2 and user_id = $3 order by created_at desc limit 1`,
);
const duePayments = sql(
  'payments_due',
  `select ${PAYMENT_COLUMNS} from payment where check_at <= coalesce($1, clock_timestamp()) order by check_at limit $2`,
);
const postponePayment = sql(
  'payments_postpone',
  `update payment set check_at = coalesce($3, clock_timestamp()) + make_interval(secs => $4), check_count = check_count + 1
   where product_id = $1 and payment_id = $2 and check_at is not null`,
);
// A declined one too: money that was captured all the same has to be seen, so that it goes back.
// A row that is being settled is waited for, and then found settled. Rows are locked in the order of their ids, as settle_batch does.
const hastenOpenPayments = sql(
  'payments_hasten_open',
  `with open as (
     select payment_id from payment
     where product_id = $1 and payment_id = any ($2::text[])
       and (check_at is not null or (state = 'declined' and payment_id = any ($3::text[])))
     order by payment_id for no key update)
   update payment p set check_at = least(p.check_at, clock_timestamp() + make_interval(secs => $4))
   from open where p.product_id = $1 and p.payment_id = open.payment_id`,
);
const recordEvents = sql(
  'payments_record_events',
  `insert into provider_event (event_id, kind, payment_id)
   select e.event_id, e.kind, e.payment_id from unnest($1::text[], $2::text[], $3::text[]) as e(event_id, kind, payment_id)
   order by e.event_id on conflict do nothing returning event_id`,
);
const dueRefunds = sql(
  'payments_due_refunds',
  `select product_id, refund_id, payment_id, amount_minor, currency, check_count
   from refund where check_at <= coalesce($1, clock_timestamp()) order by check_at limit $2`,
);
const refundDone = sql(
  'payments_refund_done',
  `update refund set state = 'done', done_at = coalesce($4, clock_timestamp()), provider_refund_id = $3, check_at = null
   where product_id = $1 and refund_id = $2 and state = 'due'`,
);
const postponeRefund = sql(
  'payments_postpone_refund',
  `update refund set check_at = coalesce($3, clock_timestamp()) + make_interval(secs => $4), check_count = check_count + 1
   where product_id = $1 and refund_id = $2 and state = 'due'`,
);
const refundById = sql(
  'payments_refund_by_id',
  `select refund_id, payment_id, state, amount_minor, currency, reason, created_at, done_at
   from refund where product_id = $1 and refund_id = $2`,
);
const ledgerOfSeller = sql(
  'payments_ledger_of_seller',
  `select posting_id, product_id, account, kind, amount_minor, currency, at, count(*) over () as total
   from ledger_entry where seller_id = $1 and account in ('seller', 'fee')
   order by at desc, posting_id, account limit $2 offset $3`,
);
const ledgerSums = sql(
  'payments_ledger_sums',
  `select currency, account, kind, sum(amount_minor)::bigint as amount
   from ledger_entry where seller_id = $1 and account in ('seller', 'fee') group by currency, account, kind`,
);

type PaymentRow = {
  payment_id: string;
  product_id: number;
  reservation_id: string;
  user_id: number;
  state: PaymentState;
  amount_minor: number;
  currency: string;
  token: string;
  action_url: string | null;
  decline_code: string | null;
  check_count: number;
  created_at: Date;
};

function toPayment(row: PaymentRow): Payment {
  return {
    paymentId: row.payment_id,
    productId: row.product_id,
    reservationId: row.reservation_id,
    userId: row.user_id,
    state: row.state,
    amountMinor: row.amount_minor,
    currency: row.currency,
    token: row.token,
    actionUrl: row.action_url,
    declineCode: row.decline_code,
    checkCount: row.check_count,
    createdAt: row.created_at,
  };
}

export type BeginRow = {
  outcome: 'begun' | 'existing' | 'expired' | 'no-reservation';
  id: string;
  payment_state: PaymentState;
  reservation: string;
  amount: number;
  money: string;
  hold_expires: Date;
};

export function runBeginPayments(
  db: Queryable,
  productId: number,
  begins: { userIds: number[]; paymentIds: string[]; tokens: string[]; addresses: string[] },
  checkSeconds: number,
): Promise<BeginRow[]> {
  return db.query<BeginRow>(beginPayments, [
    productId,
    begins.userIds,
    begins.paymentIds,
    begins.tokens,
    begins.addresses,
    checkSeconds,
  ]);
}

export async function findPaymentById(
  db: Queryable,
  productId: number,
  paymentId: string,
): Promise<Payment | undefined> {
  const [row] = await db.query<PaymentRow>(paymentById, [productId, paymentId]);
  return row && toPayment(row);
}

export async function findLatestPayment(
  db: Queryable,
  productId: number,
  reservationId: string,
  userId: number,
): Promise<Payment | undefined> {
  const [row] = await db.query<PaymentRow>(latestOfReservation, [productId, reservationId, userId]);
  return row && toPayment(row);
}

export async function loadDuePayments(db: Queryable, at: Date | null, maxPayments: number): Promise<Payment[]> {
  return (await db.query<PaymentRow>(duePayments, [at, maxPayments])).map(toPayment);
}

export async function postpone(db: Queryable, payment: Payment, at: Date | null, pauseSeconds: number): Promise<void> {
  await db.query(postponePayment, [payment.productId, payment.paymentId, at, pauseSeconds]);
}

export async function hastenOpen(
  db: Queryable,
  productId: number,
  paymentIds: readonly string[],
  captured: readonly string[],
  withinSeconds: number,
): Promise<void> {
  await db.query(hastenOpenPayments, [productId, paymentIds, captured, withinSeconds]);
}

/** The ids of those that were not delivered before. */
export async function insertEvents(
  db: Queryable,
  events: readonly { eventId: string; type: string; paymentId: string }[],
): Promise<Set<string>> {
  const rows = await db.query<{ event_id: string }>(recordEvents, [
    events.map((event) => event.eventId),
    events.map((event) => event.type),
    events.map((event) => event.paymentId),
  ]);
  return new Set(rows.map((row) => row.event_id));
}

export type DueRefundRow = {
  product_id: number;
  refund_id: string;
  payment_id: string;
  amount_minor: number;
  currency: string;
  check_count: number;
};

export function loadDueRefunds(db: Queryable, at: Date | null, maxRefunds: number): Promise<DueRefundRow[]> {
  return db.query<DueRefundRow>(dueRefunds, [at, maxRefunds]);
}

export async function markRefundDone(
  db: Queryable,
  refund: DueRefundRow,
  providerRefundId: string,
  at: Date | null,
): Promise<void> {
  await db.query(refundDone, [refund.product_id, refund.refund_id, providerRefundId, at]);
}

export async function postponeDueRefund(
  db: Queryable,
  refund: DueRefundRow,
  at: Date | null,
  pauseSeconds: number,
): Promise<void> {
  await db.query(postponeRefund, [refund.product_id, refund.refund_id, at, pauseSeconds]);
}

export type RefundRow = {
  refund_id: string;
  payment_id: string;
  state: 'due' | 'done';
  amount_minor: number;
  currency: string;
  reason: string;
  created_at: Date;
  done_at: Date | null;
};

export async function findRefundById(
  db: Queryable,
  productId: number,
  refundId: string,
): Promise<RefundRow | undefined> {
  const [row] = await db.query<RefundRow>(refundById, [productId, refundId]);
  return row;
}

export type LedgerRow = {
  posting_id: string;
  product_id: number;
  account: 'seller' | 'fee';
  kind: 'sale' | 'refund';
  amount_minor: number;
  currency: string;
  at: Date;
  total: number;
};

export function loadLedger(db: Queryable, sellerId: number, limit: number, offset: number): Promise<LedgerRow[]> {
  return db.query<LedgerRow>(ledgerOfSeller, [sellerId, limit, offset]);
}

export function loadLedgerSums(
  db: Queryable,
  sellerId: number,
): Promise<{ currency: string; account: string; kind: string; amount: number }[]> {
  return db.query(ledgerSums, [sellerId]);
}
