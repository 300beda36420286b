// The shop's adapter against the provider itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSandboxProvider } from '../modules/payments/index.ts';
import { API_KEY, openTestSandbox, SHOP_ORIGIN, WEBHOOK_SECRET } from './test-sandbox.ts';

const TIMEOUT_MS = 1_000;

test('every test token, as the shop hears of it', async (t) => {
  const sandbox = await openTestSandbox(t);
  const provider = createSandboxProvider({
    baseUrl: sandbox.origin,
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    timeoutMs: TIMEOUT_MS,
  });
  const charge = (token: string, change: object = {}) =>
    provider.charge({
      idempotencyKey: token,
      amountMinor: 2999,
      currency: 'USD',
      token,
      description: 'Wireless charger',
      returnUrl: `${SHOP_ORIGIN}/pay/r-1`,
      ...change,
    });
  const visa = await charge('tok_visa');
  assert.ok(visa.kind === 'succeeded' && visa.brand === 'visa' && visa.last4 === '4242');
  assert.deepEqual(await charge('tok_visa'), visa);
  assert.deepEqual(await provider.findCharge('tok_visa'), visa);
  assert.deepEqual(await charge('tok_visa', { description: 'Worded anew' }), visa);
  await assert.rejects(charge('tok_visa', { amountMinor: 3000 }), /idempotency_key_reused/);
  assert.equal((await charge('tok_mastercard')).kind, 'succeeded');
  assert.equal((await charge('tok_duplicate_webhook')).kind, 'succeeded');
  assert.deepEqual(await charge('tok_declined'), { kind: 'declined', declineCode: 'card_declined' });
  assert.deepEqual(await charge('tok_insufficient_funds'), { kind: 'declined', declineCode: 'insufficient_funds' });
  assert.deepEqual(await charge('tok_expired_card'), { kind: 'declined', declineCode: 'expired_card' });
  assert.equal((await charge('tok_error')).kind, 'unavailable');
  assert.deepEqual(await provider.findCharge('tok_error'), { kind: 'not-found' });
  assert.equal((await charge('tok_timeout')).kind, 'unknown');
  assert.equal((await provider.findCharge('tok_timeout')).kind, 'succeeded');
  assert.equal((await charge('tok_slow')).kind, 'unknown');
  assert.deepEqual(await provider.findCharge('tok_slow'), { kind: 'processing' });
  const action = await charge('tok_3ds');
  assert.ok(action.kind === 'requires-action');
  assert.equal((await fetch(action.actionUrl)).status, 200);
  const card = provider.cardPageUrl({ amountMinor: 2999, currency: 'USD', returnUrl: `${SHOP_ORIGIN}/pay/r-1` });
  assert.equal((await fetch(card)).status, 200);

  const refund = { idempotencyKey: 'refund-1', paymentKey: 'tok_visa', amountMinor: 2999, currency: 'USD' };
  const refunded = await provider.refund(refund);
  assert.equal(refunded.kind, 'refunded');
  assert.deepEqual(await provider.refund(refund), refunded);
  await assert.rejects(provider.refund({ ...refund, idempotencyKey: 'refund-2' }), /at most the 0 that are left/);
});
