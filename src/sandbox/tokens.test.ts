import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCard, fixedBehaviour, passesLuhn, TEST_CARDS } from './tokens.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const GOOD = { number: '4242 4242 4242 4242', expiry: '12/30', code: '123' };

test('every test card is a possible card number and acts as a fixed token with its own last four digits', () => {
  for (const card of TEST_CARDS) {
    assert.ok(passesLuhn(card.number), card.number);
    assert.equal(fixedBehaviour(card.actsAs)?.last4, card.number.slice(-4));
    assert.equal(fixedBehaviour(card.actsAs)?.brand, card.brand);
  }
});

test('Luhn finds a wrong digit and two that are swapped', () => {
  assert.equal(passesLuhn('4242424242424241'), false);
  assert.equal(passesLuhn('2442424242424242'), false);
  assert.equal(passesLuhn('4000002760003148'), false);
  assert.equal(passesLuhn(''), false);
});

test('a card is taken however it is written', () => {
  for (const number of ['4242424242424242', '4242-4242-4242-4242', ' 4242 4242 4242 4242 '])
    for (const expiry of ['12/30', '1230', '12 / 2030', '11/26'])
      assert.equal(checkCard({ number, expiry, code: '123' }, NOW).kind, 'accepted', `${number} ${expiry}`);
});

test('each field says what is wrong with it', () => {
  const errorsOf = (change: object) => {
    const check = checkCard({ ...GOOD, ...change }, NOW);
    return check.kind === 'refused' ? check.errors : {};
  };
  assert.deepEqual(errorsOf({ number: '' }), { number: 'Enter the card number, 16 digits.' });
  assert.deepEqual(errorsOf({ number: '4242 4242 4242 4243' }), { number: 'A digit of this number is wrong.' });
  assert.deepEqual(errorsOf({ number: '4111 1111 1111 1111' }), {
    number: 'This is not one of the test cards. Never type a real card here.',
  });
  assert.deepEqual(errorsOf({ expiry: '13/30' }), { expiry: 'Enter month and year, like 09/30.' });
  assert.deepEqual(errorsOf({ expiry: '10/26' }), { expiry: 'This date has passed.' });
  assert.deepEqual(errorsOf({ expiry: '12/99' }), { expiry: 'No card is valid for more than 20 years.' });
  assert.deepEqual(Object.keys(errorsOf({ number: 'x', expiry: 'x', code: 'x' })), ['number', 'expiry', 'code']);
});
