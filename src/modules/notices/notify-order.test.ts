import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestOrder, insertTestShop, type TestOrder } from '../../checks/test-order.ts';
import { isTrackingLink, moveOrder, type OrderNews, type OrderState } from '../orders/index.ts';
import { listMail, loadMail } from './index.ts';
import { type Mailer, openMailer } from './mailer.ts';
import { type NotifyDeps, notifyOrder } from './notify-order.ts';

const linkKey = randomBytes(32);

function newsOf(order: TestOrder, state: OrderState): OrderNews {
  const { orderId, buyerId, sellerId, placedAt } = order;
  return { orderId, userId: buyerId, sellerId, placedAt: placedAt.toISOString(), state, sequence: 1 };
}

test('without a mail server the mail is kept, with a link that opens the order', async (t) => {
  const db = await openTestDatabase(t);
  const order = await insertTestOrder(db, await insertTestShop(db));
  const deps: NotifyDeps = { db, mailer: null, linkKey, publicOrigin: 'http://shop.test' };
  assert.deepEqual(await notifyOrder(deps, newsOf(order, 'placed')), { kind: 'kept' });
  assert.deepEqual(await notifyOrder(deps, newsOf(order, 'placed')), { kind: 'kept' });
  assert.deepEqual(await notifyOrder(deps, newsOf(order, 'packed')), { kind: 'no-mail' });

  const [mail, ...others] = await listMail(db, 10);
  assert.ok(mail);
  assert.equal(others.length, 0);
  assert.equal(mail.mailId, `order-placed:${order.orderId}`);
  assert.equal(mail.recipient, 'ada@example.test');
  assert.equal(mail.subject, 'Your order: Aurora wireless charger');
  assert.match(mail.textBody, /between Wednesday,? 25 November and Friday,? 27 November/);
  const url = new URL(/http:\S+/.exec(mail.textBody)?.[0] ?? '');
  assert.equal(url.pathname, `/track/${order.orderId}`);
  assert.ok(isTrackingLink(linkKey, order.orderId, url.searchParams.get('link') ?? ''));
  assert.ok(mail.htmlBody.includes(`href="${url.href}"`));
  assert.deepEqual(await loadMail(db, mail.mailId), mail);
});

test('shipped names the carrier and the number; what sellers write is escaped', async (t) => {
  const db = await openTestDatabase(t);
  const order = await insertTestOrder(db, await insertTestShop(db));
  const { orderId } = order;
  await moveOrder(db, { orderId, sellerId: null, state: 'packed' });
  await moveOrder(db, { orderId, sellerId: null, state: 'shipped', carrier: '<b>Cart', trackingNumber: 'CP 1&2' });
  await notifyOrder({ db, mailer: null, linkKey, publicOrigin: 'http://shop.test' }, newsOf(order, 'shipped'));
  const mail = await loadMail(db, `order-shipped:${orderId}`);
  assert.match(mail?.textBody ?? '', /<b>Cart has it, under the number CP 1&2\./);
  assert.ok(mail?.htmlBody.includes('&lt;b&gt;Cart') && !mail.htmlBody.includes('<b>'));
});

test('ten jobs with the same news send one mail', async (t) => {
  const db = await openTestDatabase(t);
  const order = await insertTestOrder(db, await insertTestShop(db));
  const received: string[] = [];
  const mailer = await openTestMailer(t, received);
  const deps: NotifyDeps = { db, mailer, linkKey, publicOrigin: 'http://shop.test' };
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => notifyOrder(deps, newsOf(order, 'placed'))));
  assert.equal(outcomes.filter((outcome) => outcome.kind === 'sent').length, 1);
  assert.equal(received.length, 1);
  assert.match(received[0] ?? '', /To: ada@example\.test/);
  assert.ok((await loadMail(db, `order-placed:${order.orderId}`))?.sentAt instanceof Date);
});

test('a mail that could not be sent is sent by the next try', async (t) => {
  const db = await openTestDatabase(t);
  const order = await insertTestOrder(db, await insertTestShop(db));
  const received: string[] = [];
  const working = await openTestMailer(t, received);
  let failing = true;
  const mailer: Mailer = {
    deliver: (mail) => (failing ? Promise.reject(new Error('421 busy')) : working.deliver(mail)),
    close: () => {},
  };
  const deps: NotifyDeps = { db, mailer, linkKey, publicOrigin: 'http://shop.test' };
  await assert.rejects(notifyOrder(deps, newsOf(order, 'delivered')), /421 busy/);
  assert.equal((await loadMail(db, `order-delivered:${order.orderId}`))?.sentAt, null);
  failing = false;
  assert.deepEqual(await notifyOrder(deps, newsOf(order, 'delivered')), { kind: 'sent' });
  assert.deepEqual(await notifyOrder(deps, newsOf(order, 'delivered')), { kind: 'sent-before' });
  assert.equal(received.length, 1);
});

// As much of RFC 5321 as a client needs to hand over a mail.
async function openTestMailer(t: { after(work: () => void): void }, received: string[]): Promise<Mailer> {
  const server = createServer((socket: Socket) => {
    let reading = '';
    let inData = false;
    socket.on('error', () => {});
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      reading += chunk.toString('latin1');
      for (;;) {
        const end = reading.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end === -1) return;
        const part = reading.slice(0, end);
        reading = reading.slice(end + (inData ? 5 : 2));
        if (inData) received.push(part);
        socket.write(inData ? '250 kept\r\n' : part === 'DATA' ? '354 go on\r\n' : '250 ok\r\n');
        inData = part === 'DATA' && !inData;
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const mailer = openMailer({ smtpUrl: `smtp://127.0.0.1:${address.port}`, from: 'Souk <orders@souk.test>' });
  t.after(() => {
    mailer.close();
    server.close();
  });
  return mailer;
}
