// For tests: a drop that really happened, with everything in it that can happen.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeProduct, makeSeller } from '../../checks/fixtures.ts';
import { openTestCheckout, type TestCheckout } from '../../checks/test-checkout.ts';
import type { TestDatabase } from '../../checks/test-database.ts';
import { sql } from '../../lib/db.ts';
import {
  leaveLine,
  moveLines,
  openReservations,
  pauseDrop,
  releaseHold,
  setDrop,
  sweepExpired,
} from '../inventory/index.ts';
import { resolveDuePayments } from './resolve-payment.ts';
import { cancelOrder } from './take-back-order.ts';

export type PlayedDrop = { bench: TestCheckout; db: TestDatabase; productId: number; sellerId: number };
type Granted = { user_id: number; ticket_id: string };

export const BUYERS = 30;
const STOCK = 4;
const OPENS_IN_MS = 3_000;
const HOLD_SECONDS = 60;

const grantedNow = sql('t_granted_now', "select user_id, ticket_id from ticket where state = 'granted' order by place");
export const later = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

/** Two leave and one of them comes back, five units change hands, one sale comes late, one too late, one is cancelled. */
export async function playDrop(t: TestContext, mode: 'line' | 'lottery'): Promise<PlayedDrop> {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: STOCK, sellerId });
  const opensAt = new Date(Date.now() + OPENS_IN_MS);
  const terms = { opensAt, mode, perCustomerLimit: 1, holdSeconds: HOLD_SECONDS };
  assert.equal((await setDrop(db, productId, sellerId, terms)).kind, 'set');
  const join = (userId: number) => openReservations(db).reserve(productId, userId);
  const granted = () => db.query<Granted>(grantedNow);
  const first = (holders: Granted[]): number => holders[0]?.user_id ?? 0;

  const together = openReservations(db);
  const joined = await Promise.all(Array.from({ length: BUYERS }, (_, n) => together.reserve(productId, n + 1)));
  for (const outcome of joined.slice(0, 2)) {
    assert.ok(outcome.kind === 'in-line');
    assert.deepEqual(await leaveLine(db, outcome.ticket.userId, outcome.ticket.ticketId), { kind: 'left' });
  }
  await join(1);
  await sleep(Math.max(0, opensAt.getTime() - Date.now()) + 50);
  assert.equal(await moveLines(db, null), STOCK);
  await join(BUYERS + 1);

  const [paying, leaving, askedLate] = await granted();
  assert.ok(paying && leaving && askedLate);
  assert.equal((await bench.pay(productId, paying.user_id)).kind, 'paid');
  assert.equal((await bench.pay(productId, leaving.user_id, 'tok_declined')).kind, 'declined');
  assert.deepEqual(await releaseHold(db, leaving.user_id, leaving.ticket_id), { kind: 'released' });
  const bankOfLate = await askBank(bench, productId, askedLate.user_id);

  // While the drop is paused nobody is granted what lapses, so the late money finds a unit.
  await pauseDrop(db, productId, true);
  assert.equal(await sweepExpired(db, later(HOLD_SECONDS + 1)), STOCK - 1);
  await answerBank(bankOfLate);
  await resolveDuePayments(bench.checkout, later(60));
  await join(askedLate.user_id);
  await join(leaving.user_id);
  await pauseDrop(db, productId, false);
  assert.equal(await moveLines(db, null), 2);

  const cancelling = first(await granted());
  const paid = await bench.pay(productId, cancelling);
  assert.ok(paid.kind === 'paid');
  assert.equal((await cancelOrder(db, { orderId: paid.orderId, buyerId: cancelling })).kind, 'refunded');
  assert.equal(await moveLines(db, null), 1);
  await join(cancelling);

  const bankOfTooLate = await askBank(bench, productId, first(await granted()));
  assert.equal(await sweepExpired(db, later(HOLD_SECONDS + 1)), 2);
  await answerBank(bankOfTooLate);
  await resolveDuePayments(bench.checkout, later(60));
  assert.equal((await bench.pay(productId, first(await granted()))).kind, 'paid');
  return { bench, db, productId, sellerId };
}

export async function askBank(bench: TestCheckout, productId: number, userId: number): Promise<string> {
  const asked = await bench.pay(productId, userId, 'tok_3ds');
  assert.ok(asked.kind === 'requires-action');
  return asked.actionUrl;
}

export async function answerBank(actionUrl: string): Promise<void> {
  const body = new URLSearchParams({ decision: 'approve' });
  assert.equal((await fetch(actionUrl, { method: 'POST', body, redirect: 'manual' })).status, 303);
}
