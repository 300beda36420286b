import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeProduct, makeSeller } from '../../checks/fixtures.ts';
import { assertClean, openTestCheckout } from '../../checks/test-checkout.ts';
import { changeStock, moveLines, openReservations, pauseDrop, setDrop, sweepExpired } from '../inventory/index.ts';
import { auditBooks } from './audit-books.ts';
import { makeDropStatement } from './drop-statement.ts';
import { resolveDuePayments } from './resolve-payment.ts';
import { answerBank, askBank, BUYERS, later, type PlayedDrop, playDrop } from './test-drop.ts';
import { verifyStatement } from './verify-statement.ts';

const MAX_ROWS = 10_000;

async function statementOf({ db, productId }: Pick<PlayedDrop, 'db' | 'productId'>) {
  const outcome = await makeDropStatement(db, productId, MAX_ROWS);
  assert.ok(outcome.kind === 'made');
  return { text: outcome.file.join(''), statement: outcome.statement };
}

function brokenChecks(text: string): { name: string; faults: string[] }[] {
  return verifyStatement(text, null)
    .checks.filter((check) => check.faults.length > 0)
    .map(({ name, faults }) => ({ name, faults }));
}

for (const mode of ['line', 'lottery'] as const) {
  test(`${mode}: a drop in which everything happened is audited clean, and its statement is sound`, async (t) => {
    const drop = await playDrop(t, mode);
    await assertClean(drop.bench);
    const { text, statement } = await statementOf(drop);
    assert.deepEqual(brokenChecks(text), []);
    const { joined, granted, bought, lapsed, left, returned, lateSales, waiting, held, sold, refunds, receipts } =
      statement.totals;
    assert.deepEqual(
      { joined, granted, bought, lapsed, left, returned, lateSales, waiting, held, sold, refunds, receipts },
      {
        joined: BUYERS + 4, // one came back after leaving, one came late, two joined again afterwards; the late buyer may not
        granted: 10,
        bought: 4,
        lapsed: 5,
        left: 3,
        returned: 1,
        lateSales: 1,
        waiting: 22,
        held: 1,
        sold: 3,
        refunds: 2,
        receipts: { count: 4, first: 1, last: 4 },
      },
    );
    assert.deepEqual(statement.totals.money, [{ currency: 'USD', capturedMinor: 5 * 2_999, refundedMinor: 2 * 2_999 }]);
    assert.equal(statement.unsold.length, 1);
  });
}

test('nobody is named, and two statements of one drop name nobody alike', async (t) => {
  const drop = await playDrop(t, 'line');
  const [one, other] = [await statementOf(drop), await statementOf(drop)];
  assert.doesNotMatch(one.text, /user|email|address|order_?id|last4/i);
  const customers = (text: string) => new Set([...text.matchAll(/"customer":"([^"]+)"/g)].map((match) => match[1]));
  assert.ok(customers(one.text).size > BUYERS);
  assert.equal(customers(one.text).intersection(customers(other.text)).size, 0);
});

test('rows that are changed behind the shop’s back are found by the audit, and the statement of them is refused', async (t) => {
  const tamper: [what: string, change: string, checks: string[], refusals: string[]][] = [
    ['a counter', 'update inventory set waiting = waiting + 1', ['line_counters'], ['totals']],
    [
      'an event removed',
      "delete from line_event where sequence = (select min(sequence) from line_event where kind = 'lapsed')",
      ['line_counters', 'line_steps'],
      ['sequence', 'holds'],
    ],
    [
      'a place in the line given to somebody else',
      `update line_event e set place = case sequence when a then (select place from line_event where sequence = b) else (select place from line_event where sequence = a) end
       from (select min(sequence) as a, max(sequence) as b from line_event where kind = 'granted') s where e.sequence in (a, b)`,
      ['line_order', 'draws'],
      ['order'],
    ],
    [
      'another seed',
      `update line_event set detail = detail || jsonb_build_object('seed', repeat('ab', 32)) where kind = 'drawn'`,
      ['draws'],
      ['draw', 'order'],
    ],
    [
      'a hold without a ticket',
      "update ticket set state = 'lapsed' where state = 'granted'",
      ['tickets', 'line_steps'],
      [],
    ],
    ['a ticket of its own', "update ticket set state = 'bought' where state = 'left'", ['tickets', 'line_steps'], []],
    [
      'a sale nobody knows of',
      "delete from line_event where kind = 'bought' and sequence = (select max(sequence) from line_event where kind = 'bought')",
      ['line_sales', 'line_counters'],
      ['sales'],
    ],
  ];
  const drop = await playDrop(t, 'lottery');
  for (const [what, change, checks, refusals] of tamper) {
    await drop.db.script(
      `create table kept_events as table line_event; create table kept_tickets as table ticket; create table kept_stock as table inventory;
       ${change}`,
    );
    const broken = (await auditBooks(drop.db)).checks.filter((one) => one.offending.length > 0).map((one) => one.name);
    for (const name of checks) assert.ok(broken.includes(name), `${what}: ${name} is not among ${broken}`);
    const refused = brokenChecks((await statementOf(drop)).text).map((one) => one.name);
    for (const name of refusals) assert.ok(refused.includes(name), `${what}: ${name} is not among ${refused}`);
    await drop.db.script(
      `truncate line_event, ticket, inventory; insert into line_event table kept_events; insert into ticket table kept_tickets;
       insert into inventory table kept_stock; drop table kept_events, kept_tickets, kept_stock`,
    );
  }
  await assertClean(drop.bench);
});

test('a second sale of the same product, after one without a line: holds from before are passed over and sold', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 3, sellerId });
  const opensAt = later(-1);
  const terms = { opensAt, perCustomerLimit: 2, holdSeconds: 60 };
  await setDrop(db, productId, sellerId, { ...terms, mode: 'open' });
  for (const userId of [1, 2]) assert.equal((await openReservations(db).reserve(productId, userId)).kind, 'held');
  await setDrop(db, productId, sellerId, { ...terms, mode: 'line' });
  // The first holds a unit already, so the second in line gets the third unit.
  for (const userId of [1, 3, 4]) assert.equal((await openReservations(db).reserve(productId, userId)).kind, 'in-line');
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  assert.equal(await sweepExpired(db, later(61)), 2);
  await assertClean(bench);
  const { text, statement } = await statementOf({ db, productId });
  assert.deepEqual(brokenChecks(text), []);
  assert.equal(statement.totals.granted, 3);

  // A line that is closed and opened again: who had a unit granted in it can buy it all the same, or lose it.
  assert.equal(await sweepExpired(db, later(122)), 2);
  await setDrop(db, productId, sellerId, { ...terms, mode: 'line' });
  assert.equal((await openReservations(db).reserve(productId, 5)).kind, 'in-line');
  await setDrop(db, productId, sellerId, { ...terms, mode: 'open', perCustomerLimit: 1 });
  assert.equal(await sweepExpired(db, later(61)), 1);
  await assertClean(bench);
  assert.deepEqual(brokenChecks((await statementOf({ db, productId })).text), []);
});

test('late money takes a free unit, and neither an open hold nor the line is stopped by it', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 3, sellerId, customerLimit: 2 });
  await openReservations(db).reserve(productId, 1);
  const bank = await askBank(bench, productId, 1);
  assert.equal(await sweepExpired(db, later(3_600)), 1);
  assert.equal((await openReservations(db).reserve(productId, 1)).kind, 'held');
  await answerBank(bank);
  assert.equal(await resolveDuePayments(bench.checkout, later(60)), 1);
  assert.equal((await bench.pay(productId, 1)).kind, 'paid');
  await assertClean(bench);
});

test('late money of somebody who joined again: the ticket is given up, and the line goes on', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 1, sellerId });
  await setDrop(db, productId, sellerId, { opensAt: later(-1), mode: 'line', perCustomerLimit: 1, holdSeconds: 60 });
  for (const userId of [1, 2]) await openReservations(db).reserve(productId, userId);
  const bank = await askBank(bench, productId, 1);
  await pauseDrop(db, productId, true);
  assert.equal(await sweepExpired(db, later(61)), 1);
  const again = await openReservations(db).reserve(productId, 1);
  assert.ok(again.kind === 'in-line' && again.ticket.state === 'waiting');
  await answerBank(bank);
  assert.equal(await resolveDuePayments(bench.checkout, later(60)), 1);
  await pauseDrop(db, productId, false);
  await changeStock(db, { productId, sellerId, units: 2, note: null, userId: 9 });
  assert.equal(await moveLines(db, null), 1);
  await assertClean(bench);
  const { text, statement } = await statementOf({ db, productId });
  assert.deepEqual(brokenChecks(text), []);
  const { lateSales, left, waiting, held, sold } = statement.totals;
  assert.deepEqual({ lateSales, left, waiting, held, sold }, { lateSales: 1, left: 1, waiting: 0, held: 1, sold: 1 });
});

test('between the end of a lottery’s list and its order: the books are exact, and late money of somebody in it is too', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 2, sellerId });
  const terms = { perCustomerLimit: 1, holdSeconds: 60 };
  await setDrop(db, productId, sellerId, { ...terms, opensAt: later(-1), mode: 'open' });
  await openReservations(db).reserve(productId, 1);
  const bank = await askBank(bench, productId, 1);
  assert.equal(await sweepExpired(db, later(61)), 1);
  const opensAt = later(1);
  await setDrop(db, productId, sellerId, { ...terms, opensAt, mode: 'lottery' });
  for (const userId of [1, 2, 3]) await openReservations(db).reserve(productId, userId);
  await sleep(opensAt.getTime() - Date.now() + 50);
  // Whoever comes first after the opening closes the list.
  await openReservations(db).reserve(productId, 4);
  await assertClean(bench);
  await answerBank(bank);
  assert.equal(await resolveDuePayments(bench.checkout, later(60)), 1);
  assert.equal(await moveLines(db, null), 1);
  await assertClean(bench);
  const { text, statement } = await statementOf({ db, productId });
  assert.deepEqual(brokenChecks(text), []);
  const { joined, left, lateSales, sold, held, waiting } = statement.totals;
  assert.deepEqual(
    { joined, left, lateSales, sold, held, waiting },
    { joined: 4, left: 1, lateSales: 0, sold: 1, held: 1, waiting: 2 },
  );
});

test('no drop, and a drop too large, are told apart', async (t) => {
  const bench = await openTestCheckout(t);
  const { db } = bench.sandbox;
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 1, sellerId });
  assert.deepEqual(await makeDropStatement(db, productId, MAX_ROWS), { kind: 'not-a-drop' });
  await setDrop(db, productId, sellerId, { opensAt: later(60), mode: 'line', perCustomerLimit: 1, holdSeconds: 60 });
  assert.deepEqual(await makeDropStatement(db, productId, 0), { kind: 'too-large', rows: 1 });
});
