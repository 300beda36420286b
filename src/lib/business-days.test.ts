import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addBusinessDays, isoDay } from './business-days.ts';

const after = (from: string, days: number) => isoDay(addBusinessDays(new Date(from), days));

test('a parcel moves from Monday to Friday', () => {
  assert.equal(after('2026-11-23T09:00:00Z', 2), '2026-11-25'); // Monday
  assert.equal(after('2026-11-26T23:59:59Z', 2), '2026-11-30'); // Thursday: over the weekend
  assert.equal(after('2026-11-28T12:00:00Z', 1), '2026-11-30'); // Saturday
  assert.equal(after('2026-11-29T12:00:00Z', 4), '2026-12-03'); // Sunday
  assert.equal(after('2026-12-31T12:00:00Z', 2), '2027-01-04'); // over the year
});

test('no days later is the same day, whatever day it is', () => {
  assert.equal(after('2026-11-28T12:00:00Z', 0), '2026-11-28');
});
