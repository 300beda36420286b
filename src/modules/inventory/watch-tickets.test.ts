import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { makeProduct, makeSeller } from '../../checks/fixtures.ts';
import { openTestDatabase, type TestDatabase } from '../../checks/test-database.ts';
import type { Database } from '../../lib/db.ts';
import { openLog } from '../../lib/log.ts';
import { leaveLine, moveLines, setDrop } from './drops.ts';
import { releaseHold } from './release.ts';
import { openReservations, type Reservations } from './reserve.ts';
import type { LineMode } from './store.ts';
import { positionOf } from './ticket.ts';
import { type Line, type LineWatch, openLineWatch } from './watch-lines.ts';
import { openTicketWatch, type StandingTicket, type TicketWatch } from './watch-tickets.ts';

const log = openLog('test', 'silent');

type Node = {
  db: TestDatabase;
  productId: number;
  reservations: Reservations;
  lines: LineWatch;
  tickets: TicketWatch;
  sellerId: number;
  asked: () => number;
};

async function openNode(t: TestContext, stock: number, mode: LineMode, opensInSeconds: number): Promise<Node> {
  const db = await openTestDatabase(t);
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock, sellerId });
  const opensAt = new Date(Date.now() + opensInSeconds * 1_000);
  await setDrop(db, productId, sellerId, { opensAt, mode, perCustomerLimit: 1, holdSeconds: 60 });
  const lines = await openLineWatch(db, log);
  let asked = 0;
  const counting: Database = {
    ...db,
    query: (statement, values) => {
      asked++;
      return db.query(statement, values);
    },
  };
  const tickets = openTicketWatch(counting, lines, log);
  t.after(async () => {
    tickets.close();
    await lines.close();
  });
  return { db, productId, reservations: openReservations(db), lines, tickets, sellerId, asked: () => asked };
}

async function join({ reservations, productId, tickets }: Node, userId: number): Promise<StandingTicket> {
  const joined = await reservations.reserve(productId, userId);
  assert.ok(joined.kind === 'in-line', joined.kind);
  const found = await tickets.find(userId, joined.ticket.ticketId);
  assert.ok(found.kind === 'found');
  return found.ticket;
}

type Heard = { state: string; position: number | null; holdUntil: Date | null };

function listen({ tickets }: Node, ticket: StandingTicket): Heard[] {
  const heard: Heard[] = [];
  tickets.follow(ticket, ({ state, place, holdUntil }: StandingTicket, line: Line) =>
    heard.push({ state, position: positionOf(place, line), holdUntil }),
  );
  return heard;
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) assert.fail('did not come to pass in time');
    await pause(5);
  }
}

test('the grant is told to the first, and the new place to those behind', async (t) => {
  const node = await openNode(t, 1, 'line', -1);
  const holder = await join(node, 1);
  assert.equal(holder.state, 'granted');
  const [second, third] = [await join(node, 2), await join(node, 3)];
  const [toSecond, toThird] = [listen(node, second), listen(node, third)];
  await releaseHold(node.db, 1, holder.ticketId);
  await until(() => toSecond.at(-1)?.state === 'granted' && toThird.at(-1)?.position === 1);
  assert.ok((toSecond.at(-1)?.holdUntil?.getTime() ?? 0) > Date.now());
  assert.equal(toThird.at(-1)?.state, 'waiting');
});

test('what happens between reading a ticket and listening is heard too', async (t) => {
  const node = await openNode(t, 1, 'line', -1);
  const holder = await join(node, 1);
  const second = await join(node, 2);
  await releaseHold(node.db, 1, holder.ticketId);
  // The watch knows of the release before anybody listens: no further news will come.
  await until(() => node.lines.line(node.productId)?.waiting === 0);
  const heard = listen(node, second);
  await until(() => heard.at(-1)?.state === 'granted');
});

test('leaving on another page is heard; joining again is another ticket', async (t) => {
  const node = await openNode(t, 0, 'line', -1);
  await join(node, 1);
  const second = await join(node, 2);
  const heard = listen(node, second);
  await leaveLine(node.db, 2, second.ticketId);
  await openReservations(node.db).reserve(node.productId, 2);
  assert.equal((await node.tickets.find(2, second.ticketId)).kind, 'not-found');
  assert.equal((await node.tickets.find(1, second.ticketId)).kind, 'not-found');
  node.tickets.lookAgain(2, second.ticketId);
  await until(() => heard.at(-1)?.state === 'left');
});

test('who is behind one that is passed over is found', async (t) => {
  const node = await openNode(t, 1, 'line', 60);
  // The first in line holds a unit from before the drop: the second is served, and the head of the line stays.
  await node.db.script(`insert into reservation (product_id, user_id, slot, reservation_id, price_minor, currency, reserved_at, expires_at)
    values (${node.productId}, 1, 0, 'earlier', 1, 'USD', now(), now() + interval '1 hour')`);
  await node.db.script(`update inventory set customer_limit = 5`);
  await join(node, 1);
  const heard = listen(node, await join(node, 2));
  await moveLines(node.db, new Date(Date.now() + 61_000));
  await until(() => heard.at(-1)?.state === 'granted');
});

test('who has left stands before nobody: on every node, for who joins then, and in the next sale', async (t) => {
  const node = await openNode(t, 0, 'line', 60);
  const { db, productId, lines, tickets } = node;
  const joined = [];
  for (let userId = 1; userId <= 5; userId++) joined.push(await join(node, userId));
  const heard = joined.map((ticket) => listen(node, ticket));
  const positions = () => heard.map((one) => one.at(-1)?.position);
  await until(() => positions().join() === '1,2,3,4,5');
  for (const userId of [2, 4]) await leaveLine(db, userId, joined[userId - 1]?.ticketId ?? '');
  await until(() => [0, 2, 4].map((n) => positions()[n]).join() === '1,2,3');
  const sixth = await openReservations(db, lines).reserve(productId, 6);
  assert.deepEqual(sixth.kind === 'in-line' && [sixth.position, sixth.waiting], [4, 4]);
  const started = await openLineWatch(db, log);
  t.after(() => started.close());
  const line = started.line(productId);
  assert.deepEqual(line && [1, 3, 5, 6].map((place) => positionOf(place, line)), [1, 2, 3, 4]);

  for (const ticket of [joined[0], joined[2], joined[4], sixth.kind === 'in-line' ? sixth.ticket : undefined])
    await leaveLine(db, ticket?.userId ?? 0, ticket?.ticketId ?? '');
  const terms = {
    opensAt: new Date(Date.now() - 1_000),
    mode: 'lottery',
    perCustomerLimit: 1,
    holdSeconds: 60,
  } as const;
  assert.equal((await setDrop(db, productId, node.sellerId, terms)).kind, 'set');
  const again = [];
  for (let userId = 11; userId <= 14; userId++) again.push(await join(node, userId));
  await leaveLine(db, 12, again[1]?.ticketId ?? '');
  const last = listen(node, again[3] as StandingTicket);
  await until(() => last.at(-1)?.position === 3);
  assert.equal((await tickets.find(14, again[3]?.ticketId ?? '')).kind, 'found');
});

test('the draw gives everybody a place, and tells it', async (t) => {
  const node = await openNode(t, 2, 'lottery', 60);
  const joined = await Promise.all(Array.from({ length: 20 }, (_, n) => join(node, n + 1)));
  const heard = joined.map((ticket) => listen(node, ticket));
  assert.ok(joined.every((ticket) => ticket.place === null));
  await moveLines(node.db, new Date(Date.now() + 61_000));
  await until(() => heard.every((one) => one.length > 0 && one.at(-1)?.position !== null));
  assert.deepEqual(heard.map((one) => one.at(-1)?.state).sort(), [
    ...Array(2).fill('granted'),
    ...Array(18).fill('waiting'),
  ]);
});

test('a thousand who wait cost one statement when their line moves, and none while it stands', async (t) => {
  const node = await openNode(t, 0, 'line', -1);
  const joined = await Promise.all(Array.from({ length: 1_000 }, (_, n) => join(node, n + 1)));
  const heard = joined.map((ticket) => listen(node, ticket));
  await pause(1_500);
  const asked = node.asked();
  await pause(1_500);
  assert.equal(node.asked(), asked, 'nothing has happened, nothing is asked');
  await node.db.script(`update inventory set total = 3, available = 3, version = version + 1`);
  assert.equal(await moveLines(node.db, null), 3);
  await until(() => heard.filter((one) => one.at(-1)?.state === 'granted').length === 3);
  // One finds them, one more finds that nobody follows; a poll that fell between stock and grant may add one.
  await pause(600);
  assert.ok(node.asked() - asked <= 3, `${node.asked() - asked} statements`);
  assert.deepEqual(
    heard.flatMap((one, n) => (one.at(-1)?.state === 'granted' ? [joined[n]?.place] : [])).sort(),
    [1, 2, 3],
  );
});

test('answers from memory: one who asks on and on costs one statement a second, and leaving is noticed within it', async (t) => {
  const node = await openNode(t, 0, 'line', -1);
  const reservations = openReservations(node.db, node.lines);
  const first = await reservations.reserve(node.productId, 1);
  assert.ok(first.kind === 'in-line');
  await Promise.all(Array.from({ length: 5_000 }, () => reservations.reserve(node.productId, 1)));
  assert.equal(reservations.statistics().join.items, 1);

  // On another node, while this one is asked all the time.
  await leaveLine(node.db, 1, first.ticket.ticketId);
  const leftAt = performance.now();
  for (;;) {
    const again = await reservations.reserve(node.productId, 1);
    if (again.kind === 'in-line' && again.ticket.ticketId !== first.ticket.ticketId) break;
    assert.ok(performance.now() - leftAt < 1_050, 'still believed');
    await pause(1);
  }
  // On this node it is known at once.
  const second = await reservations.reserve(node.productId, 1);
  assert.ok(second.kind === 'in-line');
  await leaveLine(node.db, 1, second.ticket.ticketId);
  reservations.forget(node.productId, 1);
  const third = await reservations.reserve(node.productId, 1);
  assert.ok(third.kind === 'in-line' && third.ticket.ticketId !== second.ticket.ticketId);
});

test('answers from memory: sold out for good, until a unit comes back', async (t) => {
  const node = await openNode(t, 1, 'line', -1);
  const reservations = openReservations(node.db, node.lines);
  const first = await reservations.reserve(node.productId, 1);
  assert.ok(first.kind === 'in-line' && first.ticket.state === 'granted');
  await node.db.script(`update reservation set state = 'sold', slot = 1; update ticket set state = 'bought';
    update inventory set version = version + 1`);
  await until(() => node.lines.line(node.productId)?.sold === 1);
  const { items } = reservations.statistics().join;
  const answers = await Promise.all(
    Array.from({ length: 2_000 }, (_, n) => reservations.reserve(node.productId, n + 2)),
  );
  assert.ok(answers.every((one) => one.kind === 'sold-out'));
  assert.equal(reservations.statistics().join.items, items, 'from memory');
  await node.db.script('update inventory set total = 2, available = 1, version = version + 1');
  const backAt = performance.now();
  for (;;) {
    const outcome = await reservations.reserve(node.productId, 2);
    if (outcome.kind === 'in-line') break;
    assert.ok(performance.now() - backAt < 1_000, 'still sold out');
    await pause(5);
  }
});

test('answers from memory: the limit, until a refund makes room', async (t) => {
  const db = await openTestDatabase(t);
  const productId = await makeProduct(db, { stock: 2, customerLimit: 1 });
  const reservations = openReservations(db);
  await reservations.reserve(productId, 1);
  await db.script("update reservation set state = 'sold', slot = nth");
  assert.deepEqual(await reservations.reserve(productId, 1), { kind: 'purchase-limit', limit: 1 });
  const { items } = reservations.statistics().reserve;
  await Promise.all(Array.from({ length: 1_000 }, () => reservations.reserve(productId, 1)));
  assert.equal(reservations.statistics().reserve.items, items);
  await db.script("update reservation set state = 'returned', slot = -1");
  const roomAt = performance.now();
  while ((await reservations.reserve(productId, 1)).kind !== 'held') {
    assert.ok(performance.now() - roomAt < 1_050, 'still at the limit');
    await pause(1);
  }
});
