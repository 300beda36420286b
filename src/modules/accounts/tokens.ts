// The three secrets a client can hold. Access tokens are signed and never stored; cookies and refresh tokens are random
// and stored as SHA-256 only (32 random bytes need no salt and no slow hash).
import { hash, randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { ACCESS_TOKEN_SECONDS, ROLES, type Role, type Session, type User } from './account.ts';

const ISSUER = 'souk';
const ALGORITHM = 'HS256';
const KEY_MIN_BYTES = 32;
const SECRET_BYTES = 32;
const SECRET_TEXT = /^[A-Za-z0-9_-]{43}$/;

/** Imported once: given a KeyObject, jose imports it again for each token (55 µs instead of 36). */
export function accessTokenKey(bytes: Uint8Array): Promise<CryptoKey> {
  if (bytes.length < KEY_MIN_BYTES) throw new RangeError(`an access token key needs ${KEY_MIN_BYTES} bytes`);
  return crypto.subtle.importKey('raw', Uint8Array.from(bytes), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
}

export async function signAccessToken(key: CryptoKey, user: User, sessionId: string, nowMs: number) {
  const issuedAt = Math.floor(nowMs / 1000);
  const expiresAt = issuedAt + ACCESS_TOKEN_SECONDS;
  const accessToken = await new SignJWT({ sid: sessionId, email: user.email, name: user.name, roles: user.roles })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setSubject(String(user.userId))
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(key);
  return { accessToken, expiresAt: new Date(expiresAt * 1000) };
}

/** What a token says, if we signed it and it has not expired. */
export async function readAccessToken(key: CryptoKey, token: string, nowMs: number): Promise<Session | undefined> {
  const verified = await jwtVerify(token, key, {
    algorithms: [ALGORITHM],
    issuer: ISSUER,
    requiredClaims: ['sub', 'exp', 'sid'],
    currentDate: new Date(nowMs),
  }).catch((error: unknown) => {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  });
  if (!verified) return undefined;
  const { sub, exp, sid, email, name, roles } = verified.payload;
  const userId = Number(sub);
  if (!Number.isSafeInteger(userId) || exp === undefined) return undefined;
  if (typeof sid !== 'string' || typeof email !== 'string' || typeof name !== 'string') return undefined;
  if (!Array.isArray(roles) || !roles.every(isRole)) return undefined;
  return { sessionId: sid, user: { userId, email, name, roles }, expiresAtMs: exp * 1000 };
}

function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** What the database keeps of a cookie or refresh token; undefined for text that we never gave out. */
export function hashSecret(secret: string): Buffer | undefined {
  return SECRET_TEXT.test(secret) ? hash('sha256', secret, 'buffer') : undefined;
}
