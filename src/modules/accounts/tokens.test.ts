import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { jwtVerify, SignJWT } from 'jose';
import { ACCESS_TOKEN_SECONDS } from './account.ts';
import { accessTokenKey, readAccessToken, signAccessToken } from './tokens.ts';

const BYTES = new Uint8Array(32).fill(7);
const USER = { userId: 4711, email: 'ada@example.com', name: 'Ada Ωmega', roles: ['shopper' as const] };
const NOW_MS = Date.UTC(2026, 10, 22);

test('a token of ours passes jose’s own check; whatever is changed in it, it says nothing', async () => {
  const key = await accessTokenKey(BYTES);
  const { accessToken, expiresAt } = await signAccessToken(key, USER, 'session', NOW_MS);
  const session = { sessionId: 'session', user: USER, expiresAtMs: expiresAt.getTime() };
  assert.deepEqual(readAccessToken(key, accessToken, NOW_MS), session);
  const check = { algorithms: ['HS256'], issuer: 'souk', currentDate: new Date(NOW_MS) };
  assert.equal((await jwtVerify(accessToken, BYTES, check)).payload.sub, '4711');
  await fc.assert(
    fc.asyncProperty(fc.nat(accessToken.length - 1), fc.string({ maxLength: 3 }), async (at, piece) => {
      const changed = accessToken.slice(0, at) + piece + accessToken.slice(at + 1);
      fc.pre(changed !== accessToken);
      assert.equal(readAccessToken(key, changed, NOW_MS), undefined);
    }),
  );
});

test('a token that is ours but not for this: another issuer, algorithm or key, run out, a claim that is missing', async () => {
  const key = await accessTokenKey(BYTES);
  const claims = { sid: 'session', email: USER.email, name: USER.name, roles: USER.roles };
  const token = (alg: string, issuer: string, given: object, bytes = BYTES): Promise<string> =>
    new SignJWT({ ...given })
      .setProtectedHeader({ alg })
      .setIssuer(issuer)
      .setSubject('4711')
      .setExpirationTime(NOW_MS / 1000 + ACCESS_TOKEN_SECONDS)
      .sign(bytes);
  assert.ok(readAccessToken(key, await token('HS256', 'souk', claims), NOW_MS));
  for (const [alg, issuer, given, bytes] of [
    ['HS256', 'other', claims, BYTES],
    ['HS512', 'souk', claims, new Uint8Array(64).fill(7)],
    ['HS256', 'souk', claims, new Uint8Array(32).fill(8)],
    ['HS256', 'souk', { ...claims, sid: undefined }, BYTES],
    ['HS256', 'souk', { ...claims, roles: ['king'] }, BYTES],
    ['HS256', 'souk', { ...claims, email: 7 }, BYTES],
  ] as const)
    assert.equal(readAccessToken(key, await token(alg, issuer, given, bytes), NOW_MS), undefined, `${alg} ${issuer}`);
  const good = await token('HS256', 'souk', claims);
  assert.equal(readAccessToken(key, good, NOW_MS + ACCESS_TOKEN_SECONDS * 1000), undefined);
});
