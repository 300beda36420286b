// Paying, with the real provider process behind HTTP and the real database: what the buyer hears and what the books say.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { sql } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import { openReservations, sweepExpired } from '../modules/inventory/index.ts';
import {
  auditBooks,
  type Checkout,
  cancelOrder,
  drainCheckout,
  openCheckout,
  type PayOutcome,
  placeOrder,
  refundOrder,
  resolveDuePayments,
  track,
} from '../modules/orders/index.ts';
import {
  createSandboxProvider,
  findPayment,
  type PaymentProvider,
  sellerBalance,
  sendDueRefunds,
} from '../modules/payments/index.ts';
import { API_KEY, openTestSandbox, SHOP_ORIGIN, type TestSandbox, WEBHOOK_SECRET } from '../sandbox/test-sandbox.ts';
import { ADDRESS, makeProduct, makeSeller } from './fixtures.ts';

type Bench = {
  sandbox: TestSandbox;
  checkout: Checkout;
  provider: PaymentProvider;
  pay(productId: number, userId: number, token?: string): Promise<PayOutcome>;
};
const log = openLog('test', 'silent');
const later = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

async function openBench(t: TestContext, timeoutMs = 1_000): Promise<Bench> {
  const sandbox = await openTestSandbox(t);
  const provider = createSandboxProvider({
    baseUrl: sandbox.origin,
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    timeoutMs,
  });
  const checkout = openCheckout({ db: sandbox.db, provider, log, publicOrigin: SHOP_ORIGIN });
  t.after(() => drainCheckout(checkout));
  return {
    sandbox,
    checkout,
    provider,
    pay: (productId, userId, token = 'tok_visa') =>
      placeOrder(checkout, { productId, userId, token, shippingAddress: ADDRESS, description: 'Nova lamp' }),
  };
}

async function assertClean({ sandbox }: Bench): Promise<void> {
  const report = await auditBooks(sandbox.db);
  assert.deepEqual(
    report.checks.filter((check) => check.offending.length > 0),
    [],
  );
}

const counts = sql('t_counts', 'select state, count(*) as n from payment group by state order by state');
const charges = sql('t_charges', "select count(*) as n from sandbox.charge where state = 'succeeded'");

test('a held unit, paid, is an order with its receipt, its event and its ledger', async (t) => {
  const bench = await openBench(t);
  const { db } = bench.sandbox;
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 3, sellerId, priceMinor: 10_800 });
  await openReservations(db).reserve(productId, 1);
  const outcome = await bench.pay(productId, 1);
  assert.ok(outcome.kind === 'paid' && outcome.isNew);
  const order = await track(db, outcome.orderId);
  assert.equal(order?.state, 'placed');
  assert.deepEqual(
    order?.events.map(({ sequence, state, note }) => ({ sequence, state, note })),
    [{ sequence: 1, state: 'placed', note: 'Paid' }],
  );
  assert.deepEqual(order?.shippingAddress, ADDRESS);
  const { number, amountMinor, taxMinor, taxBasisPoints, methodBrand, methodLast4 } = order?.receipt ?? {};
  assert.deepEqual(
    { number, amountMinor, taxMinor, taxBasisPoints, methodBrand, methodLast4 },
    { number: 1, amountMinor: 10_800, taxMinor: 800, taxBasisPoints: 800, methodBrand: 'visa', methodLast4: '4242' },
  );
  assert.deepEqual(await sellerBalance(db, sellerId), [
    { currency: 'USD', owed: 10_260, sold: 10_800, refunded: 0, fees: 540, paidOut: 0 },
  ]);
  await assertClean(bench);
});

test('a hundred submits of one buyer are one charge and one order', async (t) => {
  const bench = await openBench(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 3 });
  await openReservations(db).reserve(productId, 1);
  // A second node, so that not only this process's own memory keeps them apart.
  const other = openCheckout({ db, provider: bench.provider, log, publicOrigin: SHOP_ORIGIN });
  const request = { productId, userId: 1, token: 'tok_visa', shippingAddress: ADDRESS, description: 'Nova lamp' };
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, n) => placeOrder(n % 2 ? other : bench.checkout, request)),
  );
  const orderIds = new Set(outcomes.flatMap((outcome) => (outcome.kind === 'paid' ? [outcome.orderId] : [])));
  assert.equal(orderIds.size, 1);
  assert.equal(outcomes.filter((outcome) => outcome.kind === 'paid' && outcome.isNew).length, 1);
  assert.deepEqual(await db.query(charges), [{ n: 1 }]);
  const again = await bench.pay(productId, 1);
  assert.ok(again.kind === 'paid' && !again.isNew && orderIds.has(again.orderId));
  assert.deepEqual(await db.query(charges), [{ n: 1 }]);
  await drainCheckout(other);
  await assertClean(bench);
});

test('a declined card leaves the unit held, and another card buys it', async (t) => {
  const bench = await openBench(t);
  const productId = await makeProduct(bench.sandbox.db, { stock: 1 });
  await openReservations(bench.sandbox.db).reserve(productId, 1);
  const declined = await bench.pay(productId, 1, 'tok_insufficient_funds');
  assert.ok(declined.kind === 'declined' && declined.declineCode === 'insufficient_funds');
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  assert.deepEqual(await bench.sandbox.db.query(counts), [
    { state: 'declined', n: 1 },
    { state: 'succeeded', n: 1 },
  ]);
  await assertClean(bench);
});

test('an answer that is lost keeps the unit held until the reconciling job has asked', async (t) => {
  const bench = await openBench(t, 300);
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
  assert.deepEqual(await db.query(charges), [{ n: 1 }]);
  await assertClean(bench);
});

test('a provider that fails charges nothing and says so; the hold stays', async (t) => {
  const bench = await openBench(t);
  const productId = await makeProduct(bench.sandbox.db, { stock: 1 });
  await openReservations(bench.sandbox.db).reserve(productId, 1);
  assert.equal((await bench.pay(productId, 1, 'tok_error')).kind, 'payments-unavailable');
  assert.deepEqual(await bench.sandbox.db.query(charges), [{ n: 0 }]);
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  await assertClean(bench);
});

test('a provider that is down: nothing is charged, the hold stays, and it works when it is back', async (t) => {
  const bench = await openBench(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 1 });
  await openReservations(db).reserve(productId, 1);
  await bench.sandbox.close();
  assert.equal((await bench.pay(productId, 1)).kind, 'payments-unavailable');
  const back = await bench.sandbox.restart();
  const provider = createSandboxProvider({
    baseUrl: back.origin,
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    timeoutMs: 1_000,
  });
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
  const bench = await openBench(t);
  const productId = await makeProduct(bench.sandbox.db, { stock: 1 });
  await openReservations(bench.sandbox.db).reserve(productId, 1);
  const asked = await bench.pay(productId, 1, 'tok_3ds');
  assert.ok(asked.kind === 'requires-action');
  const repeated = await bench.pay(productId, 1, 'tok_visa');
  assert.deepEqual(repeated, asked, 'another card while the bank is asking would be a second charge');
  await answerBank(asked.actionUrl, 'approve');
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  assert.deepEqual(await bench.sandbox.db.query(charges), [{ n: 1 }]);
  await assertClean(bench);
});

test('the bank is answered after the hold ran out: the buyer gets a unit if one is left, else the money back', async (t) => {
  const bench = await openBench(t);
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
  assert.deepEqual(await db.query(counts), [
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
  const bench = await openBench(t);
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
  const bench = await openBench(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 1 });
  assert.equal((await bench.pay(productId, 1)).kind, 'no-reservation');
  await openReservations(db).reserve(productId, 1);
  await sweepExpired(db, later(700));
  assert.equal((await bench.pay(productId, 1)).kind, 'reservation-expired');
  await assertClean(bench);
});

test('an ordinary product may be bought again; each purchase is its own order', async (t) => {
  const bench = await openBench(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 5 });
  const orderIds = new Set<string>();
  for (let n = 0; n < 3; n++) {
    await openReservations(db).reserve(productId, 1);
    const outcome = await bench.pay(productId, 1);
    assert.ok(outcome.kind === 'paid' && outcome.isNew);
    orderIds.add(outcome.orderId);
  }
  assert.equal(orderIds.size, 3);
  assert.deepEqual(await db.query(sql('t_numbers', 'select number from receipt order by number')), [
    { number: 1 },
    { number: 2 },
    { number: 3 },
  ]);
  await assertClean(bench);
});

test('many products of one seller at once: receipt numbers have no gap', async (t) => {
  const bench = await openBench(t);
  const { db } = bench.sandbox;
  const sellerId = await makeSeller(db);
  const productIds = await Promise.all(Array.from({ length: 8 }, () => makeProduct(db, { stock: 10, sellerId })));
  const reservations = openReservations(db);
  const paid = await Promise.all(
    productIds.flatMap((productId) =>
      Array.from({ length: 5 }, async (_, n) => {
        await reservations.reserve(productId, n + 1);
        return (await bench.pay(productId, n + 1)).kind;
      }),
    ),
  );
  assert.deepEqual(new Set(paid), new Set(['paid']));
  assert.deepEqual(await db.query(sql('t_span', 'select count(*) as n, max(number) as highest from receipt')), [
    { n: 40, highest: 40 },
  ]);
  await assertClean(bench);
});

test('a cancelled order gives the unit and the money back, once', async (t) => {
  const bench = await openBench(t);
  const { db } = bench.sandbox;
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 1, sellerId });
  await openReservations(db).reserve(productId, 1);
  const paid = await bench.pay(productId, 1);
  assert.ok(paid.kind === 'paid');
  const { orderId } = paid;
  assert.deepEqual(await cancelOrder(db, { orderId, buyerId: 2 }), { kind: 'not-found' });
  const cancelled = await Promise.all([1, 2, 3].map(() => cancelOrder(db, { orderId, buyerId: 1 })));
  assert.equal(cancelled.filter((outcome) => outcome.kind === 'refunded' && outcome.isNew).length, 1);
  const refunded = await refundOrder(db, { orderId, sellerId, reason: 'again' });
  assert.ok(refunded.kind === 'refunded' && !refunded.isNew, 'it was refunded before');
  assert.equal((await track(db, orderId))?.state, 'cancelled');
  assert.deepEqual(await sellerBalance(db, sellerId), [
    { currency: 'USD', owed: 0, sold: 2_999, refunded: 2_999, fees: 0, paidOut: 0 },
  ]);
  assert.equal(await sendDueRefunds(db, bench.provider, log, null), 1);
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.equal((await openReservations(db).reserve(productId, 2)).kind, 'held');
  await assertClean(bench);
});

test('an audit finds what was tampered with, and names the rows', async (t) => {
  const bench = await openBench(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 5 });
  await openReservations(db).reserve(productId, 1);
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  assert.equal((await auditBooks(db)).kind, 'clean');
  const tamper: [string, string][] = [
    ['update inventory set available = available + 1 where available < total', 'stock'],
    ["update reservation set state = 'returned' where state = 'sold'", 'orders'],
    ['delete from receipt', 'sold_units'],
    ["update ledger_entry set amount_minor = amount_minor + 1 where account = 'provider'", 'postings'],
    ["update order_event set state = 'delivered'", 'order_steps'],
    ["update orders set state = 'refunded'", 'taken_back'],
    ['update receipt set number = number + 1', 'receipt_numbers'],
  ];
  for (const [text, name] of tamper) {
    // One statement, undone: set aside in a table of its own would be another test.
    const offending = await db
      .transaction(async (tx) => {
        await tx.query(sql(`tamper_${name}`, text));
        const { AUDIT_CHECKS, findOffendingRows } = await import('../modules/orders/store-audit.ts');
        const check = AUDIT_CHECKS.find((one) => one.name === name);
        assert.ok(check);
        const rows = await findOffendingRows(tx, check);
        throw Object.assign(new Error('undo'), { rows });
      })
      .catch((error: Error & { rows?: unknown[] }) => {
        if (!error.rows) throw error;
        return error.rows;
      });
    assert.ok(offending.length > 0, `${name} did not notice: ${text}`);
  }
  assert.equal((await auditBooks(db)).kind, 'clean');
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
