// Every statement of what comes after a purchase: reading, moving, watching and listing orders.
import { type Queryable, sql } from '../../lib/db.ts';
import type { Address } from '../accounts/index.ts';
import type { OrderState } from './order-state.ts';
import type { OrderEvent, TrackedOrder } from './tracked-order.ts';

const SELECT_CLOCK = sql('orders_clock', 'select clock_timestamp() as at');

export async function databaseClock(db: Queryable): Promise<Date> {
  const [row] = await db.query<{ at: Date }>(SELECT_CLOCK);
  if (!row) throw new Error('the database did not tell its time');
  return row.at;
}

// Each table is asked for one order after the other, by key: a plan that was made while there were few orders, and is kept, must
// not read the receipts and events of the whole product once for each of them (batches of 100 took half a second). `limit` keeps
// the planner from joining otherwise.
export const SELECT_TRACKED = sql(
  'orders_select_tracked',
  `select o.product_id, o.order_id, o.user_id, o.seller_id, o.state, o.title, o.price_minor, o.currency, o.shipping_address,
          o.earliest_delivery::text as earliest, o.latest_delivery::text as latest, o.carrier, o.tracking_number, o.placed_at,
          s.user_id as seller_user_id, r.seller_name, r.seller_address, r.seller_tax_number,
          r.number, r.amount_minor, r.tax_minor, r.tax_basis_points, r.paid_at, r.method_brand, r.method_last4,
          e.sequences, e.states, e.times, e.notes, e.places
   from orders o
   cross join lateral (
     select r.seller_name, r.seller_address, r.seller_tax_number, r.number, r.amount_minor, r.tax_minor, r.tax_basis_points, r.paid_at,
            r.method_brand, r.method_last4
     from receipt r where r.product_id = $1 and r.order_id = o.order_id limit 1) r
   join seller s on s.seller_id = o.seller_id
   cross join lateral (
     select array_agg(e.sequence order by e.sequence) as sequences, array_agg(e.state order by e.sequence) as states,
            array_agg(e.at order by e.sequence) as times, array_agg(e.note order by e.sequence) as notes,
            array_agg(e.place order by e.sequence) as places
     from order_event e where e.product_id = $1 and e.order_id = o.order_id) e
   where o.product_id = $1 and o.order_id = any ($2::text[])`,
);

type TrackedRow = {
  product_id: number;
  order_id: string;
  user_id: number;
  seller_id: number;
  state: OrderState;
  title: string;
  price_minor: number;
  currency: string;
  shipping_address: Address;
  earliest: string;
  latest: string;
  carrier: string | null;
  tracking_number: string | null;
  placed_at: Date;
  seller_user_id: number | null;
  seller_name: string;
  seller_address: string | null;
  seller_tax_number: string | null;
  number: number;
  amount_minor: number;
  tax_minor: number;
  tax_basis_points: number;
  paid_at: Date;
  method_brand: string;
  method_last4: string;
  sequences: number[] | null;
  states: OrderState[] | null;
  times: Date[] | null;
  notes: (string | null)[] | null;
  places: (string | null)[] | null;
};

/** In no order; those that there are. */
export async function selectTracked(
  db: Queryable,
  productId: number,
  orderIds: readonly string[],
): Promise<TrackedOrder[]> {
  return (await db.query<TrackedRow>(SELECT_TRACKED, [productId, orderIds])).map(trackedOf);
}

function trackedOf(row: TrackedRow): TrackedOrder {
  return {
    orderId: row.order_id,
    productId: row.product_id,
    userId: row.user_id,
    seller: {
      sellerId: row.seller_id,
      userId: row.seller_user_id,
      name: row.seller_name,
      address: row.seller_address,
      taxNumber: row.seller_tax_number,
    },
    state: row.state,
    title: row.title,
    priceMinor: row.price_minor,
    currency: row.currency,
    shippingAddress: row.shipping_address,
    earliestDelivery: row.earliest,
    latestDelivery: row.latest,
    carrier: row.carrier,
    trackingNumber: row.tracking_number,
    placedAt: row.placed_at,
    events: eventsOf(row),
    receipt: {
      number: row.number,
      amountMinor: row.amount_minor,
      taxMinor: row.tax_minor,
      taxBasisPoints: row.tax_basis_points,
      paidAt: row.paid_at,
      methodBrand: row.method_brand,
      methodLast4: row.method_last4,
    },
  };
}

function eventsOf(row: TrackedRow): OrderEvent[] {
  return (row.sequences ?? []).map((sequence, n) => ({
    sequence,
    state: row.states?.[n] ?? row.state,
    at: row.times?.[n] ?? row.placed_at,
    note: row.notes?.[n] ?? null,
    place: row.places?.[n] ?? null,
  }));
}

// Names one product, as every purchase statement does, so that it runs on one shard whatever the number of orders.
// `allowed` is checked again on the newest version of a row that another transaction held locked: of two steps that race,
// the second is refused or follows the first, never overwrites it.
const MOVE_ORDERS = sql(
  'orders_move',
  `with asked as (
     select a.order_id, a.seller_id, a.state, string_to_array(a.allowed, ',') as allowed,
            a.carrier, a.tracking_number, a.note, a.place, a.message_id
     from unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
       as a(order_id, seller_id, state, allowed, carrier, tracking_number, note, place, message_id)),
   moved as (
     update orders o
     set state = a.state, last_sequence = o.last_sequence + 1,
         carrier = coalesce(a.carrier, o.carrier), tracking_number = coalesce(a.tracking_number, o.tracking_number)
     from asked a
     where o.product_id = $1 and o.order_id = a.order_id
       and (a.seller_id is null or o.seller_id = a.seller_id) and o.state = any (a.allowed)
     returning o.order_id, o.state, o.last_sequence, o.user_id, o.seller_id, o.placed_at, a.note, a.place, a.message_id),
   told as (
     insert into order_event (product_id, order_id, sequence, state, at, note, place)
     select $1, m.order_id, m.last_sequence, m.state, $2::timestamptz, m.note, m.place from moved m),
   sent as (
     insert into outbox (product_id, message_id, kind, payload, at)
     select $1, m.message_id, 'order-moved',
            jsonb_build_object('orderId', m.order_id, 'userId', m.user_id, 'sellerId', m.seller_id,
                               'placedAt', m.placed_at, 'state', m.state, 'sequence', m.last_sequence), $2::timestamptz
     from moved m)
   select order_id, last_sequence as sequence from moved`,
);

export type MoveRow = {
  orderId: string;
  sellerId: number | null;
  state: OrderState;
  allowed: readonly OrderState[];
  carrier: string | null;
  trackingNumber: string | null;
  note: string | null;
  place: string | null;
  messageId: string;
};

export async function updateMoved(
  db: Queryable,
  productId: number,
  at: Date,
  moves: readonly MoveRow[],
): Promise<{ order_id: string; sequence: number }[]> {
  return db.query(MOVE_ORDERS, [
    productId,
    at,
    moves.map((move) => move.orderId),
    moves.map((move) => move.sellerId),
    moves.map((move) => move.state),
    moves.map((move) => move.allowed.join(',')),
    moves.map((move) => move.carrier),
    moves.map((move) => move.trackingNumber),
    moves.map((move) => move.note),
    moves.map((move) => move.place),
    moves.map((move) => move.messageId),
  ]);
}

const SELECT_STATES = sql(
  'orders_select_states',
  `select o.order_id, o.seller_id, o.state from orders o where o.product_id = $1 and o.order_id = any ($2::text[])`,
);

export async function selectStates(
  db: Queryable,
  productId: number,
  orderIds: readonly string[],
): Promise<{ order_id: string; seller_id: number; state: OrderState }[]> {
  return db.query(SELECT_STATES, [productId, orderIds]);
}

const SELECT_EVENTS_AFTER = sql(
  'orders_select_events_after',
  `select e.order_id, e.sequence, e.state, e.at, e.note, e.place
   from unnest($1::bigint[], $2::text[], $3::int[]) as w(product_id, order_id, sequence)
   join order_event e on e.product_id = w.product_id and e.order_id = w.order_id and e.sequence > w.sequence
   order by e.order_id, e.sequence`,
);

export type WatchedKey = { productId: number; orderId: string; sequence: number };

/** What happened to many orders since the sequence that is known of each. */
export async function selectEventsAfter(
  db: Queryable,
  keys: readonly WatchedKey[],
): Promise<({ order_id: string } & OrderEvent)[]> {
  return db.query(SELECT_EVENTS_AFTER, [
    keys.map((key) => key.productId),
    keys.map((key) => key.orderId),
    keys.map((key) => key.sequence),
  ]);
}
