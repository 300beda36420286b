import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestShop, type Person } from '../../checks/test-shop.ts';

const ADDRESS = { name: 'Nora Newcomer', line1: '7 Lantern Row', postalCode: '97000', city: 'Averill', country: 'US' };

test('a payment form that was filled in wrongly comes back as it was, while the unit is held', async (t) => {
  const { app, people, productId } = await openTestShop(t);
  const form = (who: Person) => ({ ...who.browser, 'content-type': 'application/x-www-form-urlencoded' });
  const pay = (who: Person, fields: Record<string, string>) => {
    const names = Object.entries(fields).map(([name, value]) =>
      name === 'token' ? [`paymentDetails.${name}`, value] : [`paymentDetails.shippingAddress.${name}`, value],
    );
    const payload = new URLSearchParams([['productId', String(productId)], ...names] as [string, string][]).toString();
    return app.inject({ method: 'POST', url: '/product/payment', headers: form(who), payload });
  };
  const held = await app.inject({
    method: 'POST',
    url: '/product/purchase',
    headers: people.buyer.bearer,
    payload: { productId: String(productId) },
  });
  assert.equal(held.statusCode, 303, held.body);
  const payPage = String(held.headers.location);

  const blank = await pay(people.buyer, { ...ADDRESS, line1: ' ', token: 'tok_mastercard' });
  assert.equal(blank.statusCode, 422);
  assert.match(blank.body, /<li>Street and number: must not be blank/);
  assert.match(blank.body, /id="field-paymentDetails-shippingAddress-line1-error"/);
  assert.match(blank.body, /value="Nora Newcomer"[\s\S]*value="97000"[\s\S]*value="US" selected/);
  assert.match(blank.body, /value="tok_mastercard" checked/);
  assert.match(blank.body, /data-countdown="/);

  const empty = await pay(people.buyer, { token: 'tok_visa' });
  assert.equal(empty.statusCode, 422);
  assert.match(empty.body, /<li>City: is required/);
  assert.doesNotMatch(empty.body, /PUT \/me\/address/);

  const card = await pay(people.buyer, { ...ADDRESS, line2: '4242 4242 4242 4242', token: 'tok_visa' });
  assert.equal(card.statusCode, 422);
  assert.match(card.body, /A card number must not be sent here/);
  assert.match(card.body, /value="7 Lantern Row"/);
  assert.doesNotMatch(card.body, /4242 4242/);

  const entered = await pay(people.buyer, { ...ADDRESS, city: '\t', token: 'tok_from_the_provider' });
  assert.match(entered.body, /type="hidden" name="paymentDetails.token" value="tok_from_the_provider"/);

  const program = await app.inject({
    method: 'POST',
    url: '/product/payment',
    headers: people.buyer.bearer,
    payload: { productId: String(productId), paymentDetails: { token: 'tok_visa' } },
  });
  assert.deepEqual([program.statusCode, program.json().type], [422, '/problems/address-required']);

  const nothingHeld = await pay(people.stranger, { ...ADDRESS, token: 'tok_visa' });
  assert.equal(nothingHeld.statusCode, 409);
  assert.match(nothingHeld.body, new RegExp(`href="/product/${productId}/"`));
  assert.doesNotMatch(nothingHeld.body, /data-countdown/);

  const declined = await pay(people.buyer, { ...ADDRESS, token: 'tok_declined' });
  assert.equal(declined.headers.location, `${payPage}?declined=card_declined`);
  const again = await app.inject({ url: String(declined.headers.location), headers: people.buyer.browser });
  assert.match(again.body, new RegExp(`href="/me\\?next=${encodeURIComponent(payPage)}"`));
  const elsewhere = await app.inject({
    method: 'POST',
    url: `/me/address?next=${encodeURIComponent(payPage)}`,
    headers: form(people.buyer),
    payload: new URLSearchParams({ ...ADDRESS, line1: '9 Lantern Row' }).toString(),
  });
  assert.deepEqual([elsewhere.statusCode, elsewhere.headers.location], [303, payPage]);
});
