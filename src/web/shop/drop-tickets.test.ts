import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { makeProduct } from '../../checks/fixtures.ts';
import { openTestShop } from '../../checks/test-shop.ts';
import { sql } from '../../lib/db.ts';
import { leaveLine, moveLines, setDrop } from '../../modules/inventory/index.ts';
import { auditBooks } from '../../modules/orders/index.ts';
import { until } from '../../sandbox/test-sandbox.ts';

const UNITS = 3;
const openNow = sql('t_open_now', "update inventory set opens_at = now() - interval '1 second' where product_id = $1");
const openLine = sql('t_open_line', 'select granted, drawing from open_line($1, null)');
const tickets = sql(
  't_tickets',
  'select ticket_id, place, state from ticket where product_id = $1 and ticket_id = any ($2)',
);

type Page = {
  commitment: string;
  seed: string | null;
  drawnTickets: number | null;
  items: { ticketId: string; place: number }[];
  next: number | null;
};

function sha256(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

test('from the answers alone anyone computes the draw again, whoever left and joined before and after it', async (t) => {
  const { app, shop, sellerId } = await openTestShop(t);
  const { db, reservations } = shop;
  const productId = await makeProduct(db, { stock: UNITS, sellerId });
  const opensAt = new Date(Date.now() + 60_000);
  await setDrop(db, productId, sellerId, { opensAt, mode: 'lottery', perCustomerLimit: 1, holdSeconds: 60 });
  await until(async () => shop.lines.line(productId) !== undefined, 2_000);
  const join = async (userId: number): Promise<string> => {
    const joined = await reservations.reserve(productId, userId);
    assert.ok(joined.kind === 'in-line', joined.kind);
    return joined.ticket.ticketId;
  };
  const leave = async (userId: number, ticketId: string): Promise<void> => {
    assert.equal((await leaveLine(db, userId, ticketId)).kind, 'left');
    reservations.forget(productId, userId);
  };
  const url = `/product/${productId}/drop/tickets`;
  const read = async (): Promise<Page> => (await app.inject({ url })).json();

  const taken = new Map<number, string>();
  for (let userId = 1; userId <= 40; userId++) taken.set(userId, await join(userId));
  const ticketOf = (userId: number): string => taken.get(userId) ?? '';
  // Before the draw: two leave, one of them joins again.
  await leave(1, ticketOf(1));
  await leave(2, ticketOf(2));
  taken.delete(1);
  taken.set(2, await join(2));
  const before = await read();
  assert.deepEqual([before.seed, before.drawnTickets, before.items], [null, null, []]);
  const participants = [...taken.values()];

  await db.query(openNow, [productId]);
  // Who comes after the opening stands behind the drawn ones, although nobody has drawn yet.
  assert.equal((await db.query<{ place: number }>(tickets, [productId, [await join(41)]]))[0]?.place, 40);
  // In the middle of the draw, before any place is written: one leaves, and joins again.
  assert.deepEqual(await db.query(openLine, [productId]), [{ granted: 0, drawing: true }]);
  await leave(3, ticketOf(3));
  const [gone] = await db.query<{ place: number; state: string }>(tickets, [productId, [ticketOf(3)]]);
  await join(3);
  assert.ok((await moveLines(db, null)) === UNITS);
  await until(async () => shop.lines.line(productId)?.draw?.seed != null, 2_000);
  const drawn = await read();

  assert.ok(drawn.seed);
  const seed = Buffer.from(drawn.seed, 'hex');
  assert.equal(sha256(seed), drawn.commitment, 'the seed is the one that was promised');
  assert.equal(drawn.commitment, before.commitment);
  const published = drawn.items.map((one) => one.ticketId);
  assert.deepEqual(published.toSorted(), participants.toSorted());
  assert.equal(drawn.drawnTickets, participants.length);
  assert.deepEqual(
    published,
    published.toSorted((a, b) => (sha256(seed, a) < sha256(seed, b) ? -1 : 1)),
  );
  assert.deepEqual(
    drawn.items.map((one) => one.place),
    published.map((_, n) => n + 1),
  );
  assert.deepEqual(gone, { ...gone, state: 'left', place: published.indexOf(ticketOf(3)) + 1 });

  // After the draw: the list stays as it was, whoever leaves, joins again or joins for the first time.
  for (const place of [UNITS + 3, UNITS + 10]) {
    const [userId = 0, ticketId = ''] = [...taken].find(([, one]) => one === published[place]) ?? [];
    if (userId === 3) continue;
    await leave(userId, ticketId);
    await join(userId);
  }
  await join(50);
  assert.deepEqual(await read(), drawn);
  const page: Page = (await app.inject({ url: `${url}?after=38` })).json();
  assert.deepEqual(
    page.items.map((one) => one.ticketId),
    published.slice(38),
  );

  const answer = await app.inject({ url });
  assert.equal(answer.headers['cache-control'], 'public, max-age=60');
  const again = await app.inject({ url, headers: { 'if-none-match': String(answer.headers.etag) } });
  assert.deepEqual([again.statusCode, again.body], [304, '']);
  const offending = (await auditBooks(db)).checks.filter((check) => check.offending.length > 0);
  assert.deepEqual(offending, []);
});

test('a second line of the product publishes nothing of the first one', async (t) => {
  const { app, shop, sellerId } = await openTestShop(t);
  const { db, lines } = shop;
  const productId = await makeProduct(db, { stock: 2, sellerId });
  const announce = (opensAt: Date) =>
    setDrop(db, productId, sellerId, { opensAt, mode: 'line', perCustomerLimit: 1, holdSeconds: 60 });
  const join = async (userId: number): Promise<string> => {
    const joined = await shop.reservations.reserve(productId, userId);
    assert.ok(joined.kind === 'in-line', joined.kind);
    return joined.ticket.ticketId;
  };
  await announce(new Date(Date.now() - 1_000));
  await join(1);
  const opensAt = new Date(Date.now() + 60_000);
  assert.equal((await announce(opensAt)).kind, 'set');
  const second = [await join(2), await join(3)];
  await until(async () => lines.line(productId)?.opensAt.getTime() === opensAt.getTime(), 2_000);
  const { items }: Page = (await app.inject({ url: `/product/${productId}/drop/tickets` })).json();
  assert.deepEqual(
    items.map(({ ticketId, place }) => [ticketId, place]),
    second.map((ticketId, n) => [ticketId, n + 2]),
  );
});

test('a second lottery of the product publishes nothing of the first one', async (t) => {
  const { app, shop, sellerId } = await openTestShop(t);
  const { db, lines } = shop;
  const productId = await makeProduct(db, { stock: 1, sellerId });
  const announce = (opensInMs: number) =>
    setDrop(db, productId, sellerId, {
      opensAt: new Date(Date.now() + opensInMs),
      mode: 'lottery',
      perCustomerLimit: 1,
      holdSeconds: 60,
    });
  const read = async (): Promise<Page> => (await app.inject({ url: `/product/${productId}/drop/tickets` })).json();
  await announce(60_000);
  await shop.reservations.reserve(productId, 1);
  await db.query(openNow, [productId]);
  await moveLines(db, null);
  await until(async () => lines.line(productId)?.draw?.seed != null, 2_000);
  const first = await read();
  assert.equal(first.items.length, 1);

  assert.equal((await announce(60_000)).kind, 'set');
  await until(async () => lines.line(productId)?.draw?.commitment !== first.commitment, 2_000);
  const { seed, drawnTickets, items } = await read();
  assert.deepEqual({ seed, drawnTickets, items }, { seed: null, drawnTickets: null, items: [] });
});
