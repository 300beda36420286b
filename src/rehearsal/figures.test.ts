import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addSecond, answered, countOf, newSecond, note, percentileMs, sumOf } from './figures.ts';

test('percentiles are right within the width of a bucket', () => {
  const histogram = {};
  for (let ms = 1; ms <= 1_000; ms++) note(histogram, ms);
  for (const share of [0.5, 0.95, 0.99]) {
    const found = percentileMs(histogram, share) ?? 0;
    assert.ok(found >= share * 1_000 && found <= share * 1_000 * 1.05, `${share}: ${found}`);
  }
  assert.equal(percentileMs({}, 0.5), null);
});

test('an answer that comes before its request was due, by a rounding of the clock, is an instant one', () => {
  const histogram = {};
  note(histogram, -0.1);
  note(histogram, 0);
  assert.deepEqual(histogram, { 0: 2 });
});

test('seconds of two processes add up', () => {
  const [one, other] = [newSecond(3), newSecond(3)];
  one.offered = 5;
  one.endings.ok = 4;
  note(one.latency.buy, 10);
  other.offered = 2;
  other.endings.lost = 1;
  note(other.latency.buy, 10);
  note(other.latency.look, 20);
  addSecond(one, other);
  assert.equal(one.offered, 7);
  assert.equal(answered(one), 4);
  assert.equal(countOf(sumOf(Object.values(one.latency))), 3);
});
