import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../../lib/problem.ts';
import { clientOf, limitBuyers, limitRate } from './rate-limit.ts';

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

test('buyers: each for themselves, and all of an address together; this machine speaks for everybody', async () => {
  const limits = { buyer: { requestsPerMinute: 60, burst: 2 }, address: { requestsPerMinute: 60, burst: 5 } };
  const limited = limitBuyers(limits, () => 0);
  const from = (ip: string, userId?: number) =>
    limited({ ip, caller: userId === undefined ? null : signedIn(userId) }).then(
      () => 'in',
      (error: unknown) => (error instanceof Problem ? error.slug : error),
    );
  const wave = (ip: string, userIds: number[]) => Promise.all(userIds.map((userId) => from(ip, userId)));
  assert.deepEqual(await wave('192.0.2.1', [1, 1, 1]), ['in', 'in', 'too-many-requests']);
  assert.deepEqual(await wave('192.0.2.1', [2, 3, 4]), ['in', 'in', 'too-many-requests']);
  assert.equal(await from('192.0.2.1'), 'too-many-requests');
  assert.equal(await from('192.0.2.2', 1), 'too-many-requests');
  for (const ip of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
    assert.deepEqual(new Set(await Promise.all(Array.from({ length: 20 }, () => from(ip)))), new Set(['in']));
  assert.deepEqual(await wave('127.0.0.1', [9, 9, 9]), ['in', 'in', 'too-many-requests']);
});

function signedIn(userId: number) {
  const user = { userId, email: 'ada@example.com', name: 'Ada', roles: [] };
  return { kind: 'signed-in' as const, session: { sessionId: String(userId), user, expiresAtMs: 1 } };
}
