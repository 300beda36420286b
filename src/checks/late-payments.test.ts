// Payments whose outcome comes late, is lost, or is asked of the bank: the money and the unit always end up together.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from '../lib/db.ts';
import { openReservations, sweepExpired } from '../modules/inventory/index.ts';
import { openCheckout, placeOrder, resolveDuePayments } from '../modules/orders/index.ts';
import { settle } from '../modules/orders/settle.ts';
import { findPayment, openEventInbox, receiveEvent, sendDueRefunds } from '../modules/payments/index.ts';
import { SHOP_ORIGIN } from '../sandbox/test-sandbox.ts';
import { ADDRESS, makeProduct } from './fixtures.ts';
import { assertClean, chargeCount, log, openTestCheckout, paymentCounts, providerAt } from './test-checkout.ts';

const SLOW_SETTLING_MS = 2_600;
const settleSql = sql(
  't_settle',
  `select outcome from settle_batch($1, null, array[$2], array[$3], '{ch}', '{visa}', '{4242}', array[now()], '{card_declined}',
                                    array[$4], array[$5], 500, '2026-12-01', '2026-12-03', 15)`,
);
const later = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

test('an answer that is lost keeps the unit held until the reconciling job has asked', async (t) => {
  const bench = await openTestCheckout(t, 300);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 1 });
  await openReservations(db).reserve(productId, 1);
  const outcome = await bench.pay(productId, 1, 'tok_timeout');
  assert.ok(outcome.kind === 'processing');
  assert.equal(await sweepExpired(db, later(3_600)), 0, 'a hold that may have been charged for does not expire');
  assert.equal(await resolveDuePayments(bench.checkout, null), 0, 'the charging process has its time first');
  assert.equal(await resolveDuePayments(bench.checkout, later(60)), 1);
  assert.equal((await findPayment(db, outcome.paymentId))?.state, 'succeeded');
  const again = await bench.pay(productId, 1);
  assert.ok(again.kind === 'paid' && !again.isNew);
  assert.deepEqual(await db.query(chargeCount), [{ n: 1 }]);
  await assertClean(bench);
});

test('a provider that fails charges nothing and says so; the hold stays', async (t) => {
  const bench = await openTestCheckout(t);
  const productId = await makeProduct(bench.sandbox.db, { stock: 1 });
  await openReservations(bench.sandbox.db).reserve(productId, 1);
  assert.equal((await bench.pay(productId, 1, 'tok_error')).kind, 'payments-unavailable');
  assert.deepEqual(await bench.sandbox.db.query(chargeCount), [{ n: 0 }]);
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  await assertClean(bench);
});

test('a provider that is down: nothing is charged, the hold stays, and it works when it is back', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 1 });
  await openReservations(db).reserve(productId, 1);
  await bench.sandbox.close();
  assert.equal((await bench.pay(productId, 1)).kind, 'payments-unavailable');
  const back = await bench.sandbox.restart();
  const provider = providerAt(back);
  const checkout = openCheckout({ db, provider, log, publicOrigin: SHOP_ORIGIN });
  const outcome = await placeOrder(checkout, {
    productId,
    userId: 1,
    token: 'tok_visa',
    shippingAddress: ADDRESS,
    description: 'Nova lamp',
  });
  assert.equal(outcome.kind, 'paid');
  await assertClean(bench);
});

test('3-D Secure: the bank asks, the buyer approves, the payment settles when it is asked for', async (t) => {
  const bench = await openTestCheckout(t);
  const productId = await makeProduct(bench.sandbox.db, { stock: 1 });
  await openReservations(bench.sandbox.db).reserve(productId, 1);
  const asked = await bench.pay(productId, 1, 'tok_3ds');
  assert.ok(asked.kind === 'requires-action');
  const repeated = await bench.pay(productId, 1, 'tok_visa');
  assert.deepEqual(repeated, asked, 'another card while the bank is asking would be a second charge');
  await answerBank(asked.actionUrl, 'approve');
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  assert.deepEqual(await bench.sandbox.db.query(chargeCount), [{ n: 1 }]);
  await assertClean(bench);
});

test('the bank is answered after the hold ran out: the buyer gets a unit if one is left, else the money back', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 2 });
  const reservations = openReservations(db);
  const actions: string[] = [];
  for (const userId of [1, 2]) {
    await reservations.reserve(productId, userId);
    const asked = await bench.pay(productId, userId, 'tok_3ds');
    assert.ok(asked.kind === 'requires-action');
    actions.push(asked.actionUrl);
  }
  assert.equal(await sweepExpired(db, later(700)), 2);
  assert.equal((await openReservations(db).reserve(productId, 3)).kind, 'held');
  for (const action of actions) await answerBank(action, 'approve');
  assert.equal(await resolveDuePayments(bench.checkout, later(60)), 2);
  assert.deepEqual(await db.query(paymentCounts), [
    { state: 'succeeded', n: 1 },
    { state: 'unsold', n: 1 },
  ]);
  assert.equal(await sendDueRefunds(db, bench.provider, log, later(1)), 1);
  assert.equal(await sendDueRefunds(db, bench.provider, log, later(1)), 0);
  assert.deepEqual(
    await db.query(sql('t_refunded', 'select count(*) as n, sum(amount_minor)::bigint as amount from sandbox.refund')),
    [{ n: 1, amount: 2999 }],
  );
  await assertClean(bench);
});

test('refused at the bank: the hold runs on and another card may be tried', async (t) => {
  const bench = await openTestCheckout(t);
  const productId = await makeProduct(bench.sandbox.db, { stock: 1 });
  await openReservations(bench.sandbox.db).reserve(productId, 1);
  const asked = await bench.pay(productId, 1, 'tok_3ds');
  assert.ok(asked.kind === 'requires-action');
  await answerBank(asked.actionUrl, 'refuse');
  const first = await bench.pay(productId, 1);
  assert.equal(first.kind === 'paid' ? 'paid' : (await bench.pay(productId, 1)).kind, 'paid');
  await assertClean(bench);
});

test('paying without a hold, and after it ran out, are told apart', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 1 });
  assert.equal((await bench.pay(productId, 1)).kind, 'no-reservation');
  await openReservations(db).reserve(productId, 1);
  await sweepExpired(db, later(700));
  assert.equal((await bench.pay(productId, 1)).kind, 'reservation-expired');
  await assertClean(bench);
});

test('given up by us and captured all the same: the money goes back', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 5 });
  await openReservations(db).reserve(productId, 1);
  const asked = await bench.pay(productId, 1, 'tok_3ds');
  assert.ok(asked.kind === 'requires-action');
  const { paymentId } = asked;
  await settle(bench.checkout.settling, productId, {
    paymentId,
    charge: { kind: 'declined', declineCode: 'abandoned' },
  });
  await answerBank(asked.actionUrl, 'approve');
  assert.equal(await resolveDuePayments(bench.checkout, later(60)), 0, 'nobody asks for what is over');
  await receiveEvent(
    openEventInbox(db, () => false),
    { eventId: 'e1', type: 'charge.succeeded', paymentId },
  );
  assert.equal(await resolveDuePayments(bench.checkout, later(60)), 1);
  assert.equal((await findPayment(db, paymentId))?.state, 'unsold');
  assert.equal(await sendDueRefunds(db, bench.provider, log, later(60)), 1);
  await assertClean(bench);
});

test('news of a payment that is being settled waits for that, however long the database takes, and finds it settled', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 5 });
  const paymentIds: string[] = [];
  for (const userId of [1, 2, 3]) {
    await openReservations(db).reserve(productId, userId);
    const asked = await bench.pay(productId, userId, 'tok_3ds');
    assert.ok(asked.kind === 'requires-action');
    paymentIds.push(asked.paymentId);
  }
  const inbox = openEventInbox(db, () => false);
  const tell = (paymentId = '', n = 0) =>
    receiveEvent(inbox, { eventId: `e${n}`, type: 'charge.succeeded', paymentId });
  const [sold = '', declined = '', open = ''] = paymentIds;
  const told = await db.transaction(async (tx) => {
    for (const [paymentId, result] of [
      [sold, 'succeeded'],
      [declined, 'declined'],
    ] as const)
      await tx.query(settleSql, [productId, paymentId, result, `o-${paymentId}`, `f-${paymentId}`]);
    const telling = Promise.all(paymentIds.map(tell));
    await new Promise((resolve) => setTimeout(resolve, SLOW_SETTLING_MS));
    return { telling };
  });
  assert.deepEqual(await told.telling, Array(3).fill({ kind: 'recorded' }));
  const due = sql(
    't_due',
    "select payment_id as id from payment where check_at < clock_timestamp() + interval '2 seconds'",
  );
  assert.deepEqual(
    new Set((await db.query<{ id: string }>(due)).map(({ id }) => id)),
    new Set([declined, open]),
    'one that is sold needs no look; one that was captured after it was declined does',
  );
  assert.equal((await findPayment(db, sold))?.state, 'succeeded');
});

async function answerBank(actionUrl: string, decision: 'approve' | 'refuse'): Promise<void> {
  const page = await (await fetch(actionUrl)).text();
  const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1] ?? actionUrl;
  const response = await fetch(new URL(action.replaceAll('&amp;', '&'), actionUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(actionUrl).origin },
    body: `decision=${decision}`,
    redirect: 'manual',
  });
  assert.ok(
    response.status === 303 || response.status === 302,
    `the bank answered ${response.status}: ${page.slice(0, 500)}`,
  );
}
