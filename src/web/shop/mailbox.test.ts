import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertTestOrder } from '../../checks/test-order.ts';
import { openTestWeb } from '../../checks/test-web.ts';
import { notifyOrder } from '../../modules/notices/index.ts';
import { mailboxRoutes } from './mailbox.ts';

test('the mailbox lists mails and shows them, their own markup shut in a frame', async (t) => {
  const { app, db, shop, rows } = await openTestWeb(t, mailboxRoutes);
  const empty = await app.inject({ url: '/dev/mail' });
  assert.ok(empty.body.includes('No mail yet'));

  const { orderId, placedAt } = await insertTestOrder(db, rows);
  await notifyOrder(
    { db, mailer: null, linkKey: shop.linkKey, publicOrigin: shop.publicOrigin },
    {
      orderId,
      userId: rows.buyerId,
      sellerId: rows.sellerId,
      placedAt: placedAt.toISOString(),
      state: 'placed',
      sequence: 1,
    },
  );
  const path = `/dev/mail/${encodeURIComponent(`order-placed:${orderId}`)}`;
  const list = await app.inject({ url: '/dev/mail' });
  assert.ok(list.body.includes(`href="${path}"`) && list.body.includes('Your order: Aurora wireless charger'));
  const mail = await app.inject({ url: path });
  assert.match(mail.body, new RegExp(`<a href="http://shop\\.test/track/${orderId}\\?link=[\\w-]{22}">`));
  assert.ok(mail.body.includes(`src="${path}/body"`));

  const body = await app.inject({ url: `${path}/body` });
  assert.ok(body.body.includes('Follow your order'));
  assert.match(String(body.headers['content-security-policy']), /^default-src 'none';.* sandbox/);
  for (const missing of ['/dev/mail/x', '/dev/mail/x/body'])
    assert.equal((await app.inject({ url: missing })).statusCode, 404);
});
