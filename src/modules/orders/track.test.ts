import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestOrder, insertTestShop } from '../../checks/test-order.ts';
import { maySee, track } from './track.ts';

test('an order as it was placed, with its receipt', async (t) => {
  const db = await openTestDatabase(t);
  const order = await insertTestOrder(db, await insertTestShop(db));
  assert.deepEqual(await track(db, order.orderId), {
    orderId: order.orderId,
    productId: order.productId,
    userId: order.buyerId,
    seller: {
      sellerId: order.sellerId,
      userId: order.sellerUserId,
      name: 'Lumen & Oak',
      address: '14 Harbour Row\nBristol BS1 5TR',
      taxNumber: 'GB 123 4567 89',
    },
    state: 'placed',
    title: 'Aurora wireless charger',
    priceMinor: 2999,
    currency: 'USD',
    shippingAddress: {
      name: 'Ada Okafor',
      line1: '5 Elm Street',
      city: 'Leeds',
      postalCode: 'LS1 4AP',
      country: 'GB',
    },
    earliestDelivery: '2026-11-25',
    latestDelivery: '2026-11-27',
    carrier: null,
    trackingNumber: null,
    placedAt: order.placedAt,
    events: [{ sequence: 1, state: 'placed', at: order.placedAt, note: null, place: null }],
    receipt: {
      number: 1,
      amountMinor: 2999,
      taxMinor: 500,
      taxBasisPoints: 2000,
      paidAt: order.placedAt,
      methodBrand: 'visa',
      methodLast4: '4242',
    },
  });
});

test('an id of no order, and text that is no id, give nothing', async (t) => {
  const db = await openTestDatabase(t);
  assert.equal(await track(db, '4k-0000000000000000'), undefined);
  assert.equal(await track(db, "' or 1=1"), undefined);
});

test('buyer, seller and operator may see an order, nobody else', async (t) => {
  const db = await openTestDatabase(t);
  const { orderId, buyerId, sellerUserId, otherId } = await insertTestOrder(db, await insertTestShop(db));
  const order = await track(db, orderId);
  assert.ok(order);
  assert.ok(maySee(order, { userId: buyerId, roles: ['shopper'] }));
  assert.ok(maySee(order, { userId: sellerUserId, roles: ['seller'] }));
  assert.ok(maySee(order, { userId: otherId, roles: ['shopper', 'operator'] }));
  assert.ok(!maySee(order, { userId: otherId, roles: ['shopper', 'seller'] }));
  assert.ok(!maySee(order, undefined));
});
