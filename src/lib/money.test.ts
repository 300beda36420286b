import assert from 'node:assert/strict';
import test from 'node:test';
import { formatMoney, isCurrency, minorDigits, parseDecimal } from './money.ts';

test('minor units follow the currency', () => {
  assert.equal(formatMoney(129900, 'USD'), '$1,299.00');
  assert.equal(formatMoney(1500, 'JPY'), '¥1,500');
  assert.equal(minorDigits('KWD'), 3);
});

test('decimal text becomes exact minor units, or nothing', () => {
  assert.equal(parseDecimal('1,299.5', 'USD'), 129950);
  assert.equal(parseDecimal('0.29', 'USD'), 29);
  assert.equal(parseDecimal('879.990', 'USD'), 87999);
  assert.equal(parseDecimal('15', 'JPY'), 15);
  for (const text of ['', 'x', '-1', '1.234', '1e5', '.5']) assert.equal(parseDecimal(text, 'USD'), undefined);
});

test('currencies are those of ISO 4217', () => {
  assert.equal(isCurrency('EUR'), true);
  assert.equal(isCurrency('EURO'), false);
});
