// Holds what buyers were told against what the books say afterwards. Pure: the history and the books are all it knows.
import type { HistoryEvent } from './history.ts';

export type Books = {
  stock: number;
  limitEach: number;
  tickets: { ticketId: string; userId: number; place: number | null; state: string; grantedAtMs: number | null }[];
  /** Held, being paid for, and sold. */
  reservations: { reservationId: string; userId: number; state: string }[];
  /** The last hold of each buyer that ended without a sale. */
  ended: { reservationId: string; userId: number }[];
  orders: { orderId: string; userId: number; reservationId: string; paymentId: string; state: string }[];
  payments: { paymentId: string; userId: number; state: string }[];
  /** The provider's own books. */
  charges: { paymentId: string; state: string; amountMinor: number; refundedMinor: number }[];
};

export const PROMISES = {
  'unit-twice': 'no unit was anybody else’s at the same time',
  'yes-lost': 'no acknowledged yes was lost: places, holds, orders and cancellations stand as they were told',
  'over-limit': 'nobody had more than the limit',
  'queue-inversion': 'units were given out in the order of the line',
  'charge-alone': 'no charge without an order that stands or its refund',
  'order-uncharged': 'no order without its charge',
  unanswered: 'every buyer with an order was told of it, or found it when asking again',
  'internal-fault': 'nobody was answered “internal error”',
} as const;
export type Rule = keyof typeof PROMISES;
export type Finding = { rule: Rule; promise: string; count: number; examples: string[] };

const EXAMPLES_KEPT = 20;

type Hold = { userId: number; reservationId: string; fromMs: number; expiresAtMs: number };
type Told = { at: number; id: string };

export type HistoryCheck = { see(event: HistoryEvent): void; conclude(books: Books): Finding[] };

export function checkHistory(events: Iterable<HistoryEvent>, books: Books): Finding[] {
  const check = openHistoryCheck();
  for (const event of events) check.see(event);
  return check.conclude(books);
}

/** The events of one buyer must come in their order; those of different buyers may come in any. */
export function openHistoryCheck(): HistoryCheck {
  const holds = new Map<string, Hold>();
  const orders = new Map<string, { userId: number; at: number }>();
  const tickets = new Map<number, Told>();
  const lastPress = new Map<number, number>();
  /** When each buyer first asked to cancel, and the orders that were told to be cancelled. */
  const cancelAskedAt = new Map<number, number>();
  const cancelled = new Set<string>();
  const found = new Map<Rule, { count: number; examples: string[] }>();

  function blame(rule: Rule, example: string): void {
    const entry = found.get(rule) ?? { count: 0, examples: [] };
    found.set(rule, entry);
    entry.count++;
    if (entry.examples.length < EXAMPLES_KEPT) entry.examples.push(example);
  }

  function see(event: HistoryEvent): void {
    const { at, user, operation, kind, status = 0, value } = event;
    if (operation === 'purchase' && kind === 'invoke') lastPress.set(user, Math.max(lastPress.get(user) ?? 0, at));
    if (operation === 'cancel' && kind === 'invoke')
      cancelAskedAt.set(user, Math.min(cancelAskedAt.get(user) ?? at, at));
    if (kind === 'fail' && status >= 500 && status !== 503)
      blame('internal-fault', `${operation} of buyer ${user} at ${seconds(at)} was answered ${status}`);
    if (kind !== 'ok' || !value) return;
    if (value.ticketId !== undefined) tickets.set(user, { at, id: value.ticketId });
    if (value.reservationId !== undefined && value.expiresAtMs !== undefined)
      seeHold(event, value.reservationId, value.expiresAtMs);
    if (value.orderId !== undefined) {
      if (operation === 'cancel') cancelled.add(value.orderId);
      const before = orders.get(value.orderId);
      if (before && before.userId !== user)
        blame('unit-twice', `order ${value.orderId} was told to buyers ${before.userId} and ${user}`);
      orders.set(value.orderId, { userId: user, at: Math.min(before?.at ?? at, at) });
    }
  }

  function seeHold({ at, user }: HistoryEvent, reservationId: string, expiresAtMs: number): void {
    const before = holds.get(reservationId);
    if (before && before.userId !== user)
      blame('unit-twice', `reservation ${reservationId} was told to buyers ${before.userId} and ${user}`);
    holds.set(reservationId, { userId: user, reservationId, fromMs: Math.min(before?.fromMs ?? at, at), expiresAtMs });
  }

  function conclude(books: Books): Finding[] {
    checkUnits(books, { holds, orders, cancelAskedAt }, blame);
    checkAcknowledged(books, { holds, orders, tickets, lastPress }, blame);
    checkCancellations(books, { cancelAskedAt, cancelled }, blame);
    checkLimits(books, orders, blame);
    checkLine(books, blame);
    checkCharges(books, blame);
    for (const { orderId, userId } of books.orders)
      if (!orders.has(orderId)) blame('unanswered', `buyer ${userId} never heard of order ${orderId}`);
    return (Object.keys(PROMISES) as Rule[]).map((rule) => ({
      rule,
      promise: PROMISES[rule],
      count: found.get(rule)?.count ?? 0,
      examples: found.get(rule)?.examples ?? [],
    }));
  }

  return { see, conclude };
}

type Blame = (rule: Rule, example: string) => void;
type Orders = ReadonlyMap<string, { userId: number; at: number }>;

/**
 * A hold is the buyer's from the answer until it expires, a sold unit until its buyer asks to cancel: at no moment may more be
 * taken than there are.
 */
function checkUnits(
  books: Books,
  told: { holds: ReadonlyMap<string, Hold>; orders: Orders; cancelAskedAt: ReadonlyMap<number, number> },
  blame: Blame,
): void {
  const soldAtMs = new Map<string, number>();
  const backAtMs = new Map<string, number>();
  for (const order of books.orders) {
    const at = told.orders.get(order.orderId)?.at;
    if (at !== undefined) soldAtMs.set(order.reservationId, at);
    if (isCancelled(order)) backAtMs.set(order.reservationId, told.cancelAskedAt.get(order.userId) ?? 0);
  }
  const steps: [at: number, step: number][] = [];
  for (const { reservationId, fromMs, expiresAtMs } of told.holds.values()) {
    const soldMs = soldAtMs.get(reservationId);
    if (soldMs !== undefined && soldMs <= expiresAtMs) soldAtMs.set(reservationId, Math.min(soldMs, fromMs));
    else if (fromMs < expiresAtMs) steps.push([fromMs, 1], [expiresAtMs, -1]);
  }
  for (const [reservationId, at] of soldAtMs) {
    const backMs = backAtMs.get(reservationId);
    steps.push([at, 1]);
    if (backMs !== undefined) steps.push([Math.max(at, backMs), -1]);
  }
  // What ends in a moment makes room for what begins in it.
  steps.sort(([a, stepA], [b, stepB]) => a - b || stepA - stepB);
  let taken = 0;
  for (const [at, step] of steps) {
    taken += step;
    if (taken > books.stock && step > 0)
      blame('unit-twice', `${taken} units of ${books.stock} were taken at ${seconds(at)}`);
  }
  const standing = books.orders.length - backAtMs.size;
  if (standing > books.stock) blame('unit-twice', `${standing} orders for ${books.stock} units`);
  for (const [reservationId, count] of repeated(books.orders.map((order) => order.reservationId)))
    blame('unit-twice', `reservation ${reservationId} has ${count} orders`);
}

function checkAcknowledged(
  books: Books,
  told: {
    holds: ReadonlyMap<string, Hold>;
    orders: Orders;
    tickets: ReadonlyMap<number, Told>;
    lastPress: ReadonlyMap<number, number>;
  },
  blame: Blame,
): void {
  const ordersById = new Map(books.orders.map((order) => [order.orderId, order]));
  for (const [orderId, { userId }] of told.orders) {
    const order = ordersById.get(orderId);
    if (!order) blame('yes-lost', `order ${orderId}, told to buyer ${userId}, is in no book`);
    else if (order.userId !== userId)
      blame('yes-lost', `order ${orderId}, told to buyer ${userId}, is buyer ${order.userId}’s`);
  }
  const known = new Set([...books.reservations, ...books.orders].map((one) => one.reservationId));
  const endedByUser = new Map(books.ended.map((one) => [one.userId, one.reservationId]));
  const holdsOfUser = Map.groupBy(told.holds.values(), (hold) => hold.userId);
  for (const { userId, reservationId } of told.holds.values()) {
    const ended = endedByUser.get(userId);
    // Only the last hold that ended is kept: an earlier one is covered by it.
    const isCovered = ended === reservationId || (ended !== undefined && (holdsOfUser.get(userId)?.length ?? 0) > 1);
    if (!known.has(reservationId) && !isCovered)
      blame('yes-lost', `the hold ${reservationId}, told to buyer ${userId}, is in no book`);
  }
  const ticketByUser = new Map(books.tickets.map((ticket) => [ticket.userId, ticket]));
  for (const [userId, { at, id }] of told.tickets) {
    const ticket = ticketByUser.get(userId);
    if (!ticket) blame('yes-lost', `the place ${id}, told to buyer ${userId}, is in no book`);
    // Whoever presses again after losing the unit gets a new place.
    else if (ticket.ticketId !== id && (told.lastPress.get(userId) ?? 0) <= at)
      blame('yes-lost', `buyer ${userId} was told of place ${id} and has ${ticket.ticketId}`);
  }
}

/** Nothing is cancelled that nobody asked for, and what was told to be cancelled is. */
function checkCancellations(
  books: Books,
  told: { cancelAskedAt: ReadonlyMap<number, number>; cancelled: ReadonlySet<string> },
  blame: Blame,
): void {
  for (const order of books.orders) {
    const { orderId, userId } = order;
    if (isCancelled(order) && !told.cancelAskedAt.has(userId))
      blame('yes-lost', `order ${orderId} is cancelled, and buyer ${userId} never asked for it`);
    if (!isCancelled(order) && told.cancelled.has(orderId))
      blame('yes-lost', `order ${orderId}, told to buyer ${userId} to be cancelled, is ${order.state}`);
  }
}

function checkLimits(books: Books, told: Orders, blame: Blame): void {
  const standing = books.reservations.map((one) => [one.reservationId, one.userId] as const);
  const sold = books.orders
    .filter((order) => !isCancelled(order))
    .map((order) => [order.reservationId, order.userId] as const);
  // A sold unit stands in both books.
  for (const [userId, count] of repeated([...new Map([...standing, ...sold]).values()]))
    if (count > books.limitEach)
      blame('over-limit', `buyer ${userId} has ${count} units, the limit is ${books.limitEach}`);
  const cancelled = new Set(books.orders.filter(isCancelled).map((order) => order.orderId));
  const kept = [...told].filter(([orderId]) => !cancelled.has(orderId));
  for (const [userId, count] of repeated(kept.map(([, order]) => order.userId)))
    if (count > books.limitEach)
      blame('over-limit', `buyer ${userId} was told of ${count} orders, the limit is ${books.limitEach}`);
}

function checkLine(books: Books, blame: Blame): void {
  const placed = books.tickets
    .filter((ticket) => ticket.place !== null)
    .sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
  for (const [place, count] of repeated(placed.map((ticket) => ticket.place)))
    blame('queue-inversion', `${count} tickets have place ${place}`);
  let latestMs = Number.NEGATIVE_INFINITY;
  let firstWaiting: number | null = null;
  for (const { ticketId, place, state, grantedAtMs } of placed) {
    if (state === 'waiting') firstWaiting ??= place;
    if (grantedAtMs === null) continue;
    if (firstWaiting !== null)
      blame('queue-inversion', `place ${place} (${ticketId}) got a unit while place ${firstWaiting} still waits`);
    if (grantedAtMs < latestMs)
      blame('queue-inversion', `place ${place} (${ticketId}) got its unit before an earlier place`);
    latestMs = Math.max(latestMs, grantedAtMs);
  }
}

function checkCharges(books: Books, blame: Blame): void {
  const orderOfPayment = new Map(books.orders.map((order) => [order.paymentId, order]));
  const payments = new Set(books.payments.map((payment) => payment.paymentId));
  const captured = new Set<string>();
  for (const { paymentId, state, amountMinor, refundedMinor } of books.charges) {
    if (state !== 'succeeded') continue;
    captured.add(paymentId);
    const order = orderOfPayment.get(paymentId);
    if (!payments.has(paymentId)) blame('charge-alone', `charge ${paymentId} is unknown to the shop`);
    else if (!order || isCancelled(order)) {
      const whose = order ? `is of the cancelled order ${order.orderId}` : 'has no order';
      if (refundedMinor !== amountMinor)
        blame('charge-alone', `charge ${paymentId} of ${amountMinor} ${whose}, and ${refundedMinor} went back`);
    } else if (refundedMinor > 0)
      blame('order-uncharged', `order ${order.orderId} stands, and ${refundedMinor} of its ${amountMinor} went back`);
  }
  for (const { orderId, paymentId } of books.orders)
    if (!captured.has(paymentId)) blame('order-uncharged', `order ${orderId} has no captured charge`);
}

function isCancelled({ state }: { state: string }): boolean {
  return state === 'cancelled';
}

function repeated<T>(items: readonly T[]): [T, number][] {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1);
}

function seconds(atMs: number): string {
  return `${(atMs / 1_000).toFixed(2)} s`;
}
