import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  canMove,
  isAtRest,
  ORDER_STATES,
  ORDER_TRANSITIONS,
  type OrderState,
  PARCEL_STATES,
  parcelStatesAfter,
  statesBefore,
} from './order-state.ts';

const anyState = fc.constantFrom(...ORDER_STATES);

// A walk as an order can live it: each number picks one of the steps that are open.
const anyWalk = fc.array(fc.nat(), { maxLength: 20 }).map((picks) => {
  const walk: OrderState[] = ['placed'];
  for (const pick of picks) {
    const open = ORDER_TRANSITIONS[walk.at(-1) as OrderState];
    const next = open[pick % open.length];
    if (next === undefined) break;
    walk.push(next);
  }
  return walk;
});

test('an order never comes back to a state it has left', () => {
  fc.assert(fc.property(anyWalk, (walk) => new Set(walk).size === walk.length));
});

test('whatever happens, an order ends: after at most seven steps nothing can follow', () => {
  fc.assert(fc.property(anyWalk, (walk) => walk.length <= ORDER_STATES.length));
  for (const state of ORDER_STATES) {
    const open = ORDER_TRANSITIONS[state];
    assert.equal(open.length === 0, state === 'cancelled' || state === 'refunded', state);
  }
});

test('every state can be reached from placed, and placed from none', () => {
  const reached = new Set<OrderState>(['placed']);
  for (const state of reached) for (const next of ORDER_TRANSITIONS[state]) reached.add(next);
  assert.deepEqual([...reached].sort(), [...ORDER_STATES].sort());
  assert.deepEqual(statesBefore('placed'), []);
});

test('money can always be given back until it has been, and only what has not left can be cancelled', () => {
  for (const state of ORDER_STATES) {
    assert.equal(canMove(state, 'refunded'), state !== 'cancelled' && state !== 'refunded', state);
    assert.equal(canMove(state, 'cancelled'), state === 'placed' || state === 'packed', state);
  }
});

test('statesBefore is the table read backwards', () => {
  fc.assert(
    fc.property(
      anyState,
      anyState,
      (from, to) => statesBefore(to).includes(from) === ORDER_TRANSITIONS[from].includes(to),
    ),
  );
});

test('what a seller can report never moves money', () => {
  fc.assert(
    fc.property(anyState, (state) =>
      parcelStatesAfter(state).every(
        (to) => canMove(state, to) && to !== ('cancelled' as string) && to !== ('refunded' as string),
      ),
    ),
  );
  assert.deepEqual(parcelStatesAfter('placed'), ['packed']);
  assert.deepEqual([...PARCEL_STATES], ['packed', 'shipped', 'out_for_delivery', 'delivered', 'returned']);
});

test('a parcel that lies still', () => {
  assert.deepEqual(ORDER_STATES.filter(isAtRest), ['delivered', 'returned', 'cancelled', 'refunded']);
});
