import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takePriceWords } from './prices.ts';

function priceOf(text: string, currency = 'USD'): [string, number | undefined, number | undefined] {
  const { text: rest, price } = takePriceWords(text, currency);
  return [rest, price?.minPriceMinor, price?.maxPriceMinor];
}

test('price words become limits and leave the text', () => {
  assert.deepEqual(priceOf('red nike shoes under 50'), ['red nike shoes', undefined, 5_000]);
  assert.deepEqual(priceOf('kettle below $100'), ['kettle', undefined, 10_000]);
  assert.deepEqual(priceOf('mug over 20'), ['mug', 2_000, undefined]);
  assert.deepEqual(priceOf('sofa under $1,200'), ['sofa', undefined, 120_000]);
  assert.deepEqual(priceOf('cheaper than 9.99 euros tea pot'), ['tea pot', undefined, 999]);
  assert.deepEqual(priceOf('lamp between 20 and 40'), ['lamp', 2_000, 4_000]);
  assert.deepEqual(priceOf('lamp $40 - $20'), ['lamp', 2_000, 4_000]);
  assert.deepEqual(priceOf('shoes under 50 for men'), ['shoes for men', undefined, 5_000]);
  assert.deepEqual(priceOf('lamp not more than 50'), ['lamp', undefined, 5_000]);
  assert.deepEqual(priceOf('lamp no less than 50'), ['lamp', 5_000, undefined]);
  assert.deepEqual(priceOf('lamp 50 or less'), ['lamp', undefined, 5_000]);
  assert.deepEqual(priceOf('lamp $50 and up'), ['lamp', 5_000, undefined]);
  assert.deepEqual(priceOf('lamp <50'), ['lamp', undefined, 5_000]);
  assert.deepEqual(priceOf('lamp > 50€'), ['lamp', 5_000, undefined]);
  assert.deepEqual(priceOf('gifts up to 25 dollars'), ['gifts', undefined, 2_500]);
});

test('limits in words are read, and told as they were typed', () => {
  const said = (text: string) => [...priceOf(text), takePriceWords(text, 'USD').price?.text];
  assert.deepEqual(said('gifts under fifty'), ['gifts', undefined, 5_000, 'under fifty']);
  assert.deepEqual(said('mug less than twenty dollars'), ['mug', undefined, 2_000, 'less than twenty dollars']);
  assert.deepEqual(said('toys under five dollars'), ['toys', undefined, 500, 'under five dollars']);
  assert.deepEqual(said('lamp under a hundred and fifty'), ['lamp', undefined, 15_000, 'under a hundred and fifty']);
  assert.deepEqual(said('sofa below two thousand'), ['sofa', undefined, 200_000, 'below two thousand']);
  assert.deepEqual(said('lamp between twenty-five and forty'), ['lamp', 2_500, 4_000, 'between twenty-five and forty']);
  assert.deepEqual(said('two person tent under fifty'), ['two person tent', undefined, 5_000, 'under fifty']);
  assert.deepEqual(said('around thirty dollars mug'), ['mug', 2_400, 3_600, 'around thirty dollars']);
});

test('one price alone is read as about so much, whatever its sign', () => {
  for (const words of [
    '30€',
    '€30',
    '30 €',
    '$30',
    '30 dollars',
    'usd 30',
    '£30.00',
    '€30,00',
    'around $30',
    'about 30 bucks',
    '~ $30',
  ])
    assert.deepEqual(priceOf(`mug ${words}`), ['mug', 2_400, 3_600], words);
  assert.deepEqual(priceOf('$30 mug'), ['mug', 2_400, 3_600]);
  assert.deepEqual(priceOf('€1,200 sofa'), ['sofa', 96_000, 144_000]);
  assert.deepEqual(priceOf('mug under €12,50'), ['mug', undefined, 1_250]);
});

test('a price has as many digits as the money of the shop', () => {
  assert.deepEqual(priceOf('lamp under 5000', 'JPY'), ['lamp', undefined, 5_000]);
  assert.deepEqual(priceOf('lamp between ¥2,000 and ¥4,000', 'JPY'), ['lamp', 2_000, 4_000]);
  assert.deepEqual(priceOf('lamp 4000 yen or less', 'JPY'), ['lamp', undefined, 4_000]);
  assert.deepEqual(priceOf('lamp over 5.250', 'KWD'), ['lamp', 5_250, undefined]);
  assert.deepEqual(priceOf('lamp about 10 kwd', 'KWD'), ['lamp', 8_000, 12_000]);
});

test('numbers that count or measure something are no prices', () => {
  for (const text of [
    'over 40 piece tool set',
    'tv over 50 in',
    'suitcase under 10 kg',
    'bag under 20"',
    'from 10 to 12 years',
    'over ear headphones',
    'ladder up to 4 m',
    'iphone 11',
    'battery under 50% off',
    'puzzle 500 and more pieces',
    'usb 3 or above',
    'game age 8 and up',
    'lamp around 50 cm',
    'books about 1984',
    'toys under five',
    'vitamins over fifty',
    'twenty thousand leagues under the sea',
    'fifty dollarydoos',
    'a$ap 4 poster',
    'dumbbell 50 pounds',
    'tn2110$',
    'lamp $50k',
  ]) {
    assert.deepEqual(takePriceWords(text, 'USD'), { text, price: null });
  }
});
