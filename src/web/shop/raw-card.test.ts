import assert from 'node:assert/strict';
import test from 'node:test';
import { Problem } from '../../lib/problem.ts';
import { isCardNumber, refuseRawCard } from './raw-card.ts';

test('card numbers are known by their check digit, however they are written', () => {
  for (const text of ['4242424242424242', '4242 4242 4242 4242', '5555-5555-5555-4444', '378282246310005'])
    assert.equal(isCardNumber(text), true);
  for (const text of ['tok_visa', '4242424242424241', '123456789012', '10115', '+49 30 901820'])
    assert.equal(isCardNumber(text), false);
});

test('a card anywhere in the payment details is refused, a token is not', () => {
  const refused = (error: unknown): boolean => error instanceof Problem && error.slug === 'raw-card-refused';
  assert.throws(() => refuseRawCard({ token: '4242424242424242' }), refused);
  assert.throws(() => refuseRawCard({ number: 'x' }), refused);
  assert.throws(() => refuseRawCard({ method: { details: [{ pan: 4242424242424242 }] } }), refused);
  assert.throws(() => refuseRawCard({ shippingAddress: { line2: '4242 4242 4242 4242' } }), refused);
  refuseRawCard({ token: 'tok_visa', shippingAddress: { name: 'Ada', postalCode: '10115' } });
});
