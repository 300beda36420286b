import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { LightMyRequestResponse } from 'fastify';
import { openTestShop, type Person, type TestShop } from '../../checks/test-shop.ts';
import { type AskedVerification, mailVerificationPath, relayAskedVerifications } from '../../modules/accounts/index.ts';
import { type EntryCondition, setEntryCondition } from '../../modules/inventory/index.ts';
import { listMail, sendVerification } from '../../modules/notices/index.ts';
import { until } from '../../sandbox/test-sandbox.ts';

const WATCH_TIMEOUT_MS = 3_000;

type Drop = TestShop & { buy: (who: Person, proof?: string, browser?: boolean) => Promise<LightMyRequestResponse> };

/** The shop's product is a drop with a line, which has opened if nothing else is said. */
async function openDrop(t: TestContext, condition: EntryCondition, opensInMs = -1_000): Promise<Drop> {
  const opened = await openTestShop(t);
  const { app, shop, people, productId } = opened;
  const announced = await app.inject({
    method: 'PUT',
    url: `/seller/products/${productId}/drop`,
    headers: people.seller.bearer,
    payload: {
      opensAt: new Date(Date.now() + opensInMs).toISOString(),
      mode: 'line',
      perCustomerLimit: 1,
      holdSeconds: 60,
    },
  });
  assert.equal(announced.statusCode, 200, announced.body);
  assert.ok(await setEntryCondition(shop.db, productId, condition));
  await until(async () => shop.lines.line(productId)?.entryCondition === condition, WATCH_TIMEOUT_MS);
  const buy: Drop['buy'] = (who, proof, browser = false) =>
    app.inject({
      method: 'POST',
      url: '/product/purchase',
      headers: browser ? who.browser : who.bearer,
      payload: { productId: String(productId), ...(proof === undefined ? {} : { proof }) },
    });
  return { ...opened, buy };
}

async function solve(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey });
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
}

test('without a condition the contract holds as it is: nothing but the product', async (t) => {
  const { buy, app, people, productId } = await openDrop(t, 'none');
  const answer = await buy(people.buyer);
  assert.equal(answer.statusCode, 303);
  assert.match(String(answer.headers.location), /^\/(pay|line)\//);
  const asked = await app.inject({ url: `/product/${productId}/proof`, headers: people.buyer.bearer });
  assert.deepEqual(asked.json(), { entryCondition: 'none', challenge: null });
  const page = await app.inject({ url: `/product/${productId}/wait`, headers: people.buyer.browser });
  assert.deepEqual([page.statusCode, page.headers.location], [303, `/product/${productId}`]);
});

test('a puzzle: asked for, solved, good once and only for who got it', async (t) => {
  const { buy, app, shop, people, productId } = await openDrop(t, 'proof-of-work');
  const refused = await buy(people.buyer);
  assert.equal(refused.statusCode, 403);
  const { type, challenge } = refused.json<{ type: string; challenge: Challenge }>();
  assert.equal(type, '/problems/proof-required');
  const proof = await solve(challenge);
  assert.equal((await buy(people.stranger, proof)).statusCode, 403);
  const bought = await buy(people.buyer, proof);
  assert.equal(bought.statusCode, 303, bought.body);
  assert.equal((await buy(people.buyer, proof)).statusCode, 403);

  const asked = await app.inject({ url: `/product/${productId}/proof`, headers: people.buyer.bearer });
  const fresh = asked.json<{ entryCondition: string; challenge: Challenge }>();
  assert.equal(fresh.entryCondition, 'proof-of-work');
  const again = await buy(people.buyer, await solve(fresh.challenge));
  assert.deepEqual([again.statusCode, again.headers.location], [303, bought.headers.location]);
  assert.equal((await app.inject({ url: `/product/${productId}/proof` })).statusCode, 401);
  const nothing = await app.inject({ url: '/product/987654321/proof', headers: people.buyer.bearer });
  assert.equal(nothing.statusCode, 404);
  assert.deepEqual(shop.answers.of(productId), { yes: 2, no: 0, shed: 0, turnedAway: 3 });
});

test('who presses twice is told the same place, and is not sent back to the puzzle', async (t) => {
  const { buy, shop, people, productId } = await openDrop(t, 'proof-of-work', 60_000);
  const { challenge } = (await buy(people.buyer)).json<{ challenge: Challenge }>();
  const proof = await solve(challenge);
  const first = await buy(people.buyer, proof, true);
  assert.match(String(first.headers.location), /^\/line\//);
  assert.equal((await buy(people.buyer, proof, true)).headers.location, first.headers.location);
  assert.equal((await buy(people.buyer)).headers.location, first.headers.location);
  assert.equal((await buy(people.stranger)).statusCode, 403);
  shop.reservations.forget(productId, people.buyer.user.userId);
  assert.equal((await buy(people.buyer)).statusCode, 403, 'a second later it is a puzzle again');
});

test('a browser without scripts is sent to a page, waits there, and goes on with its form', async (t) => {
  const { buy, app, shop, people, productId } = await openDrop(t, 'proof-of-work');
  const sent = await buy(people.buyer, undefined, true);
  assert.deepEqual([sent.statusCode, sent.headers.location], [303, `/product/${productId}/wait`]);
  const page = await app.inject({ url: `/product/${productId}/wait`, headers: people.buyer.browser });
  assert.equal(page.statusCode, 200);
  assert.match(String(page.headers.refresh), new RegExp(`^(10|9); url=/product/${productId}/wait\\?token=wait\\.`));
  const token = /name="proof" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  // Too early: back to the page, and the wait goes on where it was.
  const early = await buy(people.buyer, token, true);
  assert.deepEqual([early.statusCode, early.headers.location], [303, `/product/${productId}/wait?token=${token}`]);
  const later = await app.inject({ url: String(early.headers.location), headers: people.buyer.browser });
  assert.match(later.body, new RegExp(`value="${token}"`));
  const forged = token.replace(/\.10\./, '.0.');
  assert.equal((await buy(people.buyer, forged)).statusCode, 403);
  assert.match(String((await buy(people.buyer, token)).headers['retry-after']), /^(10|[4-9])$/);

  const over = shop.proofs.waitToken({ productId, userId: people.buyer.user.userId, ip: '127.0.0.1' });
  assert.ok(over.waitSeconds >= 10);
  assert.deepEqual(shop.answers.of(productId).yes, 0);
});

test('a verified mail address: the link is mailed, opened, and then the drop is open to its owner', async (t) => {
  const { buy, app, shop, people, productId } = await openDrop(t, 'verified-mail');
  const { buyer, stranger } = people;
  assert.equal((await buy(buyer)).json().type, '/problems/mail-not-verified');
  const sent = await buy(buyer, undefined, true);
  assert.equal(sent.headers.location, `/product/${productId}/wait`);
  const page = await app.inject({ url: String(sent.headers.location), headers: buyer.browser });
  assert.match(page.body, /action="\/me\/verify-mail"/);

  const ask = () => app.inject({ method: 'POST', url: '/me/verify-mail', headers: buyer.bearer });
  assert.deepEqual([(await ask()).statusCode, (await ask()).json()], [202, { verified: false }]);
  const deps = { db: shop.db, mailer: null, linkKey: shop.linkKey, publicOrigin: 'http://shop.test' };
  // As the worker does it; asked for twice, mailed once.
  const relay = () =>
    relayAskedVerifications(shop.db, async (asked: AskedVerification[]) => {
      for (const one of asked) await sendVerification(deps, { ...one, askedAt: one.askedAt.toISOString() });
    });
  assert.equal(await relay(), 1);
  await ask();
  assert.equal(await relay(), 1);
  assert.equal(await relay(), 0);
  const mails = await listMail(shop.db, 10);
  assert.deepEqual(
    mails.map(({ recipient, subject }) => ({ recipient, subject })),
    [{ recipient: buyer.user.email, subject: 'Verify your e-mail address' }],
  );
  const link = new URL(/http:\S+/.exec(mails[0]?.textBody ?? '')?.[0] ?? '');

  const open = (path: string) => app.inject({ url: path });
  for (const wrong of [
    link.pathname + link.search.replace(/user=\d+/, `user=${stranger.user.userId}`),
    link.pathname + link.search.replace(/until=1/, 'until=2'),
    mailVerificationPath(shop.linkKey, { userId: buyer.user.userId, askedAt: new Date(Date.now() - 25 * 3_600_000) }),
    `${link.pathname}?user=x&until=1&link=y`,
    `${link.pathname}?user=1`,
  ])
    assert.equal((await open(wrong)).statusCode, 422, wrong);
  assert.equal((await buy(buyer)).statusCode, 403);
  assert.deepEqual((await open(link.pathname + link.search)).json(), { verified: true });
  assert.equal((await buy(buyer)).statusCode, 303);
  assert.equal((await buy(stranger)).statusCode, 403);
  assert.deepEqual((await ask()).json(), { verified: true });
  assert.equal(await relay(), 0);
});
