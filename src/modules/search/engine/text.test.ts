import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold, wordsOf } from './text.ts';

const words = (text: string) => wordsOf(fold(text)).words;
const joined = (text: string) => wordsOf(fold(text)).joined;

test('accents, case and trade marks do not matter', () => {
  assert.deepEqual(words('Café GRÖßE Intel® Core™'), ['cafe', 'grosse', 'intel', 'core']);
});

test('a code is found however its parts are joined', () => {
  assert.deepEqual(words('Brother TN-2110 toner'), ['brother', 'tn', '2110', 'toner']);
  assert.deepEqual(joined('Brother TN-2110 toner'), ['tn2110']);
  assert.deepEqual(joined('WH-1000-XM3'), ['wh1000xm3']);
});

test('a measure is found with a space or without, and by any name of its unit', () => {
  for (const text of ['128GB', '128 GB', '128-gb', '128 gigabytes']) assert.ok(joined(text).includes('128gb'), text);
  for (const text of ['17"', '17 in', '17-inch', '17 inches', '17″']) assert.ok(joined(text).includes('17in'), text);
  assert.deepEqual(words('1.7l kettle'), ['1.7', 'l', 'kettle']);
});

test("a possessive's s is dropped", () => {
  assert.deepEqual(words("men's levi’s jeans"), ['men', 'levi', 'jeans']);
});

test('writing without spaces is split into its signs; other scripts are kept', () => {
  assert.deepEqual(words('无线 充电器'), ['无', '线', '充', '电', '器']);
  assert.deepEqual(words('شاحن لاسلكي'), ['شاحن', 'لاسلكي']);
});

test('operators, NUL and halves of surrogate pairs are no words', () => {
  assert.deepEqual(words('"( AND* \0 \ud800 😀 -- ^~:'), ['and']);
});
