import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../lib/db.ts';
import { getCharge, openTestSandbox, postCharge, SHOP_ORIGIN, type TestSandbox } from './test-sandbox.ts';

const RETURN_URL = `${SHOP_ORIGIN}/pay/r-1?from=card`;
const GOOD_CARD = { number: '4242 4242 4242 4242', expiry: '12/40', code: '123' };

function cardUrl(sandbox: TestSandbox, change: Record<string, string> = {}): string {
  const query = new URLSearchParams({ amount: '2999', currency: 'USD', return_url: RETURN_URL, ...change });
  return `${sandbox.origin}/card?${query}`;
}

function postForm(url: string, fields: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

async function tokenFor(sandbox: TestSandbox, fields: Record<string, string>): Promise<string> {
  const response = await postForm(cardUrl(sandbox), fields);
  assert.equal(response.status, 303);
  const back = new URL(response.headers.get('location') ?? '');
  assert.equal(back.origin + back.pathname, `${SHOP_ORIGIN}/pay/r-1`);
  assert.equal(back.searchParams.get('from'), 'card');
  return back.searchParams.get('payment_token') ?? '';
}

test('a typed card leaves as a token that pays once, and its number stays nowhere', async (t) => {
  const sandbox = await openTestSandbox(t);
  const page = await fetch(cardUrl(sandbox));
  const markup = await page.text();
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(
    page.headers.get('content-security-policy') ?? '',
    /default-src 'none'.*form-action 'self' http:\/\/shop/,
  );
  assert.equal(page.headers.get('cache-control'), 'no-store');
  assert.match(markup, /\$29\.99/);
  for (const autocomplete of ['cc-number', 'cc-exp', 'cc-csc']) assert.ok(markup.includes(`"${autocomplete}"`));
  assert.equal((await fetch(`${sandbox.origin}/pages.css`)).headers.get('content-type'), 'text/css; charset=utf-8');

  const token = await tokenFor(sandbox, GOOD_CARD);
  assert.match(token, /^tok_[\w-]{24}$/);
  const rows = await sandbox.db.query(
    sql('test_sandbox_tokens', 'select acts_as, brand, last4 from sandbox.card_token'),
  );
  assert.deepEqual(rows, [{ acts_as: 'tok_visa', brand: 'visa', last4: '4242' }]);

  // Two charges race for the one token.
  const race = await Promise.all(['one', 'two'].map((key) => postCharge(sandbox, key, { token })));
  assert.deepEqual(race.map(({ body }) => body.decline_code ?? body.state).toSorted(), [
    'succeeded',
    'token_already_used',
  ]);
  for (const { body } of race)
    assert.equal((await postCharge(sandbox, String(body.idempotency_key), { token })).body.id, body.id);
});

test('each test card does what the page says of it', async (t) => {
  const sandbox = await openTestSandbox(t);
  const expected = {
    '5555 5555 5555 4444': 'succeeded mastercard 4444',
    '4000 0000 0000 0002': 'card_declined visa 0002',
    '4000 0000 0000 9995': 'insufficient_funds visa 9995',
    '4000 0000 0000 0069': 'expired_card visa 0069',
    '4000 0027 6000 3184': 'requires_action visa 3184',
  };
  for (const [number, outcome] of Object.entries(expected)) {
    const typed = await tokenFor(sandbox, { ...GOOD_CARD, number });
    const pressed = await tokenFor(sandbox, { test_card: number.replaceAll(' ', '') });
    for (const token of [typed, pressed]) {
      const { body } = await postCharge(sandbox, token, { token });
      const { brand, last4 } = body.method as { brand: string; last4: string };
      assert.equal(`${body.decline_code ?? body.state} ${brand} ${last4}`, outcome);
    }
  }
});

test('a token that was left lying is declined', async (t) => {
  const sandbox = await openTestSandbox(t);
  const token = await tokenFor(sandbox, GOOD_CARD);
  await sandbox.db.query(sql('test_sandbox_expire', 'update sandbox.card_token set expires_at = now()'));
  assert.equal((await postCharge(sandbox, 'late', { token })).body.decline_code, 'token_expired');
});

test('wrong fields are marked, the security code is never repeated', async (t) => {
  const sandbox = await openTestSandbox(t);
  const response = await postForm(cardUrl(sandbox), { number: '"><b>4242', expiry: '01/20', code: '98765' });
  const markup = await response.text();
  assert.equal(response.status, 422);
  for (const field of ['number', 'expiry', 'code'])
    assert.ok(markup.includes(`aria-invalid="true" aria-describedby="${field}-error"`), field);
  assert.match(markup, /<title>Error: /);
  assert.ok(!markup.includes('<b>4242') && !markup.includes('98765'));
  assert.equal((await postForm(cardUrl(sandbox), {})).status, 422);
});

test('a link that is not for this shop is refused as a page', async (t) => {
  const sandbox = await openTestSandbox(t);
  const wrong = [
    { amount: '-1' },
    { amount: '1e3' },
    { amount: '9999999999999' },
    { currency: 'XQQ' },
    { currency: '' },
    { return_url: 'https://evil.test/' },
    { return_url: 'javascript:alert(1)' },
    { return_url: `${SHOP_ORIGIN}.evil.test/` },
    { return_url: 'http://user:pw@shop.test:3000/' },
    { return_url: '//shop.test:3000/' },
  ];
  for (const change of wrong) {
    for (const response of [
      await fetch(cardUrl(sandbox, change)),
      await postForm(cardUrl(sandbox, change), GOOD_CARD),
    ]) {
      assert.equal(response.status, 400, JSON.stringify(change));
      assert.match(await response.text(), /This payment link is not right/);
    }
  }
  assert.equal((await fetch(`${cardUrl(sandbox)}&amount=1`)).status, 400);
});

test('3-D Secure: the first decision counts, and the buyer always gets back to the shop', async (t) => {
  const sandbox = await openTestSandbox(t);
  const decide = async (key: string, ...decisions: string[]) => {
    const { body } = await postCharge(sandbox, key, { token: 'tok_3ds', description: '<b>Charger</b>' });
    const url = String(body.action_url);
    const asked = await (await fetch(url)).text();
    assert.match(asked, /\$29\.99/);
    assert.match(asked, /&lt;b&gt;Charger/);
    for (const decision of decisions) {
      const response = await postForm(url, { decision });
      assert.deepEqual([response.status, response.headers.get('location')], [303, `${SHOP_ORIGIN}/pay/r-1`]);
    }
    assert.match(await (await fetch(url)).text(), /There is nothing left to decide/);
    const charge = await getCharge(sandbox, key);
    return [charge.body.state, charge.body.decline_code];
  };
  assert.deepEqual(await decide('approved', 'approve', 'approve', 'refuse'), ['succeeded', null]);
  assert.deepEqual(await decide('refused', 'refuse', 'approve'), ['declined', 'authentication_failed']);

  const { body } = await postCharge(sandbox, 'undecided', { token: 'tok_3ds' });
  assert.equal((await postForm(String(body.action_url), { decision: 'perhaps' })).status, 422);
  assert.equal((await getCharge(sandbox, 'undecided')).body.state, 'requires_action');
  for (const id of ['ch_0', `ch_${'0'.repeat(30)}`, '%00', 'ch_%ED%A0%80'])
    assert.ok([400, 404].includes((await fetch(`${sandbox.origin}/action/${id}`)).status), id);
});
