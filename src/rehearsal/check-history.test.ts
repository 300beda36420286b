import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Books, checkHistory, PROMISES, type Rule } from './check-history.ts';
import type { AnswerValue, HistoryEvent, Operation } from './history.ts';
import { randomOf } from './random.ts';

type Day = { events: HistoryEvent[]; books: Books };

const HOLD_MS = 1_000;
const PRICE_MINOR = 100;

/** A shop that does everything right: a line, holds that run out, cards that are declined, money that came too late, orders that are cancelled, answers that get lost. */
function goodDay(seed: number, buyers: number, stock: number): Day {
  const random = randomOf(seed, 1);
  const events: HistoryEvent[] = [];
  const books: Books = {
    stock,
    limitEach: 1,
    tickets: [],
    reservations: [],
    ended: [],
    orders: [],
    payments: [],
    charges: [],
  };
  let requests = 0;
  /** Whether the answer was heard. */
  const ask = (user: number, operation: Operation, at: number, value: AnswerValue): boolean => {
    const request = `r${++requests}`;
    events.push({ at, request, user, operation, kind: 'invoke' });
    const isLost = random() < 0.1;
    events.push({
      at: at + 1,
      request,
      user,
      operation,
      kind: isLost ? 'unknown' : 'ok',
      ...(isLost ? {} : { status: 200, value }),
    });
    return !isLost;
  };
  // When each unit is free again.
  const freeAtMs = Array.from({ length: stock }, () => 0);
  for (let place = 1; place <= buyers; place++) {
    const userId = 1_000 + place;
    const id = `t${place}`;
    ask(userId, 'purchase', place, { ticketId: id, state: 'waiting' });
    const unit = freeAtMs.indexOf(Math.min(...freeAtMs));
    const grantedAtMs = Math.max(freeAtMs[unit] ?? 0, place);
    if (grantedAtMs === Number.POSITIVE_INFINITY) {
      books.tickets.push({ ticketId: id, userId, place, state: 'waiting', grantedAtMs: null });
      continue;
    }
    const expiresAtMs = grantedAtMs + HOLD_MS;
    ask(userId, 'purchase', grantedAtMs + 2, { reservationId: id, expiresAtMs });
    const isPaid = random() < 0.6;
    const paymentId = `p${place}`;
    if (random() < 0.3) {
      books.payments.push({ paymentId: `${paymentId}-declined`, userId, state: 'declined' });
      books.charges.push({
        paymentId: `${paymentId}-declined`,
        state: 'declined',
        amountMinor: PRICE_MINOR,
        refundedMinor: 0,
      });
    }
    if (isPaid) {
      books.payments.push({ paymentId, userId, state: 'succeeded' });
      const isTold = ask(userId, 'payment', grantedAtMs + 10, { orderId: `o${place}` });
      events.push({
        at: 1e6,
        request: `after${place}`,
        user: userId,
        operation: 'track',
        kind: 'ok',
        value: { orderId: `o${place}` },
      });
      // Nobody cancels what they have not heard of.
      const isCancelled = isTold && random() < 0.2;
      books.charges.push(chargeOf(paymentId, isCancelled ? PRICE_MINOR : 0));
      books.orders.push({
        orderId: `o${place}`,
        userId,
        reservationId: id,
        paymentId,
        state: isCancelled ? 'cancelled' : 'placed',
      });
      if (isCancelled) ask(userId, 'cancel', grantedAtMs + 20, { orderId: `o${place}` });
      else books.reservations.push({ reservationId: id, userId, state: 'sold' });
      freeAtMs[unit] = isCancelled ? grantedAtMs + 21 : Number.POSITIVE_INFINITY;
    } else {
      if (random() < 0.2) {
        books.payments.push({ paymentId, userId, state: 'unsold' });
        books.charges.push(chargeOf(paymentId, PRICE_MINOR));
      }
      books.ended.push({ reservationId: id, userId });
      freeAtMs[unit] = expiresAtMs;
    }
    books.tickets.push({ ticketId: id, userId, place, state: isPaid ? 'bought' : 'lapsed', grantedAtMs });
  }
  return { events, books };
}

function chargeOf(paymentId: string, refundedMinor: number): Books['charges'][number] {
  return { paymentId, state: 'succeeded', amountMinor: PRICE_MINOR, refundedMinor };
}

function broken({ events, books }: Day): Rule[] {
  return checkHistory(events, books)
    .filter(({ count }) => count > 0)
    .map(({ rule }) => rule);
}

const days = fc.record({
  seed: fc.nat(),
  buyers: fc.integer({ min: 2, max: 60 }),
  stock: fc.integer({ min: 1, max: 12 }),
});

test('a day on which everything went right has no finding, in whatever order the events of different buyers come', () => {
  fc.assert(
    fc.property(days, ({ seed, buyers, stock }) => {
      const { events, books } = goodDay(seed, buyers, stock);
      assert.deepEqual(broken({ events, books }), []);
      assert.deepEqual(broken({ events: events.toSorted((a, b) => b.user - a.user), books }), []);
    }),
  );
});

/** Each breaks one thing in a good day; undefined where that day has nothing of the kind. */
const breakages: { name: string; rule: Rule; apply(day: Day, at: number): Day | undefined }[] = [
  {
    name: 'an acknowledged order is in no book',
    rule: 'yes-lost',
    apply: ({ events, books }, at) => {
      const order = anyOf(books.orders, at);
      return order && { events, books: { ...books, orders: books.orders.filter((one) => one !== order) } };
    },
  },
  {
    name: 'an acknowledged hold is in no book',
    rule: 'yes-lost',
    apply: ({ events, books }, at) => {
      const told = new Set(events.map((event) => event.value?.reservationId));
      const hold = anyOf(
        books.ended.filter((one) => told.has(one.reservationId)),
        at,
      );
      return hold && { events, books: { ...books, ended: books.ended.filter((one) => one !== hold) } };
    },
  },
  {
    name: 'a place in the line is gone',
    rule: 'yes-lost',
    apply: ({ events, books }, at) => {
      const told = new Set(events.map((event) => event.value?.ticketId));
      const ticket = anyOf(
        books.tickets.filter((one) => told.has(one.ticketId)),
        at,
      );
      return ticket && { events, books: { ...books, tickets: books.tickets.filter((one) => one !== ticket) } };
    },
  },
  {
    name: 'one more hold than there are units is told at the same moment',
    rule: 'unit-twice',
    apply: ({ events, books }) => {
      const extra = Array.from(
        { length: books.stock + 1 },
        (_, n): HistoryEvent => ({
          at: 2e6 + n,
          request: `x${n}`,
          user: 9_000 + n,
          operation: 'purchase',
          kind: 'ok',
          value: { reservationId: `x${n}`, expiresAtMs: 3e6 },
        }),
      );
      const ended = extra.map(({ user }, n) => ({ reservationId: `x${n}`, userId: user }));
      return { events: [...events, ...extra], books: { ...books, ended: [...books.ended, ...ended] } };
    },
  },
  {
    name: 'two buyers are told of one order',
    rule: 'unit-twice',
    apply: ({ events, books }, at) => {
      const order = anyOf(books.orders, at);
      if (!order) return undefined;
      const event: HistoryEvent = {
        at: 2e6,
        request: 'x',
        user: 9_000,
        operation: 'payment',
        kind: 'ok',
        value: { orderId: order.orderId },
      };
      return { events: [...events, event], books };
    },
  },
  {
    name: 'a buyer has two units',
    rule: 'over-limit',
    apply: ({ events, books }, at) => {
      const owner = anyOf(books.reservations, at);
      const second = owner && { ...owner, reservationId: 'second', state: 'held' };
      return second && { events, books: { ...books, reservations: [...books.reservations, second] } };
    },
  },
  {
    name: 'a later place is served first',
    rule: 'queue-inversion',
    apply: ({ events, books }, at) => {
      const granted = books.tickets.filter((one) => one.grantedAtMs !== null);
      const late = granted[1 + (at % Math.max(1, granted.length - 1))];
      const early = granted[0];
      if (!late || !early || late === early) return undefined;
      const swapped = { ...late, grantedAtMs: (early.grantedAtMs ?? 0) - 1 };
      return { events, books: { ...books, tickets: books.tickets.map((one) => (one === late ? swapped : one)) } };
    },
  },
  {
    name: 'somebody still waits before a served place',
    rule: 'queue-inversion',
    apply: ({ events, books }) => {
      const granted = books.tickets.filter((one) => one.grantedAtMs !== null);
      const [first, second] = granted;
      if (!first || !second) return undefined;
      const waits = { ...first, state: 'waiting', grantedAtMs: null };
      return { events, books: { ...books, tickets: books.tickets.map((one) => (one === first ? waits : one)) } };
    },
  },
  {
    name: 'a charge without order and refund',
    rule: 'charge-alone',
    apply: ({ events, books }, at) => {
      const declined = anyOf(
        books.charges.filter((one) => one.state === 'declined'),
        at,
      );
      const taken = declined && { ...declined, state: 'succeeded', refundedMinor: PRICE_MINOR - 1 };
      return (
        taken && { events, books: { ...books, charges: books.charges.map((one) => (one === declined ? taken : one)) } }
      );
    },
  },
  {
    name: 'an order that nobody paid for',
    rule: 'order-uncharged',
    apply: ({ events, books }, at) => {
      const order = anyOf(books.orders, at);
      return (
        order && {
          events,
          books: { ...books, charges: books.charges.filter((one) => one.paymentId !== order.paymentId) },
        }
      );
    },
  },
  {
    name: 'a buyer who never hears of the order',
    rule: 'unanswered',
    apply: ({ events, books }, at) => {
      const order = anyOf(books.orders, at);
      return order && { events: events.filter((event) => event.value?.orderId !== order.orderId), books };
    },
  },
  {
    name: 'an internal error',
    rule: 'internal-fault',
    apply: ({ events, books }) => ({
      events: [...events, { at: 1, request: 'x', user: 1, operation: 'line', kind: 'fail', status: 500 }],
      books,
    }),
  },
];

for (const { name, rule, apply } of breakages) {
  test(`found: ${name}`, () => {
    let applied = 0;
    fc.assert(
      fc.property(days, fc.nat(), ({ seed, buyers, stock }, at) => {
        const bad = apply(goodDay(seed, buyers, stock), at);
        if (!bad) return;
        applied++;
        assert.ok(broken(bad).includes(rule), `${rule} was not found`);
      }),
    );
    assert.ok(applied > 10, `it could be broken on ${applied} days only`);
  });
}

test('every promise is broken by something above', () => {
  assert.deepEqual([...new Set(breakages.map(({ rule }) => rule))].sort(), Object.keys(PROMISES).sort());
});

function anyOf<T>(items: readonly T[], at: number): T | undefined {
  return items.length === 0 ? undefined : items[at % items.length];
}
