import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../lib/db.ts';
import { callApi, getCharge, openTestSandbox, postCharge, postRefund, until } from './test-sandbox.ts';

test('a token decides what becomes of a charge', async (t) => {
  const sandbox = await openTestSandbox(t);
  const charged = [
    { token: 'tok_visa', method: { brand: 'visa', last4: '4242' } },
    { token: 'tok_mastercard', method: { brand: 'mastercard', last4: '4444' } },
    { token: 'tok_duplicate_webhook', method: { brand: 'visa', last4: '4242' } },
  ];
  for (const { token, method } of charged) {
    const { status, body } = await postCharge(sandbox, token, { token });
    const { id, captured_at, ...rest } = body;
    assert.match(String(id), /^ch_[0-9a-f]{30}$/);
    assert.ok(Math.abs(Date.parse(String(captured_at)) - Date.now()) < 10_000);
    assert.deepEqual(
      { status, ...rest },
      {
        status: 200,
        idempotency_key: token,
        state: 'succeeded',
        amount: 2999,
        currency: 'USD',
        refunded: 0,
        decline_code: null,
        action_url: null,
        method,
      },
    );
  }
  const declined = [
    { token: 'tok_declined', code: 'card_declined' },
    { token: 'tok_insufficient_funds', code: 'insufficient_funds' },
    { token: 'tok_expired_card', code: 'expired_card' },
    { token: 'tok_nobody_knows', code: 'invalid_token' },
    { token: 'NUL \0 and a lone \ud800', code: 'invalid_token' },
    { token: 'constructor', code: 'invalid_token' },
  ];
  for (const { token, code } of declined) {
    const { status, body } = await postCharge(sandbox, `declined-${code}-${token.length}`, { token });
    assert.deepEqual([status, body.state, body.decline_code, body.captured_at], [200, 'declined', code, null]);
  }
  const action = await postCharge(sandbox, 'tok_3ds', { token: 'tok_3ds' });
  assert.equal(action.body.state, 'requires_action');
  assert.equal(action.body.action_url, `${sandbox.origin}/action/${action.body.id}`);
});

test('tok_error answers 500 and charges nothing', async (t) => {
  const sandbox = await openTestSandbox(t);
  const answer = await postCharge(sandbox, 'broken', { token: 'tok_error' });
  assert.equal(answer.status, 500);
  assert.equal((await getCharge(sandbox, 'broken')).status, 404);
  assert.deepEqual((await callApi(sandbox, '/v1/balance')).body, { balances: [] });
});

test('tok_slow is processing for five seconds, and all who ask with its key hear the one end', async (t) => {
  const sandbox = await openTestSandbox(t);
  const startedAt = Date.now();
  const answers = Promise.all([1, 2, 3].map(() => postCharge(sandbox, 'slow', { token: 'tok_slow' })));
  await until(async () => (await getCharge(sandbox, 'slow')).status === 200, 2_000);
  assert.equal((await getCharge(sandbox, 'slow')).body.state, 'processing');
  const ids = new Set((await answers).map(({ body }) => `${body.id} ${body.state}`));
  assert.ok(Date.now() - startedAt >= 4_900);
  assert.equal(ids.size, 1);
  assert.match([...ids][0] ?? '', /succeeded$/);
});

test('tok_timeout charges and never answers; its key finds the charge', async (t) => {
  const sandbox = await openTestSandbox(t);
  const silent = postCharge(sandbox, 'silent', { token: 'tok_timeout' }).then(
    () => 'answered',
    () => 'cut off',
  );
  await until(async () => (await getCharge(sandbox, 'silent')).status === 200, 2_000);
  assert.equal((await getCharge(sandbox, 'silent')).body.state, 'succeeded');
  assert.equal((await postCharge(sandbox, 'silent', { token: 'tok_timeout' })).body.state, 'succeeded');
  await sandbox.close();
  assert.equal(await silent, 'cut off');
});

test('fifty requests at once with one key make one charge', async (t) => {
  const sandbox = await openTestSandbox(t);
  const other = await sandbox.restart(); // a second process on the same tables
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) => postCharge(n % 2 === 0 ? sandbox : other, 'fifty')),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  assert.deepEqual((await callApi(sandbox, '/v1/balance')).body, {
    balances: [{ currency: 'USD', captured: 2999, charges: 1, refunded: 0, refunds: 0 }],
  });
});

test('a key belongs to one request', async (t) => {
  const sandbox = await openTestSandbox(t);
  await postCharge(sandbox, 'mine');
  const changes = [{ amount: 3000 }, { currency: 'EUR' }, { token: 'tok_mastercard' }, { description: 'Another' }];
  for (const change of changes) {
    const { status, body } = await postCharge(sandbox, 'mine', change);
    assert.deepEqual([status, (body.error as { code: string }).code], [422, 'idempotency_key_reused']);
  }
});

test('what is malformed is refused by field and charges nothing', async (t) => {
  const sandbox = await openTestSandbox(t);
  const wrong: [string, object][] = [
    ['amount', { amount: -1 }],
    ['amount', { amount: 1.5 }],
    ['amount', { amount: '2999' }],
    ['amount', { amount: 1e15 }],
    ['currency', { currency: 'usd' }],
    ['currency', { currency: 'XQQ' }],
    ['token', { token: '' }],
    ['token', { token: undefined }],
    ['description', { description: 'NUL \0' }],
    ['description', { description: 'lone \ud800' }],
    ['description', { description: 'long'.repeat(200) }],
    ['return_url', { return_url: 'https://evil.test/pay' }],
    ['return_url', { return_url: 'http://shop.test:3000@evil.test/' }],
    ['return_url', { return_url: 'javascript:alert(1)' }],
    ['extra', { extra: 1 }],
  ];
  for (const [param, change] of wrong) {
    const { status, body } = await postCharge(sandbox, 'wrong', change);
    assert.deepEqual([status, (body.error as { param: string }).param], [422, param], JSON.stringify(change));
  }
  const noKey = await callApi(sandbox, '/v1/charges', { method: 'POST', body: '{}' });
  assert.equal(noKey.status, 422);
  assert.equal((await callApi(sandbox, '/v1/charges', { method: 'POST', body: '{' })).status, 422);
  for (const authorization of ['', 'Bearer', 'Bearer sk_test_sandboxx', 'Bearer sk_test_sandbo'])
    assert.equal((await callApi(sandbox, '/v1/balance', { headers: { authorization } })).status, 401);
  assert.deepEqual((await callApi(sandbox, '/v1/balance')).body, { balances: [] });
});

test('refunds go out once a key, and never exceed the charge', async (t) => {
  const sandbox = await openTestSandbox(t);
  await postCharge(sandbox, 'paid');
  await postCharge(sandbox, 'refused', { token: 'tok_declined' });
  const part = { charge_key: 'paid', amount: 1000 };
  const same = await Promise.all(Array.from({ length: 20 }, () => postRefund(sandbox, 'part', part)));
  assert.deepEqual(new Set(same.map(({ status }) => status)), new Set([200]));
  assert.equal(new Set(same.map(({ body }) => body.id)).size, 1);

  const codeOf = async (key: string, body: object) => {
    const answer = await postRefund(sandbox, key, body);
    return [answer.status, (answer.body.error as { code: string } | undefined)?.code];
  };
  assert.deepEqual(await codeOf('part', { charge_key: 'paid', amount: 999 }), [422, 'idempotency_key_reused']);
  assert.deepEqual(await codeOf('more', { charge_key: 'paid', amount: 2000 }), [422, 'invalid_request']);
  assert.deepEqual(await codeOf('none', { charge_key: 'paid', amount: 0 }), [422, 'invalid_request']);
  assert.deepEqual(await codeOf('euro', { charge_key: 'paid', amount: 5, currency: 'EUR' }), [422, 'invalid_request']);
  assert.deepEqual(await codeOf('lost', { charge_key: 'nobody', amount: 5 }), [404, 'no_such_charge']);
  assert.deepEqual(await codeOf('open', { charge_key: 'refused', amount: 5 }), [409, 'charge_not_captured']);

  // Ten different refunds of 200 race for the 1,999 that are left: nine fit.
  const race = await Promise.all(
    Array.from({ length: 10 }, (_, n) => postRefund(sandbox, `race-${n}`, { charge_key: 'paid', amount: 200 })),
  );
  assert.equal(race.filter(({ status }) => status === 200).length, 9);
  assert.deepEqual((await callApi(sandbox, '/v1/balance')).body, {
    balances: [{ currency: 'USD', captured: 2999, charges: 1, refunded: 2800, refunds: 10 }],
  });
  assert.equal((await getCharge(sandbox, 'paid')).body.refunded, 2800);
});

test('the books are read page by page, each charge once', async (t) => {
  const sandbox = await openTestSandbox(t);
  const keys = Array.from({ length: 25 }, (_, n) => `listed-${n}`);
  await Promise.all(keys.map((key) => postCharge(sandbox, key)));
  const seen: string[] = [];
  for (let path: string | undefined = '/v1/charges/list?limit=10'; path; ) {
    const { body } = await callApi(sandbox, path);
    seen.push(...(body.items as { idempotency_key: string }[]).map((item) => item.idempotency_key));
    path = body.next === null ? undefined : `/v1/charges/list?limit=10&after=${body.next}`;
  }
  assert.deepEqual(seen.toSorted(), keys.toSorted());
});

test('an open charge is decided in time by whoever is up', async (t) => {
  const sandbox = await openTestSandbox(t);
  await postCharge(sandbox, 'abandoned', { token: 'tok_3ds' });
  const overdue = sql('test_sandbox_overdue', `update sandbox.charge set settle_at = now() where state = $1`);
  await sandbox.db.query(overdue, ['requires_action']);
  await until(async () => (await getCharge(sandbox, 'abandoned')).body.state === 'declined', 3_000);
  assert.equal((await getCharge(sandbox, 'abandoned')).body.decline_code, 'authentication_abandoned');
  await until(() => sandbox.receiver.events('abandoned').length === 1, 3_000);
  assert.equal(sandbox.receiver.events('abandoned')[0]?.type, 'charge.declined');
});
