import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makeProduct } from '../../checks/fixtures.ts';
import { openTestShop, type Person, type TestShop } from '../../checks/test-shop.ts';
import { moveLines, setDrop } from '../../modules/inventory/index.ts';
import { until } from '../../sandbox/test-sandbox.ts';
import { lineEstimate } from './line-estimate.ts';

type Drop = TestShop & { dropId: number; join(person: Person): Promise<string> };

async function openDrop(
  t: TestContext,
  stock: number,
  opensInSeconds: number,
  mode: 'line' | 'lottery',
): Promise<Drop> {
  const shop = await openTestShop(t);
  const { app, sellerId } = shop;
  const { db } = shop.shop;
  const dropId = await makeProduct(db, { stock, sellerId });
  const opensAt = new Date(Date.now() + opensInSeconds * 1_000);
  await setDrop(db, dropId, sellerId, { opensAt, mode, perCustomerLimit: 1, holdSeconds: 60 });
  await until(async () => shop.shop.lines.line(dropId) !== undefined, 2_000);
  const join = async (person: Person): Promise<string> => {
    const payload = { productId: String(dropId) };
    const answer = await app.inject({ method: 'POST', url: '/product/purchase', headers: person.bearer, payload });
    assert.equal(answer.statusCode, 303, answer.body);
    return answer.json().ticketId ?? answer.json().reservationId;
  };
  return { ...shop, dropId, join };
}

const waitingIs = ({ shop, dropId }: Drop, waiting: number): Promise<void> =>
  until(async () => shop.lines.line(dropId)?.waiting === waiting, 2_000);

test('a place as its owner sees it; to everybody else it does not exist', async (t) => {
  const drop = await openDrop(t, 1, 60, 'line');
  const { app, people, dropId } = drop;
  await drop.join(people.stranger);
  const ticketId = await drop.join(people.buyer);
  await waitingIs(drop, 2);
  const answer = await app.inject({ url: `/line/${ticketId}/`, headers: people.buyer.bearer });
  assert.equal(answer.headers['cache-control'], 'no-store');
  const { opensAt, serverTime, ...rest } = answer.json();
  assert.ok(Date.parse(opensAt) > Date.parse(serverTime));
  assert.deepEqual(rest, {
    ticketId,
    productId: String(dropId),
    state: 'waiting',
    position: 2,
    waiting: 2,
    paused: false,
    units: { total: 1, available: 1, held: 0, sold: 0 },
    estimate:
      'There is one unit and you are number 2: you get one only if enough of those before you leave or do not pay.',
    reservation: null,
  });
  for (const accept of ['application/json', 'text/html', 'text/event-stream']) {
    for (const person of [people.stranger, people.seller, people.operator]) {
      const headers = { ...person.bearer, accept };
      assert.equal((await app.inject({ url: `/line/${ticketId}`, headers })).statusCode, 404, accept);
      assert.equal((await app.inject({ method: 'DELETE', url: `/line/${ticketId}`, headers })).statusCode, 404);
      const form = await app.inject({ method: 'POST', url: `/line/${ticketId}/leave`, headers });
      assert.equal(form.statusCode, 404);
    }
  }
  assert.equal((await app.inject({ url: `/line/${ticketId}` })).statusCode, 401);
});

test('the page: a countdown, a place, and a reload for those without scripts', async (t) => {
  const drop = await openDrop(t, 1, 60, 'lottery');
  const { app, people } = drop;
  const ticketId = await drop.join(people.buyer);
  const headers = people.buyer.browser;
  const page = await app.inject({ url: `/line/${ticketId}`, headers });
  assert.equal(page.headers.refresh, undefined);
  assert.match(page.body, /You are in the draw/);
  assert.match(page.body, /data-countdown="/);
  assert.match(page.body, /\/assets\/line-/);
  assert.ok(page.body.includes(`<noscript><meta http-equiv="refresh" content="0; url=/line/${ticketId}?refresh=on">`));
  const plain = await app.inject({ url: `/line/${ticketId}?refresh=on`, headers });
  assert.equal(plain.headers.refresh, '10');
  assert.doesNotMatch(plain.body, /\/assets\/line-|http-equiv="refresh"/);

  const left = await app.inject({ method: 'POST', url: `/line/${ticketId}/leave`, headers });
  assert.deepEqual([left.statusCode, left.headers.location], [303, `/line/${ticketId}`]);
  const gone = await app.inject({ url: `/line/${ticketId}?refresh=on`, headers });
  assert.match(gone.body, /You have left the line/);
  assert.equal(gone.headers.refresh, undefined);
  // At once, although this node answered from memory a moment ago that they wait.
  assert.notEqual(await drop.join(people.buyer), ticketId);
});

test('near the front the page looks sooner; on a grant it leads to the payment', async (t) => {
  const drop = await openDrop(t, 1, -1, 'line');
  const { app, people } = drop;
  const holderId = await drop.join(people.stranger);
  const ticketId = await drop.join(people.buyer);
  const headers = people.buyer.browser;
  await waitingIs(drop, 1);
  assert.equal((await app.inject({ url: `/line/${ticketId}?refresh=on`, headers })).headers.refresh, '3');
  await app.inject({ method: 'DELETE', url: `/reservation/${holderId}`, headers: people.stranger.bearer });
  const page = await app.inject({ url: `/line/${ticketId}?refresh=on`, headers });
  assert.match(page.body, /It is your turn/);
  assert.match(page.body, /held for you until <time [^>]+>\d\d:\d\d UTC<\/time><noscript> \(\d+:\d\d minutes from/);
  assert.ok(page.body.includes(`href="/pay/${ticketId}"`));
  const json = (await app.inject({ url: `/line/${ticketId}`, headers: people.buyer.bearer })).json();
  assert.equal(json.state, 'granted');
  assert.equal(json.reservation.paymentPage, `/pay/${ticketId}`);
  const late = await app.inject({ method: 'DELETE', url: `/line/${ticketId}`, headers: people.buyer.bearer });
  assert.deepEqual([late.statusCode, late.json().state], [409, 'granted']);
  const form = await app.inject({ method: 'POST', url: `/line/${ticketId}/leave`, headers });
  assert.equal(form.statusCode, 303, 'the page says what became of it');
});

test('live: the place as it moves, the grant, and the end; the place outlives the stream', async (t) => {
  const drop = await openDrop(t, 1, -1, 'line');
  const { app, shop, people } = drop;
  const { buyer, stranger, seller } = people;
  const holderId = await drop.join(stranger);
  const [second, third] = [await drop.join(buyer), await drop.join(seller)];
  await waitingIs(drop, 2);
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const open = async (ticketId: string, person: Person): Promise<AsyncGenerator<Event>> => {
    const headers = { ...person.bearer, accept: 'text/event-stream' };
    const stream = await fetch(`${origin}/line/${ticketId}`, { headers });
    assert.equal(stream.status, 200);
    return eventsOf(stream);
  };
  const [toSecond, toThird] = [await open(second, buyer), await open(third, seller)];
  const first = await next(toThird);
  assert.deepEqual([first.name, first.data.state, first.data.position, first.data.units.held], ['', 'waiting', 2, 1]);
  assert.equal((await next(toSecond)).data.position, 1);

  await app.inject({ method: 'DELETE', url: `/reservation/${holderId}`, headers: stranger.bearer });
  const granted = await next(toSecond);
  assert.equal(granted.name, 'granted');
  assert.deepEqual(Object.keys(granted.data), ['reservationId', 'expiresAt', 'paymentPage']);
  assert.deepEqual([granted.data.reservationId, granted.data.paymentPage], [second, `/pay/${second}`]);
  assert.equal((await toSecond.next()).done, true);
  for (;;) if ((await next(toThird)).data.position === 1) break;
  await toThird.return(undefined);

  // The tab was closed. Meanwhile the last unit is paid for.
  const body = { productId: String(drop.dropId), paymentDetails: { token: 'tok_visa', shippingAddress: ADDRESS } };
  const pay = { method: 'POST', url: '/product/payment', headers: buyer.bearer, payload: body } as const;
  const backThird = await open(third, seller);
  assert.equal((await next(backThird)).data.position, 1);
  const paid = await app.inject(pay);
  assert.equal(paid.statusCode, 201);
  for (;;) {
    const event = await next(backThird);
    if (event.name === '') continue;
    assert.deepEqual([event.name, event.data.reason], ['closed', 'sold-out']);
    break;
  }
  assert.equal((await backThird.next()).done, true);
  const closed = (await app.inject({ url: `/line/${third}`, headers: seller.bearer })).json();
  assert.deepEqual([closed.state, closed.position], ['closed', 1]);
  const bought = await open(second, buyer);
  const end = await next(bought);
  assert.deepEqual([end.name, end.data.reason], ['closed', 'bought']);

  // When the order is cancelled, the place in the line still counts.
  const cancel = { method: 'POST', url: `/orders/${paid.json().order.orderId}/cancel`, headers: buyer.bearer } as const;
  assert.equal((await app.inject(cancel)).statusCode, 200);
  await moveLines(shop.db, null);
  assert.equal((await next(await open(third, seller))).name, 'granted');
});

test('a product that is taken out of the shop keeps its line, and gives out nothing until it is back', async (t) => {
  const drop = await openDrop(t, 1, -1, 'line');
  const { app, shop, people, dropId } = drop;
  await drop.join(people.stranger);
  const ticketId = await drop.join(people.buyer);
  const setStatus = (status: string) =>
    app.inject({
      method: 'PATCH',
      url: `/seller/products/${dropId}`,
      headers: people.seller.bearer,
      payload: { status },
    });
  const line = async () => (await app.inject({ url: `/line/${ticketId}`, headers: people.buyer.bearer })).json();
  assert.equal((await setStatus('hidden')).statusCode, 200);
  const stock = { method: 'POST', url: `/seller/products/${dropId}/stock`, headers: people.seller.bearer } as const;
  await app.inject({ ...stock, payload: { change: 1 } });
  assert.equal(await moveLines(shop.db, null), 0);
  await until(async () => /off sale for now/.test((await line()).estimate), 2_000);
  assert.equal((await setStatus('active')).statusCode, 200);
  assert.equal(await moveLines(shop.db, null), 1);
  assert.equal((await line()).state, 'granted');
});

test('one ticket has so many streams, and leaving in one window ends them all', async (t) => {
  const drop = await openDrop(t, 0, -1, 'line');
  const { app, people } = drop;
  const ticketId = await drop.join(people.buyer);
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const headers = { ...people.buyer.bearer, accept: 'text/event-stream' };
  const windows = await Promise.all(Array.from({ length: 6 }, () => fetch(`${origin}/line/${ticketId}`, { headers })));
  assert.equal((await fetch(`${origin}/line/${ticketId}`, { headers })).status, 429);
  const left = await app.inject({ method: 'DELETE', url: `/line/${ticketId}`, headers: people.buyer.bearer });
  assert.equal(left.statusCode, 204);
  for (const text of await Promise.all(windows.map((window) => window.text())))
    assert.match(text, /event: closed\ndata: \{"reason":"left"/);
});

test('what is said of the chances is what the counts say', () => {
  const line = {
    available: 0,
    held: 12,
    sold: 37,
    expired: 3,
    waiting: 500,
    isPaused: false,
    isWithdrawn: false,
    opensAt: new Date(0),
  };
  const said = (counts: Partial<typeof line>, position: number | null): string =>
    lineEstimate({ ...line, ...counts }, position, 1_000);
  assert.equal(
    said({}, 1),
    '12 units are being paid for right now. 3 of the 40 before them were not paid in time: about 1 may come back, which would reach you. It is not certain.',
  );
  assert.match(said({}, 2), /about 1 may come back, which would not reach number 2\.$/);
  assert.match(said({ held: 3 }, 1), /probably none of them comes back/);
  assert.match(said({ sold: 2, expired: 0 }, 1), /Too few were paid for so far/);
  assert.match(said({ isPaused: true }, 1), /paused.*keeps its order/);
  assert.match(said({ isWithdrawn: true, held: 0 }, 1), /off sale for now/);
  const before = { opensAt: new Date(5_000), available: 100 };
  assert.match(said(before, 100), /100 units and you are number 100: as things stand, one is left/);
  assert.match(said(before, 101), /only if enough of those before you/);
  assert.match(said(before, null), /100 units for 500 in the draw/);
});

const ADDRESS = { name: 'Ada', line1: '1 Way', city: 'London', postalCode: 'N1 9GU', country: 'GB' };

// biome-ignore lint/suspicious/noExplicitAny: events as a browser reads them
type Event = { name: string; data: any };

async function* eventsOf(answer: Response): AsyncGenerator<Event> {
  let text = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data) yield { name: /^event: (.*)$/m.exec(block)?.[1] ?? '', data: JSON.parse(data) };
    }
  }
}

async function next(events: AsyncGenerator<Event>): Promise<Event> {
  const { value, done } = await events.next();
  if (done) assert.fail('the stream is over');
  return value;
}
