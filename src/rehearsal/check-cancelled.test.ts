// Orders that were cancelled, in histories that are wrong in one way each.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Books, checkHistory, type Rule } from './check-history.ts';
import type { AnswerValue, HistoryEvent, Operation } from './history.ts';

const PRICE_MINOR = 100;
const HOLD_MS = 1_000;

/** One unit: the first buyer pays and cancels, the second one gets it and pays. A third one paid too late. */
function cancelledDay(): { events: HistoryEvent[]; books: Books } {
  let requests = 0;
  const asked = (user: number, operation: Operation, at: number, value: AnswerValue): HistoryEvent[] => {
    const one = { request: `r${++requests}`, user, operation };
    return [
      { ...one, at, kind: 'invoke' },
      { ...one, at: at + 1, kind: 'ok', status: 200, value },
    ];
  };
  const bought = (user: number, at: number): HistoryEvent[] => [
    ...asked(user, 'purchase', at, { reservationId: `h${user}`, expiresAtMs: at + HOLD_MS }),
    ...asked(user, 'payment', at + 10, { orderId: `o${user}` }),
  ];
  const charge = (user: number, refundedMinor: number): Books['charges'][number] => ({
    paymentId: `p${user}`,
    state: 'succeeded',
    amountMinor: PRICE_MINOR,
    refundedMinor,
  });
  return {
    events: [...bought(1, 0), ...asked(1, 'cancel', 100, { orderId: 'o1' }), ...bought(2, 200)],
    books: {
      stock: 1,
      limitEach: 1,
      tickets: [],
      reservations: [{ reservationId: 'h2', userId: 2, state: 'sold' }],
      ended: [{ reservationId: 'h3', userId: 3 }],
      orders: [
        { orderId: 'o1', userId: 1, reservationId: 'h1', paymentId: 'p1', state: 'cancelled' },
        { orderId: 'o2', userId: 2, reservationId: 'h2', paymentId: 'p2', state: 'placed' },
      ],
      payments: [
        { paymentId: 'p1', userId: 1, state: 'succeeded' },
        { paymentId: 'p2', userId: 2, state: 'succeeded' },
        { paymentId: 'p3', userId: 3, state: 'unsold' },
      ],
      charges: [charge(1, PRICE_MINOR), charge(2, 0), charge(3, PRICE_MINOR)],
    },
  };
}

type Day = ReturnType<typeof cancelledDay>;

function rulesBroken({ events, books }: Day): Rule[] {
  return checkHistory(events, books)
    .filter(({ count }) => count > 0)
    .map(({ rule }) => rule);
}

function refunded(day: Day, paymentId: string, refundedMinor: number): Day {
  const charges = day.books.charges.map((one) => (one.paymentId === paymentId ? { ...one, refundedMinor } : one));
  return { ...day, books: { ...day.books, charges } };
}

function withoutAsking({ events, books }: Day): Day {
  return { events: events.filter(({ operation }) => operation !== 'cancel'), books };
}

test('a cancelled order, its money and its unit that went back are no finding', () => {
  assert.deepEqual(rulesBroken(cancelledDay()), []);
});

test('that the answer to the cancelling got lost is none either', () => {
  const { events, books } = cancelledDay();
  const lost = events.filter(({ operation, kind }) => operation !== 'cancel' || kind === 'invoke');
  assert.deepEqual(rulesBroken({ events: lost, books }), []);
});

const WRONG: [name: string, day: (day: Day) => Day, rules: Rule[]][] = [
  ['the money of a cancelled order stays at the provider', (day) => refunded(day, 'p1', 0), ['charge-alone']],
  ['a part of it stays there', (day) => refunded(day, 'p1', PRICE_MINOR - 1), ['charge-alone']],
  ['more goes back than was paid', (day) => refunded(day, 'p1', PRICE_MINOR + 1), ['charge-alone']],
  ['money that came too late stays at the provider', (day) => refunded(day, 'p3', 0), ['charge-alone']],
  ['the money of an order that stands goes back', (day) => refunded(day, 'p2', PRICE_MINOR), ['order-uncharged']],
  [
    'an order is cancelled that nobody asked to cancel, and its unit sold again',
    (day) => withoutAsking(day),
    ['yes-lost'],
  ],
  [
    'an acknowledged cancellation is forgotten',
    (day) => {
      const { events, books } = refunded(day, 'p1', 0);
      const [first, ...others] = books.orders;
      const orders = first ? [{ ...first, state: 'placed' }, ...others] : others;
      return { events, books: { ...books, stock: 2, orders } };
    },
    ['yes-lost'],
  ],
  [
    'a unit is sold again before its buyer asked to cancel',
    ({ events, books }) => ({
      events: events.map((event) => (event.operation === 'cancel' ? { ...event, at: event.at + 500 } : event)),
      books,
    }),
    ['unit-twice'],
  ],
];

for (const [name, wrong, rules] of WRONG) {
  test(`found alone: ${name}`, () => assert.deepEqual(rulesBroken(wrong(cancelledDay())), rules));
}
