import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { keyOf, newKeyedId, parseId } from './ids.ts';

test('an id gives back the key it was made for, and looks like one', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (key) => {
      const id = newKeyedId(key);
      assert.match(id, /^[0-9a-hjkmnp-tv-z]{1,11}-[0-9a-hjkmnp-tv-z]{16}$/);
      assert.equal(keyOf(id), key);
    }),
  );
  assert.notEqual(newKeyedId(7), newKeyedId(7));
});

test('other text has no key, and never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => keyOf(text) === undefined || /-/.test(text)));
  for (const text of ['', '-', 'zzzzzzzzzzz-0000000000000000', '1-000000000000000u', '1-0000000000000000 '])
    assert.equal(keyOf(text), undefined);
});

test('ids of clients are positive safe integers in plain digits', () => {
  assert.equal(parseId('4711'), 4711);
  for (const text of ['', '0', '-1', '1.5', '1e3', '01', ' 1', '9007199254740993', '99999999999999999'])
    assert.equal(parseId(text), undefined);
});
