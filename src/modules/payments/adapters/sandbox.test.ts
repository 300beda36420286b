import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createSandboxProvider, readSignedEvent } from './sandbox.ts';

const SECRET = 'whsec_test';
const NOW_MS = Date.parse('2026-11-22T12:00:00Z');
const TIMEOUT_MS = 300;
const CHARGE = {
  idempotencyKey: 'p-1',
  amountMinor: 2999,
  currency: 'USD',
  token: 'tok_visa',
  description: 'Wireless charger',
  returnUrl: 'http://shop.test/pay/r-1',
};
const REFUND = { idempotencyKey: 'r-1', paymentKey: 'p-1', amountMinor: 2999, currency: 'USD' };

async function providerOn(t: TestContext, listener: RequestListener, publicCardPageUrl?: string) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return createSandboxProvider({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: 'sk_test',
    webhookSecret: SECRET,
    ...(publicCardPageUrl === undefined ? {} : { publicCardPageUrl }),
    timeoutMs: TIMEOUT_MS,
  });
}

function answering(status: number, body: unknown): RequestListener {
  return (_request, response) => response.writeHead(status).end(JSON.stringify(body));
}

const failing = (code: string) => ({ error: { code, message: 'no', param: null } });

test('what never reached the provider was not charged', async () => {
  const provider = createSandboxProvider({
    baseUrl: 'http://127.0.0.1:1',
    apiKey: 'sk_test',
    webhookSecret: SECRET,
    timeoutMs: TIMEOUT_MS,
  });
  assert.equal((await provider.charge(CHARGE)).kind, 'unavailable');
  assert.equal((await provider.refund(REFUND)).kind, 'unavailable');
  assert.equal((await provider.findCharge('p-1')).kind, 'unknown', 'not being able to ask proves nothing');
});

test('no answer, half an answer and a cut connection are unknown', async (t) => {
  const listeners: Record<string, RequestListener> = {
    silent: () => {},
    'half an answer': (_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"state":"succeeded"');
      setTimeout(() => response.destroy(), 50);
    },
    cut: (request) => request.socket.destroy(),
    'no JSON': (_request, response) => response.end('<html>'),
    'no object': answering(200, ['succeeded']),
    'an unknown state': answering(200, { id: 'ch_1', state: 'levitating' }),
    'a success without its date': answering(200, { id: 'ch_1', state: 'succeeded', method: { brand: 'visa' } }),
  };
  for (const [name, listener] of Object.entries(listeners)) {
    const provider = await providerOn(t, listener);
    const startedAt = performance.now();
    assert.equal((await provider.charge(CHARGE)).kind, 'unknown', name);
    assert.equal((await provider.findCharge('p-1')).kind, 'unknown', name);
    assert.ok(performance.now() - startedAt < 4 * TIMEOUT_MS, `${name} took too long`);
  }
});

test('after an error the books decide', async (t) => {
  const success = {
    id: 'ch_1',
    state: 'succeeded',
    method: { brand: 'visa', last4: '4242' },
    captured_at: '2026-11-22T12:00:00.000Z',
  };
  const provider = (found: RequestListener) =>
    providerOn(t, (request, response) =>
      request.method === 'POST'
        ? answering(500, failing('provider_error'))(request, response)
        : found(request, response),
    );
  const notCharged = await provider(answering(404, failing('no_such_charge')));
  assert.deepEqual(await notCharged.charge(CHARGE), { kind: 'unavailable', reason: '500 provider_error no' });
  assert.deepEqual(await notCharged.findCharge('p-1'), { kind: 'not-found' });
  const charged = await provider(answering(200, success));
  assert.deepEqual(await charged.charge(CHARGE), {
    kind: 'succeeded',
    chargeId: 'ch_1',
    brand: 'visa',
    last4: '4242',
    capturedAt: new Date('2026-11-22T12:00:00Z'),
  });
  const speechless = await provider(answering(500, failing('provider_error')));
  assert.equal((await speechless.charge(CHARGE)).kind, 'unknown');
  const unsure = await providerOn(t, answering(503, failing('outcome_unknown')));
  assert.equal((await unsure.charge(CHARGE)).kind, 'unknown');
  assert.equal((await unsure.refund(REFUND)).kind, 'unknown');
  const busy = await providerOn(t, answering(429, failing('too_many_requests')));
  assert.equal((await busy.charge(CHARGE)).kind, 'unavailable');
});

test('what we do wrong is a fault', async (t) => {
  for (const status of [400, 401, 404, 422]) {
    const provider = await providerOn(t, answering(status, failing('invalid_request')));
    await assert.rejects(provider.charge(CHARGE), /refused a charge: \d+ invalid_request/);
    await assert.rejects(provider.refund(REFUND), /refused a refund/);
    await assert.rejects(provider.findCharge('p-1'), /refused to look up/);
  }
});

const NO_SUCH_TOKEN = answering(404, failing('no_such_token'));

test('a card that the provider keeps, and one that it does not', async (t) => {
  const card = { brand: 'visa', last4: '4242', fingerprint: 'fp_1' };
  const keeping = await providerOn(t, answering(200, { token: 'card_1', ...card }));
  assert.deepEqual(await keeping.findSavedCard('card_1'), { kind: 'found', ...card });
  const keepsNone = await providerOn(t, NO_SUCH_TOKEN);
  assert.deepEqual(await keepsNone.findSavedCard('card_1'), { kind: 'not-found' });
  assert.deepEqual(await keepsNone.forgetSavedCard('card_1'), { kind: 'forgotten' });
  const busy = await providerOn(t, answering(429, failing('too_many_requests')));
  assert.equal((await busy.findSavedCard('card_1')).kind, 'unknown');
  assert.equal((await busy.forgetSavedCard('card_1')).kind, 'unknown');
});

test('a provider of another version, or one that refuses us, is our fault and not the card’s', async (t) => {
  const older = await providerOn(t, answering(200, { token: 'card_1', brand: 'visa', last4: '4242' }));
  await assert.rejects(older.findSavedCard('card_1'), /answered without the card's fingerprint: .*update it/);
  for (const status of [401, 404, 422]) {
    const refusing = await providerOn(t, answering(status, failing('not_found')));
    await assert.rejects(refusing.findSavedCard('card_1'), /refused to look up a card: \d+ not_found/);
    await assert.rejects(refusing.forgetSavedCard('card_1'), /refused to forget a card/);
  }
});

test('pages are named at the address where browsers reach them', async (t) => {
  const action = { id: 'ch_1', state: 'requires_action', action_url: 'http://127.0.0.1:4000/action/ch_1' };
  const provider = await providerOn(t, answering(200, action), 'https://pay.test/card');
  assert.deepEqual(await provider.charge(CHARGE), {
    kind: 'requires-action',
    chargeId: 'ch_1',
    actionUrl: 'https://pay.test/action/ch_1',
  });
  assert.equal(
    provider.cardPageUrl({ amountMinor: 2999, currency: 'USD', returnUrl: 'http://shop.test/pay/r-1?a=b&c=d' }),
    'https://pay.test/card?amount=2999&currency=USD&return_url=http%3A%2F%2Fshop.test%2Fpay%2Fr-1%3Fa%3Db%26c%3Dd',
  );
});

function signed(body: Buffer, seconds = NOW_MS / 1000): string {
  return `t=${seconds},v1=${createHmac('sha256', SECRET).update(`${seconds}.`).update(body).digest('hex')}`;
}

test('a webhook counts only as it was signed, and only for five minutes', () => {
  const body = Buffer.from('{"id":"evt_1","type":"charge.succeeded","idempotency_key":"p-1","created":"…"}');
  const read = (header: string | string[] | undefined, bytes = body) => readSignedEvent(header, bytes, SECRET, NOW_MS);
  assert.deepEqual(read(signed(body)), {
    kind: 'event',
    eventId: 'evt_1',
    type: 'charge.succeeded',
    paymentId: 'p-1',
  });
  assert.equal(read(signed(body, NOW_MS / 1000 - 299)).kind, 'event');
  const bad = { kind: 'bad-signature' };
  assert.deepEqual(read(signed(body, NOW_MS / 1000 - 301)), bad);
  assert.deepEqual(read(signed(body, NOW_MS / 1000 + 301)), bad);
  assert.deepEqual(read(signed(body), Buffer.from(body.toString().replace('p-1', 'p-2'))), bad);
  assert.deepEqual(read(signed(body), Buffer.concat([body, Buffer.from(' ')])), bad);
  assert.deepEqual(read(signed(body).replace(/t=\d/, 't=2')), bad);
  assert.deepEqual(read(signed(body).replace(/.$/, (last) => (last === '0' ? '1' : '0'))), bad);
  for (const header of [undefined, '', 't=,v1=', 'v1=00', [signed(body)], `${signed(body)},v1=00`, 't=1,v1=zz'])
    assert.deepEqual(read(header), bad);
});

test('a signed body that is no event is malformed', () => {
  for (const text of ['', '{', 'null', '[]', '{}', '{"id":1,"type":"a","idempotency_key":"b"}', '"\\ud800"']) {
    const body = Buffer.from(text);
    assert.deepEqual(readSignedEvent(signed(body), body, SECRET, NOW_MS), { kind: 'malformed' }, text);
  }
});
