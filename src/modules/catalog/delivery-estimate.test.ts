import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryEstimate } from './delivery-estimate.ts';

test('ordered on a Monday, it comes from Wednesday to Friday', () => {
  assert.deepEqual(deliveryEstimate(new Date('2026-11-23T10:00:00Z')), {
    earliest: '2026-11-25',
    latest: '2026-11-27',
  });
});

test('ordered on a Friday, the weekend does not count', () => {
  assert.deepEqual(deliveryEstimate(new Date('2026-11-27T10:00:00Z')), {
    earliest: '2026-12-01',
    latest: '2026-12-03',
  });
});
