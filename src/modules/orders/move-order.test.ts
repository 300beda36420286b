import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestOrder, insertTestShop } from '../../checks/test-order.ts';
import { sql } from '../../lib/db.ts';
import { moveOrder, moveOrders } from './move-order.ts';
import { track } from './track.ts';

const SELECT_OUTBOX = sql('orders_test_outbox', 'select kind, payload from outbox order by at');

test('a seller packs and ships: state, event and news of each step', async (t) => {
  const db = await openTestDatabase(t);
  const order = await insertTestOrder(db, await insertTestShop(db));
  const { orderId, sellerId } = order;

  const packed = await moveOrder(db, { orderId, sellerId, state: 'packed' });
  const shipped = await moveOrder(db, {
    orderId,
    sellerId,
    state: 'shipped',
    carrier: 'Caravan',
    trackingNumber: 'CP1',
    note: 'Picked up',
    place: 'Leeds',
  });
  assert.equal(packed.kind, 'moved');
  assert.ok(shipped.kind === 'moved' && shipped.sequence === 3);

  const tracked = await track(db, orderId);
  assert.deepEqual(
    { state: tracked?.state, carrier: tracked?.carrier, trackingNumber: tracked?.trackingNumber },
    { state: 'shipped', carrier: 'Caravan', trackingNumber: 'CP1' },
  );
  assert.deepEqual(
    tracked?.events.map(({ sequence, state, note, place }) => ({ sequence, state, note, place })),
    [
      { sequence: 1, state: 'placed', note: null, place: null },
      { sequence: 2, state: 'packed', note: null, place: null },
      { sequence: 3, state: 'shipped', note: 'Picked up', place: 'Leeds' },
    ],
  );
  const news = await db.query<{ kind: string; payload: Record<string, unknown> }>(SELECT_OUTBOX);
  assert.deepEqual(
    news.map(({ kind, payload }) => ({ kind, ...payload, placedAt: new Date(String(payload.placedAt)) })),
    [
      {
        kind: 'order-moved',
        orderId,
        userId: order.buyerId,
        sellerId,
        placedAt: order.placedAt,
        state: 'packed',
        sequence: 2,
      },
      {
        kind: 'order-moved',
        orderId,
        userId: order.buyerId,
        sellerId,
        placedAt: order.placedAt,
        state: 'shipped',
        sequence: 3,
      },
    ],
  );
});

test('a step that the table does not allow changes nothing and says what would be possible', async (t) => {
  const db = await openTestDatabase(t);
  const { orderId, sellerId } = await insertTestOrder(db, await insertTestShop(db));
  assert.deepEqual(await moveOrder(db, { orderId, sellerId, state: 'delivered' }), {
    kind: 'wrong-state',
    state: 'placed',
    allowed: ['packed', 'cancelled', 'refunded'],
  });
  assert.equal((await track(db, orderId))?.events.length, 1);
  assert.deepEqual(await db.query(SELECT_OUTBOX), []);
});

test('another seller’s order, and one that does not exist, are not found', async (t) => {
  const db = await openTestDatabase(t);
  const { orderId, sellerId, productId } = await insertTestOrder(db, await insertTestShop(db));
  const notFound = { kind: 'not-found' };
  assert.deepEqual(await moveOrder(db, { orderId, sellerId: sellerId + 1, state: 'packed' }), notFound);
  assert.deepEqual(await moveOrder(db, { orderId, sellerId: sellerId + 1, state: 'delivered' }), notFound);
  assert.deepEqual(await moveOrder(db, { orderId: 'zz', sellerId, state: 'packed' }), notFound);
  const [missing] = await moveOrders(db, productId, [
    { orderId: '1-0000000000000000', sellerId: null, state: 'packed' },
  ]);
  assert.deepEqual(missing, notFound);
  assert.equal((await track(db, orderId))?.state, 'placed');
});

test('twenty packers and twenty cancellers race: one step of each kind at most, and the story stays in order', async (t) => {
  const db = await openTestDatabase(t);
  const { orderId } = await insertTestOrder(db, await insertTestShop(db));
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      moveOrder(db, { orderId, sellerId: null, state: n % 2 === 0 ? 'packed' : 'cancelled' }),
    ),
  );
  const tracked = await track(db, orderId);
  const story = tracked?.events.map((event) => event.state).join(' ');
  assert.ok(story === 'placed packed cancelled' || story === 'placed cancelled', String(story));
  assert.equal(outcomes.filter((outcome) => outcome.kind === 'moved').length, (tracked?.events.length ?? 0) - 1);
  assert.deepEqual(
    tracked?.events.map((event) => event.sequence),
    tracked?.events.map((_, n) => n + 1),
  );
});

test('many orders of a product move in one call, each with its own answer', async (t) => {
  const db = await openTestDatabase(t);
  const shop = await insertTestShop(db);
  const first = await insertTestOrder(db, shop);
  const second = await insertTestOrder(db, shop);
  await moveOrder(db, { orderId: second.orderId, sellerId: null, state: 'cancelled' });
  const outcomes = await moveOrders(db, shop.productId, [
    { orderId: second.orderId, sellerId: shop.sellerId, state: 'packed' },
    { orderId: first.orderId, sellerId: shop.sellerId, state: 'packed' },
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['wrong-state', 'moved'],
  );
});

test('within a transaction that is rolled back nothing has moved', async (t) => {
  const db = await openTestDatabase(t);
  const { orderId } = await insertTestOrder(db, await insertTestShop(db));
  await assert.rejects(
    db.transaction(async (tx) => {
      assert.equal((await moveOrder(tx, { orderId, sellerId: null, state: 'cancelled' })).kind, 'moved');
      throw new Error('the refund failed');
    }),
    /the refund failed/,
  );
  assert.equal((await track(db, orderId))?.state, 'placed');
  assert.deepEqual(await db.query(SELECT_OUTBOX), []);
});
