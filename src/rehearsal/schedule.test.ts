import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ARRIVALS, FAULT_NAMES, MODES, opensAfterMs, type Plan, strikingFaults } from './plan.ts';
import { arrivalsOf, faultsOf, scheduleHash, scriptOf } from './schedule.ts';

const plans = fc.record({
  buyers: fc.integer({ min: 1, max: 400 }),
  stock: fc.integer({ min: 1, max: 100 }),
  mode: fc.constantFrom(...MODES),
  condition: fc.constant('none' as const),
  arrival: fc.constantFrom(...ARRIVALS),
  faults: fc.subarray(FAULT_NAMES),
  seed: fc.nat(),
  arrivalSeconds: fc.integer({ min: 6, max: 600 }),
  holdSeconds: fc.integer({ min: 5, max: 60 }),
}) satisfies fc.Arbitrary<Plan>;

test('everybody comes in the time they have, the earlier ones first', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const arrivals = arrivalsOf(plan);
      assert.equal(arrivals.length, plan.buyers);
      assert.deepEqual(arrivals, arrivals.toSorted());
      for (const atMs of arrivals) assert.ok(atMs >= 0 && atMs <= plan.arrivalSeconds * 1_000, `${atMs}`);
    }),
  );
});

test('every wanted fault strikes, while the crowd is there and the sale is open', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const faults = faultsOf(plan);
      assert.deepEqual([...new Set(faults.map(({ fault }) => fault))].sort(), strikingFaults(plan).sort());
      for (const [n, { atMs, forMs }] of faults.entries()) {
        assert.ok(atMs >= opensAfterMs(plan) && atMs <= plan.arrivalSeconds * 1_000);
        assert.ok(atMs >= (faults[n - 1]?.atMs ?? 0) && forMs > 0);
      }
    }),
  );
});

test('the same seed is the same rehearsal, another seed another one', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      assert.equal(scheduleHash(plan), scheduleHash({ ...plan }));
      assert.notEqual(scheduleHash(plan), scheduleHash({ ...plan, seed: plan.seed + 1 }));
    }),
  );
});

test('a spike comes with the opening', () => {
  const plan: Plan = {
    buyers: 10_000,
    stock: 100,
    mode: 'line',
    condition: 'none',
    arrival: 'spike',
    faults: [],
    seed: 7,
    arrivalSeconds: 100,
    holdSeconds: 20,
  };
  const arrivals = arrivalsOf(plan);
  const within = (fromMs: number, toMs: number): number =>
    arrivals.filter((atMs) => atMs >= fromMs && atMs < toMs).length;
  const opensMs = opensAfterMs(plan);
  assert.ok(within(opensMs, opensMs + 10_000) > 3_000, 'a third in the first tenth after the opening');
  assert.ok(Math.abs(within(0, opensMs) - 2_500) < 200, 'a quarter before it');
});

test('some pay at once, some with a second card, some not at all; some cancel; cards that fail are there when wanted', () => {
  const plan = { ...fc.sample(plans, 1)[0], faults: ['payments'], buyers: 2_000, arrival: 'ramp' } as Plan;
  const scripts = Array.from({ length: plan.buyers }, (_, n) => scriptOf(plan, n));
  const first = new Set(scripts.map(({ tries }) => tries[0]?.token ?? 'none'));
  for (const token of [
    'none',
    'tok_visa',
    'tok_declined',
    'tok_3ds',
    'tok_slow',
    'tok_timeout',
    'tok_error',
    'tok_duplicate_webhook',
  ])
    assert.ok(first.has(token), token);
  assert.ok(scripts.some(({ regrets }) => regrets) && !scripts.every(({ regrets }) => regrets));
  const calm = Array.from({ length: plan.buyers }, (_, n) => scriptOf({ ...plan, faults: [] }, n));
  assert.ok(!calm.some(({ tries }) => tries.some(({ token }) => token === 'tok_timeout')));
});
