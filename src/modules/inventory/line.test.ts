import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeProduct, makeSeller } from '../../checks/fixtures.ts';
import { openTestDatabase, type TestDatabase } from '../../checks/test-database.ts';
import { sql } from '../../lib/db.ts';
import { leaveLine, moveLines, pauseDrop, setDrop } from './drops.ts';
import { releaseHold } from './release.ts';
import { openReservations, type Reservations } from './reserve.ts';
import type { LineMode } from './store.ts';
import { sweepExpired } from './sweep-expired.ts';

type Drop = { db: TestDatabase; productId: number; reservations: Reservations };

async function openDrop(
  t: TestContext,
  stock: number,
  mode: LineMode,
  opensInSeconds: number,
  perCustomerLimit = 1,
): Promise<Drop> {
  const db = await openTestDatabase(t);
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock, sellerId });
  const opensAt = new Date(Date.now() + opensInSeconds * 1_000);
  assert.equal(
    (await setDrop(db, productId, sellerId, { opensAt, mode, perCustomerLimit, holdSeconds: 60 })).kind,
    'set',
  );
  return { db, productId, reservations: openReservations(db) };
}

const tickets = sql('t_tickets', 'select user_id, state, place from ticket order by place nulls last, user_id');
const holders = sql('t_holders', 'select user_id from reservation where slot = 0 order by user_id');
const counters = sql(
  't_counters',
  "select available, waiting, (select count(*) from ticket where state = 'waiting') as really from inventory",
);
const lockProduct = sql('t_lock_product', 'select 1 from inventory where product_id = $1 for update');
const waiters = sql(
  't_waiters',
  "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
);
const clock = sql('t_clock', 'select clock_timestamp() as at');
const later = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

test('a line before the opening: everyone gets a place, nobody a unit; at the opening the first ones get theirs', async (t) => {
  const { db, productId, reservations } = await openDrop(t, 3, 'line', 60);
  const joined = await Promise.all(Array.from({ length: 10 }, (_, n) => reservations.reserve(productId, n + 1)));
  assert.deepEqual(
    joined.map((one) => one.kind === 'in-line' && [one.ticket.state, one.position]),
    Array.from({ length: 10 }, (_, n) => ['waiting', n + 1]),
  );
  assert.equal(await moveLines(db, null), 0);
  assert.equal(await moveLines(db, later(61)), 3);
  assert.deepEqual(await db.query(holders), [{ user_id: 1 }, { user_id: 2 }, { user_id: 3 }]);
  assert.deepEqual(await db.query(counters), [{ available: 0, waiting: 7, really: 7 }]);
});

test('joining again keeps the place, however often and from how many nodes', async (t) => {
  const { db, productId, reservations } = await openDrop(t, 1, 'line', 60);
  const other = openReservations(db);
  await reservations.reserve(productId, 1);
  const again = await Promise.all(
    [1, 2, 1, 2, 2].map((userId, n) => (n % 2 ? other : reservations).reserve(productId, userId)),
  );
  assert.ok(again.every((one) => one.kind === 'in-line'));
  assert.deepEqual(await db.query(tickets), [
    { user_id: 1, state: 'waiting', place: 1 },
    { user_id: 2, state: 'waiting', place: 2 },
  ]);
});

test('who does not pay in time loses the unit to the next, and may join at the end', async (t) => {
  const { db, productId, reservations } = await openDrop(t, 1, 'line', -1);
  const first = await reservations.reserve(productId, 1);
  assert.ok(first.kind === 'in-line' && first.ticket.state === 'granted', 'a free unit is given at once');
  await reservations.reserve(productId, 2);
  assert.equal(await sweepExpired(db, later(61)), 1);
  assert.deepEqual(await db.query(holders), [{ user_id: 2 }]);
  const again = await reservations.reserve(productId, 1);
  assert.ok(
    again.kind === 'in-line' && again.ticket.state === 'waiting' && again.position === 1,
    JSON.stringify(again),
  );
  assert.deepEqual(await db.query(tickets), [
    { user_id: 2, state: 'granted', place: 2 },
    { user_id: 1, state: 'waiting', place: 3 },
  ]);
});

test('whoever lets go, of the unit or of the place, makes room', async (t) => {
  const { db, productId, reservations } = await openDrop(t, 1, 'line', -1);
  const [holder, second] = [await reservations.reserve(productId, 1), await reservations.reserve(productId, 2)];
  await reservations.reserve(productId, 3);
  assert.ok(holder.kind === 'in-line' && second.kind === 'in-line');
  assert.deepEqual(
    await leaveLine(db, 3, second.ticket.ticketId),
    { kind: 'not-found' },
    'nobody else can leave for them',
  );
  assert.deepEqual(await leaveLine(db, 2, second.ticket.ticketId), { kind: 'left' });
  assert.deepEqual(await releaseHold(db, 1, holder.ticket.ticketId), { kind: 'released' });
  assert.deepEqual(await db.query(holders), [{ user_id: 3 }]);
  assert.deepEqual(await db.query(counters), [{ available: 0, waiting: 0, really: 0 }]);
});

test('a lottery is drawn by the seed that was promised, and anyone can compute it again', async (t) => {
  const { db, productId, reservations } = await openDrop(t, 5, 'lottery', 60);
  const early = await Promise.all(Array.from({ length: 40 }, (_, n) => reservations.reserve(productId, n + 1)));
  assert.ok(early.every((one) => one.kind === 'in-line' && one.position === null));
  assert.equal(await moveLines(db, later(61)), 5);
  await db.script("update inventory set opens_at = now() - interval '1 second'");
  const late = await reservations.reserve(productId, 99);
  assert.ok(late.kind === 'in-line' && late.ticket.place === 41, 'later ones follow in the order of arrival');
  const [sale] = await db.query<{ commitment: Buffer; seed: Buffer }>(
    sql('t_sale', 'select commitment, seed from drop_sale'),
  );
  assert.ok(sale);
  assert.deepEqual(createHash('sha256').update(sale.seed).digest(), sale.commitment);
  const drawn = await db.query<{ ticket_id: string }>(
    sql('t_drawn', 'select ticket_id from ticket where place <= 40 order by place'),
  );
  const order = (ticketId: string): string => createHash('sha256').update(sale.seed).update(ticketId).digest('hex');
  const names = drawn.map((row) => row.ticket_id);
  assert.deepEqual(
    names,
    [...names].sort((a, b) => (order(a) < order(b) ? -1 : 1)),
  );
});

test('the limit counts what is bought before, over the whole history', async (t) => {
  const { db, productId, reservations } = await openDrop(t, 5, 'line', -1, 1);
  await db.script(`insert into reservation (product_id, user_id, slot, nth, customer_limit, reservation_id, state, price_minor, currency, reserved_at, expires_at)
    values (${productId}, 1, 1, 1, 1, 'r1', 'sold', 1, 'USD', now(), now()); update inventory set available = 4`);
  assert.deepEqual(await reservations.reserve(productId, 1), { kind: 'purchase-limit', limit: 1 });
  await assert.rejects(
    db.script(`insert into reservation (product_id, user_id, slot, nth, customer_limit, reservation_id, price_minor, currency, reserved_at, expires_at)
      values (${productId}, 1, 0, 2, 1, 'r2', 1, 'USD', now(), now())`),
    /violates check constraint/,
  );
});

test('a lottery is drawn at its opening although it is paused, and although nobody came; units wait for the end of the pause', async (t) => {
  const { db, productId, reservations } = await openDrop(t, 2, 'lottery', 60);
  await pauseDrop(db, productId, true);
  await Promise.all([1, 2, 3].map((userId) => reservations.reserve(productId, userId)));
  assert.equal(await moveLines(db, later(61)), 0);
  const drawn = await db.query<{ state: string; place: number }>(tickets);
  assert.deepEqual(
    drawn.map(({ state, place }) => [state, place]),
    [1, 2, 3].map((place) => ['waiting', place]),
  );
  await pauseDrop(db, productId, false);
  assert.equal(await moveLines(db, later(62)), 2);

  const empty = await openDrop(t, 2, 'lottery', -1);
  assert.equal(await moveLines(empty.db, null), 0);
  const sale = sql(
    't_empty_sale',
    'select drawn_at is not null as is_drawn, drawn_tickets, placed_tickets from drop_sale',
  );
  assert.deepEqual(await empty.db.query(sale), [{ is_drawn: true, drawn_tickets: 0, placed_tickets: 0 }]);
});

test('who is at the limit by a unit held from before there was a line gets that one again', async (t) => {
  const { db, productId, reservations } = await openDrop(t, 2, 'open', -1);
  const held = await reservations.reserve(productId, 1);
  assert.ok(held.kind === 'held');
  const [row] = await db.query<{ seller_id: number }>(sql('t_seller', 'select seller_id from product'));
  const terms = { opensAt: later(-1), mode: 'line', perCustomerLimit: 1, holdSeconds: 60 } as const;
  assert.equal((await setDrop(db, productId, row?.seller_id ?? 0, terms)).kind, 'set');
  const [again, other] = await Promise.all([1, 2].map((userId) => reservations.reserve(productId, userId)));
  assert.ok(again?.kind === 'already-held', JSON.stringify(again));
  assert.equal(again.reservation.reservationId, held.reservation.reservationId);
  assert.ok(other?.kind === 'in-line' && other.ticket.state === 'granted' && other.ticket.place === 1);
  assert.deepEqual(await db.query(counters), [{ available: 0, waiting: 0, really: 0 }]);
});

test('a drop cannot be changed while somebody waits', async (t) => {
  const { db, productId, reservations } = await openDrop(t, 5, 'line', 60);
  await reservations.reserve(productId, 1);
  const [row] = await db.query<{ seller_id: number }>(sql('t_seller', 'select seller_id from product'));
  const terms = { opensAt: later(5), mode: 'open', perCustomerLimit: 2, holdSeconds: 60 } as const;
  assert.deepEqual(await setDrop(db, productId, row?.seller_id ?? 0, terms), { kind: 'somebody-waits' });
  assert.deepEqual(await setDrop(db, productId, 999, terms), { kind: 'not-found' });
});

const endHold = sql('t_end_hold', "update reservation set expires_at = now() - interval '1 second'");
const MOVERS: [what: string, move: (drop: Drop, firstTicketId: string) => Promise<unknown>][] = [
  ['an expiry', ({ db }) => sweepExpired(db, null)],
  ['a unit that is let go', ({ db }, firstTicketId) => releaseHold(db, 1, firstTicketId)],
  ['the end of a pause', ({ db }) => moveLines(db, null)],
];
for (const [what, move] of MOVERS) {
  test(`granted by ${what} after a wait for the product: the hold begins after the wait`, async (t) => {
    const drop = await openDrop(t, 1, 'line', -1);
    const { db, productId, reservations } = drop;
    const first = await reservations.reserve(productId, 1);
    await reservations.reserve(productId, 2);
    await db.query(endHold);
    assert.ok(first.kind === 'in-line');
    if (what === 'the end of a pause') {
      await pauseDrop(db, productId, true);
      await sweepExpired(db, null);
      await pauseDrop(db, productId, false);
    }
    let moving: Promise<unknown> | undefined;
    const [lockedUntil] = await db.transaction(async (tx) => {
      await tx.query(lockProduct, [productId]);
      moving = move(drop, first.ticket.ticketId);
      while ((await db.query<{ n: number }>(waiters))[0]?.n === 0) await sleep(5);
      return tx.query<{ at: Date }>(clock);
    });
    await moving;
    const [second] = await db.query<{ granted_at: Date }>(
      sql('t_second', 'select granted_at from ticket where user_id = 2'),
    );
    assert.ok(lockedUntil && second?.granted_at && second.granted_at >= lockedUntil.at);
  });
}

test('three nodes join, expire and let go at once: no unit twice, and the line is served in its order', async (t) => {
  const { db, productId } = await openDrop(t, 20, 'line', -1);
  const nodes = [openReservations(db), openReservations(db), openReservations(db)];
  const joining = Promise.all(Array.from({ length: 300 }, (_, n) => nodes[n % 3]?.reserve(productId, n + 1)));
  const sweeping = (async () => {
    for (let n = 0; n < 30; n++) {
      await sweepExpired(db, later(61));
      await moveLines(db, null);
    }
  })();
  await Promise.all([joining, sweeping]);
  const [books] = await db.query<{ total: number; available: number; held: number; waiting: number; really: number }>(
    sql(
      't_line_books',
      `select total, available, waiting, (select count(*) from reservation) as held, (select count(*) from ticket where state = 'waiting') as really from inventory`,
    ),
  );
  assert.ok(books);
  assert.equal(books.total, books.available + books.held);
  assert.equal(books.waiting, books.really);
  // Nobody was served before somebody who stood further in front.
  const [inversions] = await db.query(
    sql(
      't_inversions',
      `select count(*) as n from ticket w join ticket g on g.place > w.place and g.state <> 'waiting' where w.state = 'waiting'`,
    ),
  );
  assert.deepEqual(inversions, { n: 0 });
});
