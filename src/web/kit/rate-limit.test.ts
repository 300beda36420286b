import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../../lib/problem.ts';
import { clientOf, limitRate } from './rate-limit.ts';

test('a burst, then one a second, each client for itself', async () => {
  let nowMs = 0;
  const limited = limitRate({ requestsPerMinute: 60, burst: 3 }, () => nowMs);
  const refused = (error: unknown) => error instanceof Problem && error.headers['retry-after'] === '1';
  for (let n = 0; n < 3; n++) await limited({ ip: '192.0.2.1' });
  await assert.rejects(limited({ ip: '192.0.2.1' }), refused);
  await limited({ ip: '192.0.2.2' });
  nowMs = 999;
  await assert.rejects(limited({ ip: '192.0.2.1' }), refused);
  nowMs = 1_001;
  await limited({ ip: '192.0.2.1' });
  await assert.rejects(limited({ ip: '192.0.2.1' }), refused);
  nowMs = 3_600_000;
  for (let n = 0; n < 3; n++) await limited({ ip: '192.0.2.1' });
  await assert.rejects(limited({ ip: '192.0.2.1' }), refused);
});

test('an IPv6 client is its /64', () => {
  for (const [ip, client] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8:1:2:aaaa::1', '2001:db8:1:2'],
    ['2001:db8:1:2::5', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8::1:2:3:4', '2001:db8:0:0'],
    ['2001:db8:0:0:1:2:3:4', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::', 'fe80:0:0:0'],
  ])
    assert.equal(clientOf(ip ?? ''), client);
});
