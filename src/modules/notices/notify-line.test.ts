import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestShop } from '../../checks/test-order.ts';
import { sql } from '../../lib/db.ts';
import { openReservations, setDrop } from '../inventory/index.ts';
import { relayOutbox } from '../orders/index.ts';
import { type GrantNews, listMail, notifyGranted, notifyUnsold, type UnsoldNews } from './index.ts';

test('a unit that the line gave is told by one mail, with the way to pay', async (t) => {
  const db = await openTestDatabase(t);
  const { buyerId, sellerId, productId } = await insertTestShop(db);
  await db.script(`insert into inventory (product_id, total, available) values (${productId}, 1, 1)`);
  const opensAt = new Date(Date.now() - 1_000);
  await setDrop(db, productId, sellerId, { opensAt, mode: 'line', perCustomerLimit: 1, holdSeconds: 600 });
  const joined = await openReservations(db).reserve(productId, buyerId);
  assert.ok(joined.kind === 'in-line' && joined.ticket.state === 'granted');
  const { ticketId } = joined.ticket;

  const deps = { db, mailer: null, publicOrigin: 'http://shop.test' };
  const news: GrantNews[] = [];
  await relayOutbox(db, async (messages) => {
    assert.deepEqual(
      messages.map((one) => one.kind),
      ['line-granted'],
    );
    news.push(...messages.map((one) => one.payload as GrantNews));
  });
  const [granted] = news;
  assert.ok(granted);
  assert.deepEqual(await notifyGranted(deps, granted), { kind: 'kept' });
  await notifyGranted(deps, granted);
  const [mail, ...others] = await listMail(db, 10);
  assert.deepEqual(others, []);
  assert.equal(mail?.mailId, `line-granted:${ticketId}`);
  assert.equal(mail?.recipient, 'ada@example.test');
  assert.equal(mail?.subject, 'It is your turn: Aurora wireless charger');
  assert.ok(mail?.textBody.includes(`http://shop.test/pay/${ticketId}\n`));
  assert.ok(mail?.htmlBody.includes(`href="http://shop.test/pay/${ticketId}"`));

  const late = { ...granted, reservationId: 'late', expiresAt: new Date(Date.now() - 1).toISOString() };
  assert.deepEqual(await notifyGranted(deps, late), { kind: 'too-late' });
  const [count] = await db.query(sql('t_mails', 'select count(*) as n from mail'));
  assert.deepEqual(count, { n: 1 });
});

test('a payment that found no unit is told by one mail, with the money that comes back', async (t) => {
  const db = await openTestDatabase(t);
  const { buyerId, productId } = await insertTestShop(db);
  const title = '<b>Charger';
  const news: UnsoldNews = { paymentId: 'p-1', userId: buyerId, productId, title, amountMinor: 2999, currency: 'USD' };
  const deps = { db, mailer: null, publicOrigin: 'http://shop.test' };
  for (let n = 0; n < 3; n++) assert.deepEqual(await notifyUnsold(deps, news), { kind: 'kept' });
  const [mail, ...others] = await listMail(db, 10);
  assert.deepEqual(others, []);
  assert.equal(mail?.mailId, 'payment-unsold:p-1');
  assert.match(mail?.textBody ?? '', /\$29\.99 goes back to the card/);
  assert.ok(mail?.htmlBody.includes('&lt;b&gt;Charger') && !mail.htmlBody.includes('<b>'));
});
