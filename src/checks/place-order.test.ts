// Paying, with the real provider process behind HTTP and the real database: what the buyer hears and what the books say.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from '../lib/db.ts';
import { openReservations } from '../modules/inventory/index.ts';
import {
  auditBooks,
  cancelOrder,
  drainCheckout,
  openCheckout,
  placeOrder,
  refundOrder,
  track,
  turnsToPay,
} from '../modules/orders/index.ts';
import { AUDIT_CHECKS, findOffendingRows } from '../modules/orders/store-audit.ts';
import { sellerBalance, sendDueRefunds } from '../modules/payments/index.ts';
import { SHOP_ORIGIN } from '../sandbox/test-sandbox.ts';
import { ADDRESS, makeProduct, makeSeller } from './fixtures.ts';
import { assertClean, chargeCount, log, openTestCheckout, paymentCounts } from './test-checkout.ts';

test('a held unit, paid, is an order with its receipt, its event and its ledger', async (t) => {
  const bench = await openTestCheckout(t);
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
  const bench = await openTestCheckout(t);
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
  assert.deepEqual(await db.query(chargeCount), [{ n: 1 }]);
  const again = await bench.pay(productId, 1);
  assert.ok(again.kind === 'paid' && !again.isNew && orderIds.has(again.orderId));
  assert.deepEqual(await db.query(chargeCount), [{ n: 1 }]);
  await drainCheckout(other);
  await assertClean(bench);
});

test('a declined card leaves the unit held, and another card buys it', async (t) => {
  const bench = await openTestCheckout(t);
  const productId = await makeProduct(bench.sandbox.db, { stock: 1 });
  await openReservations(bench.sandbox.db).reserve(productId, 1);
  const declined = await bench.pay(productId, 1, 'tok_insufficient_funds');
  assert.ok(declined.kind === 'declined' && declined.declineCode === 'insufficient_funds');
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  assert.deepEqual(await bench.sandbox.db.query(paymentCounts), [
    { state: 'declined', n: 1 },
    { state: 'succeeded', n: 1 },
  ]);
  await assertClean(bench);
});

test('an ordinary product may be bought again; each purchase is its own order', async (t) => {
  const bench = await openTestCheckout(t);
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
  const bench = await openTestCheckout(t);
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

test('more buyers pay at once than may: they wait for their turn, and meanwhile nobody else is given a unit', async (t) => {
  const bench = await openTestCheckout(t, 20_000);
  const { db } = bench.sandbox;
  const payers = turnsToPay(bench.checkout) + 50;
  const productId = await makeProduct(db, { stock: payers + 10 });
  const reservations = openReservations(db, undefined, () => turnsToPay(bench.checkout) > 0);
  const userIds = Array.from({ length: payers }, (_, n) => n + 1);
  await Promise.all(userIds.map((userId) => reservations.reserve(productId, userId)));
  const paying = Promise.all(userIds.map((userId) => bench.pay(productId, userId)));
  assert.equal(turnsToPay(bench.checkout), 0);
  assert.equal((await reservations.reserve(productId, payers + 1)).kind, 'overloaded');
  assert.equal((await reservations.reserve(productId, 1)).kind, 'already-held', 'who holds one hears so');
  assert.deepEqual(new Set((await paying).map(({ kind }) => kind)), new Set(['paid']));
  assert.equal((await reservations.reserve(productId, payers + 1)).kind, 'held');
  await assertClean(bench);
});

test('a cancelled order gives the unit and the money back, once', async (t) => {
  const bench = await openTestCheckout(t);
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

test('a limited product: of two bought the first is cancelled, and can be bought again, but no third', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 5, customerLimit: 2 });
  const buy = async () => {
    const reserved = await openReservations(db).reserve(productId, 1);
    return reserved.kind === 'held' ? bench.pay(productId, 1) : reserved;
  };
  const first = await buy();
  assert.ok(first.kind === 'paid' && (await buy()).kind === 'paid');
  assert.deepEqual(await buy(), { kind: 'purchase-limit', limit: 2 });
  for (let n = 0; n < 2; n++) {
    const [order] = await db.query<{ order_id: string }>(
      sql('t_first', "select order_id from orders where state = 'placed' order by placed_at limit 1"),
    );
    assert.equal((await cancelOrder(db, { orderId: order?.order_id ?? '', buyerId: 1 })).kind, 'refunded');
    assert.equal((await buy()).kind, 'paid');
    assert.deepEqual(await buy(), { kind: 'purchase-limit', limit: 2 });
  }
  await assertClean(bench);
});

test('an audit finds what was tampered with, and names the rows', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const productId = await makeProduct(db, { stock: 5 });
  await openReservations(db).reserve(productId, 1);
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  assert.equal((await auditBooks(db)).kind, 'clean');
  const tamper: [string, string][] = [
    ['update inventory set available = available + 1 where available < total', 'stock'],
    ["update reservation set state = 'returned', slot = -1 where state = 'sold'", 'orders'],
    ['delete from receipt', 'sold_units'],
    ["update ledger_entry set amount_minor = amount_minor + 1 where account = 'provider'", 'postings'],
    ["update order_event set state = 'delivered'", 'order_steps'],
    ["update orders set state = 'refunded'", 'taken_back'],
    ['update receipt set number = number + 1', 'receipt_numbers'],
  ];
  for (const [text, name] of tamper) {
    const offending = await db
      .transaction(async (tx) => {
        await tx.query(sql(`tamper_${name}`, text));
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
