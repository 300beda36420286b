import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { isTrackingLink, trackingPath } from './tracking-link.ts';

const key = randomBytes(32);
const orderId = '4k-0123456789abcdef';
const linkOf = (path: string): string => new URL(path, 'http://shop.test').searchParams.get('link') ?? '';

test('a link opens its own order', () => {
  const path = trackingPath(key, orderId);
  assert.ok(path.startsWith(`/track/${orderId}?link=`));
  assert.ok(isTrackingLink(key, orderId, linkOf(path)));
});

test('it opens no other order, and none under another key', () => {
  const link = linkOf(trackingPath(key, orderId));
  assert.ok(!isTrackingLink(key, '4k-0123456789abcdeg', link));
  assert.ok(!isTrackingLink(randomBytes(32), orderId, link));
});

test('a changed, shortened or empty link opens nothing', () => {
  const link = linkOf(trackingPath(key, orderId));
  for (const wrong of ['', 'x', link.slice(0, -2), `${link}AAAA`, `${link.slice(0, -3)}AAA`, '\u0000', '💥'])
    assert.ok(!isTrackingLink(key, orderId, wrong), wrong);
});
