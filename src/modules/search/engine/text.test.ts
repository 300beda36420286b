import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold, wordsOf } from './text.ts';

const words = (text: string) => wordsOf(fold(text)).words;
const joined = (text: string) => wordsOf(fold(text)).joined;

test('accents, case and trade marks do not matter', () => {
  assert.deepEqual(words('I ❤️ tea ☕︎'), ['i', 'tea']);
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

test('sizes are found however their parts are joined', () => {
  for (const text of ['8 x 10 rug', "8' x 10' rug", '8x10 rug', '8 ft x 10 ft', '8ft × 10ft']) {
    assert.ok([...words(text), ...joined(text)].includes('8x10'), text);
  }
});

test('a size does not go over the end of a line', () => {
  assert.deepEqual(joined('6x\n100'), []);
});

test('two apostrophes are inches, and thousands may have a comma', () => {
  assert.ok(joined("15.6'' screen").includes('15.6in'));
  assert.deepEqual(words('10,000 mAh'), ['10000', 'mah']);
  assert.ok(joined('10,000 mAh').includes('10000mah'));
  assert.deepEqual(words('black,silver 1,5'), ['black', 'silver', '1', '5']);
});

test("a possessive's s is dropped", () => {
  assert.deepEqual(words("men's levi’s jeans"), ['men', 'levi', 'jeans']);
});

test('writing without spaces is split into its signs; other scripts are kept', () => {
  assert.deepEqual(words('无线 充电器'), ['无', '线', '充', '电', '器']);
  assert.deepEqual(words('شاحن لاسلكي'), ['شاحن', 'لاسلكي']);
  assert.deepEqual(joined('无线 充电器'), ['无线', '充电', '电器']);
});

test('operators, NUL and halves of surrogate pairs are no words', () => {
  assert.deepEqual(words('"( AND* \0 \ud800 😀 -- ^~:'), ['and']);
});
