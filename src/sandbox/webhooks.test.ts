import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from '../lib/db.ts';
import { createSandboxProvider } from '../modules/payments/index.ts';
import { API_KEY, openTestSandbox, postCharge, postRefund, until, WEBHOOK_SECRET } from './test-sandbox.ts';
import { pauseAfterMs } from './webhooks.ts';

const pending = sql('test_sandbox_pending', 'select count(*) as count from sandbox.webhook where delivered_at is null');

test('every decided charge and refund is told, signed so that the shop can read it', async (t) => {
  const sandbox = await openTestSandbox(t);
  const paid = await postCharge(sandbox, 'paid');
  await postCharge(sandbox, 'refused', { token: 'tok_declined' });
  await postRefund(sandbox, 'back', { charge_key: 'paid', amount: 2999 });
  const { receiver } = sandbox;
  await until(() => receiver.received.length === 3, 3_000);
  const provider = createSandboxProvider({
    baseUrl: sandbox.origin,
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    timeoutMs: 1_000,
  });
  const events = receiver.received.map(({ headers, body }) => provider.readWebhook(headers, body));
  const told = events.map((event) => (event.kind === 'event' ? `${event.type} ${event.paymentId}` : event.kind));
  assert.deepEqual(told.toSorted(), ['charge.declined refused', 'charge.succeeded paid', 'refund.succeeded back']);
  assert.equal(receiver.events('paid')[0]?.id, `evt_${paid.body.id}`);
});

test('tok_duplicate_webhook sends one event three times, the newest copy first', async (t) => {
  const sandbox = await openTestSandbox(t);
  await postCharge(sandbox, 'thrice', { token: 'tok_duplicate_webhook' });
  await until(() => sandbox.receiver.events('thrice').length === 3, 6_000);
  const events = sandbox.receiver.events('thrice');
  assert.equal(new Set(events.map((event) => event.id)).size, 1);
  const times = events.map((event) => event.created);
  assert.deepEqual(times, times.toSorted().toReversed());
  assert.equal(new Set(times).size, 3);
});

test('a receiver that fails twice gets it the third time, after growing pauses, and not again', async (t) => {
  const sandbox = await openTestSandbox(t);
  sandbox.receiver.answerNext(500, 301);
  await postCharge(sandbox, 'stubborn');
  await until(() => sandbox.receiver.events('stubborn').length === 3, 8_000);
  const [first = 0, second = 0, third = 0] = sandbox.receiver.received.map(({ at }) => at);
  assert.ok(second - first >= 500 && third - second >= 1_000, `${second - first} ms, ${third - second} ms`);
  await until(async () => (await sandbox.db.query<{ count: number }>(pending))[0]?.count === 0, 2_000);
  await sleep(1_500);
  assert.equal(sandbox.receiver.events('stubborn').length, 3);
});

test('what was not delivered when the process ends is delivered by the next one', async (t) => {
  const sandbox = await openTestSandbox(t);
  const deaf = await sandbox.restart('http://127.0.0.1:1/nobody-listens');
  await sandbox.close();
  await Promise.all(Array.from({ length: 40 }, (_, n) => postCharge(deaf, `kept-${n}`)));
  await deaf.close();
  assert.deepEqual(await sandbox.db.query(pending), [{ count: 40 }]);
  await sandbox.restart();
  await until(() => sandbox.receiver.received.length >= 40, 10_000);
  const keys = sandbox.receiver.received.map(({ body }) => JSON.parse(body.toString()).idempotency_key as string);
  assert.equal(new Set(keys).size, 40);
});

test('after twelve tries it is over', async (t) => {
  const sandbox = await openTestSandbox(t);
  sandbox.receiver.answerNext(...Array<number>(5).fill(500));
  await postCharge(sandbox, 'hopeless');
  await until(() => sandbox.receiver.received.length === 1, 3_000);
  await sleep(200);
  const lastTry = sql('test_sandbox_last_try', 'update sandbox.webhook set attempts = 11, next_attempt_at = now()');
  await sandbox.db.query(lastTry);
  const state = sql(
    'test_sandbox_state',
    'select attempts, next_attempt_at, delivered_at, last_fault from sandbox.webhook',
  );
  await until(async () => {
    const [row] = await sandbox.db.query<{ next_attempt_at: Date | null }>(state);
    return row?.next_attempt_at === null;
  }, 3_000);
  assert.deepEqual(await sandbox.db.query(state), [
    { attempts: 12, next_attempt_at: null, delivered_at: null, last_fault: 'status 500' },
  ]);
});

test('pauses grow from one second to five minutes, never the same for all', () => {
  assert.deepEqual(
    [1, 2, 3, 8, 9, 10, 12].map((attempts) => pauseAfterMs(attempts, 1)),
    [1_000, 2_000, 4_000, 128_000, 256_000, 300_000, 300_000],
  );
  assert.equal(pauseAfterMs(4, 0), 4_000);
});
