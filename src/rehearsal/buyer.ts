// One person of the crowd: looks around, presses Buy, waits in line, pays with this card and that, and follows the order.
import type { AnswerValue, Operation } from './history.ts';
import type { BuyerScript, PaymentTry } from './schedule.ts';
import type { Answer, LastEvent } from './shop-client.ts';
import { solvePuzzle } from './solve-puzzle.ts';

const BUYER_ENDS = ['bought', 'cancelled', 'sold-out', 'looked', 'left', 'at-limit', 'gave-up'] as const;
export type BuyerEnd = (typeof BUYER_ENDS)[number];

export function nobodyGone(): Record<BuyerEnd, number> {
  return Object.fromEntries(BUYER_ENDS.map((end) => [end, 0])) as Record<BuyerEnd, number>;
}

/** What a buyer has of the world; times are ms since the start. */
export type World = {
  productId: string;
  stock: number;
  holdMs: number;
  opensAtMs: number;
  terms: readonly string[];
  productIds: readonly string[];
  now(): number;
  /** Resolves early, with false, when the rehearsal ends. */
  sleepUntil(atMs: number): Promise<boolean>;
  /** Undefined: no answer. `dueMs` is when the request should have been sent: waiting for a connection is part of its latency. */
  ask(request: {
    operation: Operation;
    method: 'GET' | 'POST';
    path: string;
    body?: unknown;
    dueMs: number;
  }): Promise<Answer | undefined>;
  /** The line's page, live, until its last event; undefined: cut, or no room for one more. */
  listen(ticketId: string): Promise<LastEvent>;
  /** The bank's page is the provider's. */
  tellBank(actionUrl: string, decision: 'approve' | 'refuse'): Promise<boolean>;
  chance(): number;
};

type Outcome =
  | { kind: 'held' }
  | { kind: 'waiting'; ticketId: string; position: number | null }
  | { kind: 'end'; end: BuyerEnd };

const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 8_000;
const NEAR_POLL_MS = 2_000;
const FAR_POLL_MS = 60_000;
const STATE_POLL_MS = 1_500;
const MAX_STATE_POLLS = 40;
const MAX_TRIES = 12;
const ADDRESS = {
  name: 'Rehearsal Buyer',
  line1: '1 Rehearsal Row',
  city: 'Port Averill',
  postalCode: '97000',
  country: 'US',
};

export async function live(world: World, script: BuyerScript, arrivesAtMs: number): Promise<BuyerEnd> {
  const leavesAtMs = arrivesAtMs + script.patienceMs;
  let dueMs = arrivesAtMs;
  for (let n = 0; n < script.searches + script.views; n++) {
    await look(world, n < script.searches, dueMs);
    dueMs = world.now() + script.thinkMs;
    if (!(await world.sleepUntil(dueMs))) return 'gave-up';
  }
  if (!script.buys) return 'looked';

  for (let outcome = await pressBuy(world, script, dueMs, leavesAtMs); ; ) {
    if (outcome.kind === 'end') return outcome.end;
    if (outcome.kind === 'waiting') outcome = await waitInLine(world, script, outcome, leavesAtMs);
    else return payAndFollow(world, script, leavesAtMs);
  }
}

async function look(world: World, isSearch: boolean, dueMs: number): Promise<void> {
  if (isSearch) {
    const term = world.terms[Math.floor(world.chance() * world.terms.length)] ?? '';
    await world.ask({ operation: 'search', method: 'GET', path: `/search/?term=${encodeURIComponent(term)}`, dueMs });
    return;
  }
  // Most come for the one product.
  const other = world.productIds[Math.floor(world.chance() * world.productIds.length)];
  const productId = world.chance() < 0.7 ? world.productId : (other ?? world.productId);
  await world.ask({ operation: 'view', method: 'GET', path: `/product/${productId}/`, dueMs });
}

async function pressBuy(world: World, script: BuyerScript, firstDueMs: number, leavesAtMs: number): Promise<Outcome> {
  let dueMs = firstDueMs;
  let proof: string | undefined;
  for (let attempt = 0; ; attempt++) {
    const press = (): Promise<Answer | undefined> =>
      world.ask({
        operation: 'purchase',
        method: 'POST',
        path: '/product/purchase',
        body: { productId: world.productId, ...(proof === undefined ? {} : { proof }) },
        dueMs,
      });
    const [answer] = await Promise.all(script.isNervous && attempt === 0 ? [press(), press()] : [press()]);
    if (answer?.status === 303) return standing(answer.body);
    const slug = slugOf(answer);
    if (slug === 'sold-out') return { kind: 'end', end: 'sold-out' };
    if (slug === 'purchase-limit') return { kind: 'end', end: 'at-limit' };
    if (slug === 'proof-required' && attempt < MAX_TRIES) {
      proof = await solvePuzzle(answer?.body.challenge);
      dueMs = world.now();
      continue;
    }
    dueMs =
      slug === 'not-open-yet'
        ? Math.max(world.now(), world.opensAtMs) + world.chance() * RETRY_MS
        : retryAt(world, answer, attempt);
    if (dueMs > leavesAtMs || !(await world.sleepUntil(dueMs))) return { kind: 'end', end: 'gave-up' };
  }
}

function standing(body: Record<string, unknown>): Outcome {
  if (typeof body.reservationId === 'string') return { kind: 'held' };
  return {
    kind: 'waiting',
    ticketId: String(body.ticketId),
    position: typeof body.position === 'number' ? body.position : null,
  };
}

/** The line's page is asked again, the more often the nearer the turn is. */
async function waitInLine(
  world: World,
  script: BuyerScript,
  place: { ticketId: string; position: number | null },
  leavesAtMs: number,
): Promise<Outcome> {
  let { position } = place;
  for (let misses = 0; ; ) {
    const last = script.staysTuned && world.now() < leavesAtMs ? await world.listen(place.ticketId) : undefined;
    if (last?.name === 'granted') return { kind: 'held' };
    if (last?.data.reason === 'sold-out') return { kind: 'end', end: 'sold-out' };
    const dueMs = Math.max(world.now(), world.opensAtMs) + pollPauseMs(world, position);
    if (dueMs > leavesAtMs || !(await world.sleepUntil(dueMs))) return { kind: 'end', end: 'gave-up' };
    const answer = await world.ask({ operation: 'line', method: 'GET', path: `/line/${place.ticketId}`, dueMs });
    // Whoever does not find the line's page presses Buy again, which keeps the place.
    if (answer?.status === 404) return pressBuy(world, script, world.now(), leavesAtMs);
    if (answer?.status !== 200) {
      if (++misses > MAX_TRIES || !(await world.sleepUntil(retryAt(world, answer, misses))))
        return { kind: 'end', end: 'gave-up' };
      continue;
    }
    misses = 0;
    const { state } = answer.body;
    if (state === 'granted') return { kind: 'held' };
    if (state === 'closed') return { kind: 'end', end: 'sold-out' };
    if (state !== 'waiting') return { kind: 'end', end: state === 'bought' ? 'bought' : 'left' };
    position = typeof answer.body.position === 'number' ? answer.body.position : null;
  }
}

function pollPauseMs(world: World, position: number | null): number {
  // In a hold's time at most a stock's worth of people moves on.
  const turnsAway = position === null ? 0 : position / world.stock;
  const pauseMs = Math.min(FAR_POLL_MS, Math.max(NEAR_POLL_MS, (turnsAway - 1) * world.holdMs));
  return pauseMs * (0.75 + world.chance() / 2);
}

async function payAndFollow(world: World, script: BuyerScript, leavesAtMs: number): Promise<BuyerEnd> {
  for (const attempt of script.tries) {
    if (!(await world.sleepUntil(world.now() + script.typesForMs))) return 'gave-up';
    const outcome = await pay(world, attempt, leavesAtMs);
    if (outcome.kind === 'bought') {
      const dueMs = world.now();
      await world.ask({ operation: 'track', method: 'GET', path: `/track/${outcome.orderId}`, dueMs });
      return script.regrets && (await cancel(world, outcome.orderId)) ? 'cancelled' : 'bought';
    }
    if (outcome.kind === 'lost') return 'left';
  }
  return 'left';
}

/** Sent again until it is answered: the money goes back once. */
async function cancel(world: World, orderId: string): Promise<boolean> {
  let dueMs = world.now();
  for (let attempt = 0; attempt < MAX_TRIES && (await world.sleepUntil(dueMs)); attempt++) {
    const answer = await world.ask({ operation: 'cancel', method: 'POST', path: `/orders/${orderId}/cancel`, dueMs });
    // 409: it was shipped meanwhile.
    if (answer && answer.status < 500 && answer.status !== 429) return answer.status === 200;
    dueMs = retryAt(world, answer, attempt);
  }
  return false;
}

type Paid = { kind: 'bought'; orderId: string } | { kind: 'declined' } | { kind: 'lost' };

/** Sent again until it is answered: that charges nothing twice. */
async function pay(world: World, { token, atBank }: PaymentTry, leavesAtMs: number): Promise<Paid> {
  const body = { productId: world.productId, paymentDetails: { token, shippingAddress: ADDRESS } };
  let dueMs = world.now();
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const answer = await world.ask({ operation: 'payment', method: 'POST', path: '/product/payment', body, dueMs });
    const value = keptOf(answer?.body ?? {});
    if ((answer?.status === 201 || answer?.status === 200) && value.orderId)
      return { kind: 'bought', orderId: value.orderId };
    if (answer?.status === 202 && value.paymentId) {
      const url = answer.body.actionUrl;
      if (typeof url === 'string') {
        if (atBank === 'abandon') return { kind: 'lost' };
        await world.tellBank(url, atBank);
      }
      return awaitPayment(world, value.paymentId, leavesAtMs);
    }
    const slug = slugOf(answer);
    if (slug === 'payment-declined' || (slug === 'payments-unavailable' && token === 'tok_error'))
      return { kind: 'declined' };
    if (answer && answer.status !== 503 && answer.status !== 429) return { kind: 'lost' };
    dueMs = retryAt(world, answer, attempt);
    if (!(await world.sleepUntil(dueMs))) return { kind: 'lost' };
  }
  return { kind: 'lost' };
}

async function awaitPayment(world: World, paymentId: string, leavesAtMs: number): Promise<Paid> {
  for (let poll = 0; poll < MAX_STATE_POLLS && world.now() < leavesAtMs; poll++) {
    const dueMs = world.now() + STATE_POLL_MS;
    if (!(await world.sleepUntil(dueMs))) return { kind: 'lost' };
    const answer = await world.ask({
      operation: 'payment-state',
      method: 'GET',
      path: `/product/payment/${paymentId}`,
      dueMs,
    });
    const { state, orderId } = keptOf(answer?.body ?? {});
    if (answer?.status !== 200) continue;
    if (state === 'succeeded' && orderId) return { kind: 'bought', orderId };
    if (state === 'declined') return { kind: 'declined' };
    if (state === 'refunded') return { kind: 'lost' };
  }
  return { kind: 'lost' };
}

function retryAt(world: World, answer: Answer | undefined, attempt: number): number {
  const pauseMs = answer?.retryAfterMs ?? Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** attempt);
  return world.now() + pauseMs * (1 + world.chance() / 2);
}

function slugOf(answer: Answer | undefined): string | undefined {
  const type = answer?.body.type;
  return typeof type === 'string' ? type.replace('/problems/', '') : undefined;
}

/** What of an answer the history keeps. */
export function keptOf(body: Record<string, unknown>): AnswerValue {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const order = (body.order ?? {}) as Record<string, unknown>;
  const granted = (body.reservation ?? {}) as Record<string, unknown>;
  const type = text(body.type);
  const entries = {
    problem: type?.startsWith('/problems/') ? type.slice('/problems/'.length) : undefined,
    reservationId: text(body.reservationId) ?? text(granted.reservationId),
    ticketId: text(body.ticketId),
    state: text(body.state),
    paymentId: text(body.paymentId),
    orderId: text(order.orderId) ?? text(body.orderId),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as AnswerValue;
}
