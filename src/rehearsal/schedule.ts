// Who comes when, what each buyer does, and what breaks meanwhile: all of it known before the first request.
import { createHash } from 'node:crypto';
import { opensAfterMs, type Plan, type StrikingFault, strikingFaults } from './plan.ts';
import { between, pick, type Random, randomOf } from './random.ts';

export type PaymentTry = { token: string; atBank: 'approve' | 'refuse' | 'abandon' };
export type BuyerScript = {
  searches: number;
  views: number;
  /** Between two steps of looking. */
  thinkMs: number;
  /** Of the 1M-users-a-day mix most only look. */
  buys: boolean;
  /** Presses Buy a second time at once. */
  isNervous: boolean;
  /** Keeps the line's page open, live, instead of looking again now and then. */
  staysTuned: boolean;
  /** Cards in the order they are tried; none: leaves without paying. */
  tries: PaymentTry[];
  /** Takes the order back as soon as it is there. */
  regrets: boolean;
  typesForMs: number;
  /** After so long without a unit the buyer closes the window. */
  patienceMs: number;
};
export type ScheduledFault = { atMs: number; fault: StrikingFault; forMs: number };

const ARRIVAL_STREAM = 0x7fff_0001;
const FAULT_STREAM = 0x7fff_0002;
const EARLY_SHARE = 0.25;
const CROWD_MEAN_SHARE = 0.15; // of the arrival time: how fast a spike ebbs after the opening
const RECOVERY_GAP_MS = 4_000; // one fault is over before the next begins, else a report cannot tell them apart
const STALL_MS = { low: 2_000, high: 5_000 };
const MIX_BUYER_SHARE = 0.1;
const REGRET_SHARE = 0.05;

/** Arrival times in ms from the start, ascending. */
export function arrivalsOf(plan: Plan): Float64Array {
  const random = randomOf(plan.seed, ARRIVAL_STREAM);
  const durationMs = plan.arrivalSeconds * 1_000;
  const draw = {
    spike: () => spike(random, durationMs, opensAfterMs(plan)),
    ramp: () => Math.sqrt(random()) * durationMs,
    mix: () => random() * durationMs,
  }[plan.arrival];
  return Float64Array.from({ length: plan.buyers }, draw).sort();
}

function spike(random: Random, durationMs: number, opensMs: number): number {
  // The crowd gathers towards the opening, and ebbs after it.
  if (random() < EARLY_SHARE) return Math.sqrt(random()) * opensMs;
  const meanMs = durationMs * CROWD_MEAN_SHARE;
  const most = 1 - Math.exp(-(durationMs - opensMs) / meanMs);
  return opensMs - meanMs * Math.log(1 - random() * most);
}

const approve = (token: string): PaymentTry => ({ token, atBank: 'approve' });
const GOOD: PaymentTry[] = [approve('tok_visa')];
const ORDINARY: readonly (readonly [number, PaymentTry[]])[] = [
  [50, GOOD],
  [12, [approve('tok_mastercard')]],
  [7, [approve('tok_declined'), approve('tok_visa')]],
  [3, [approve('tok_insufficient_funds')]],
  [2, [approve('tok_expired_card'), approve('tok_mastercard')]],
  [6, [approve('tok_3ds')]],
  [2, [{ token: 'tok_3ds', atBank: 'refuse' }, approve('tok_visa')]],
  [2, [{ token: 'tok_3ds', atBank: 'abandon' }]],
  [7, []],
];
const TROUBLED: readonly (readonly [number, PaymentTry[]])[] = [
  ...ORDINARY,
  [3, [approve('tok_slow')]],
  [3, [approve('tok_timeout')]],
  [2, [approve('tok_error'), approve('tok_visa')]],
  [3, [approve('tok_duplicate_webhook')]],
];

export function scriptOf(plan: Plan, buyer: number): BuyerScript {
  const random = randomOf(plan.seed, buyer);
  const isMix = plan.arrival === 'mix';
  return {
    searches: isMix ? Math.floor(between(random, 1, 6)) : Number(random() < 0.2),
    views: isMix ? Math.floor(between(random, 1, 8)) : Number(random() < 0.5),
    thinkMs: Math.round(between(random, 200, 2_000)),
    buys: !isMix || random() < MIX_BUYER_SHARE,
    isNervous: random() < 0.03,
    staysTuned: random() < 0.15,
    tries: pick(random, plan.faults.includes('payments') ? TROUBLED : ORDINARY),
    typesForMs: Math.round(between(random, 300, plan.holdSeconds * 400)),
    patienceMs: Math.round(between(random, 1, 3) * Math.max(60_000, plan.arrivalSeconds * 1_000)),
    regrets: random() < REGRET_SHARE,
  };
}

/** Each wanted fault strikes at least once, in a mixed order, between the opening and the end of the arrivals. */
export function faultsOf(plan: Plan): ScheduledFault[] {
  const random = randomOf(plan.seed, FAULT_STREAM);
  const wanted = strikingFaults(plan);
  if (wanted.length === 0) return [];
  const fromMs = opensAfterMs(plan);
  const roomMs = plan.arrivalSeconds * 1_000 - fromMs;
  const rounds = Math.max(1, Math.min(2, Math.floor(roomMs / (wanted.length * 2 * RECOVERY_GAP_MS))));
  const order = Array.from({ length: rounds }, () => shuffled(random, wanted)).flat();
  const slotMs = roomMs / order.length;
  return order.map((fault, n) => ({
    atMs: Math.round(fromMs + (n + between(random, 0.1, 0.6)) * slotMs),
    fault,
    forMs: Math.round(Math.min(between(random, STALL_MS.low, STALL_MS.high), slotMs)),
  }));
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** The same seed and options give the same hash: the same people do the same things at the same moments. */
export function scheduleHash(plan: Plan): string {
  const hash = createHash('sha256').update(JSON.stringify([opensAfterMs(plan), faultsOf(plan)]));
  const arrivals = arrivalsOf(plan);
  hash.update(new Uint8Array(arrivals.buffer));
  for (let buyer = 0; buyer < plan.buyers; buyer++) hash.update(JSON.stringify(scriptOf(plan, buyer)));
  return hash.digest('hex').slice(0, 16);
}
