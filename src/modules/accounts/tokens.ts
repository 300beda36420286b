// The three secrets a client can hold. Access tokens are signed and never stored; cookies and refresh tokens are random
// and stored as SHA-256 only (32 random bytes need no salt and no slow hash).
import { createHmac, createSecretKey, hash, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import { ACCESS_TOKEN_SECONDS, ROLES, type Role, type Session, type User } from './account.ts';

const ISSUER = 'souk';
const ALGORITHM = 'HS256';
/** All tokens of ours begin with it, so no token can choose how it is checked (RFC 8725, 3.1). */
const HEADER = Buffer.from(JSON.stringify({ alg: ALGORITHM })).toString('base64url');
const KEY_MIN_BYTES = 32;
const SECRET_BYTES = 32;
const SECRET_TEXT = /^[A-Za-z0-9_-]{43}$/;

export type AccessTokenKey = { signing: CryptoKey; checking: KeyObject };

export async function accessTokenKey(bytes: Uint8Array): Promise<AccessTokenKey> {
  if (bytes.length < KEY_MIN_BYTES) throw new RangeError(`an access token key needs ${KEY_MIN_BYTES} bytes`);
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const signing = await crypto.subtle.importKey('raw', Uint8Array.from(bytes), algorithm, false, ['sign']);
  return { signing, checking: createSecretKey(bytes) };
}

export async function signAccessToken(key: AccessTokenKey, user: User, sessionId: string, nowMs: number) {
  const issuedAt = Math.floor(nowMs / 1000);
  const expiresAt = issuedAt + ACCESS_TOKEN_SECONDS;
  const accessToken = await new SignJWT({ sid: sessionId, email: user.email, name: user.name, roles: user.roles })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setSubject(String(user.userId))
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(key.signing);
  return { accessToken, expiresAt: new Date(expiresAt * 1000) };
}

/**
 * What a token says, if we signed it and it has not expired (RFC 7515, 5.2 and RFC 7519, 7.2, for the one kind we give out). At once:
 * when a sale opens a hundred thousand tokens come for the first time, and jose checks each on another thread, at 36 µs instead of 7.
 */
export function readAccessToken(key: AccessTokenKey, token: string, nowMs: number): Session | undefined {
  const [header, payload, signature, more] = token.split('.');
  if (header !== HEADER || payload === undefined || signature === undefined || more !== undefined) return undefined;
  const expected = Buffer.from(createHmac('sha256', key.checking).update(`${header}.${payload}`).digest('base64url'));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return sessionOf(JSON.parse(Buffer.from(payload, 'base64url').toString()), nowMs);
}

function sessionOf(claims: Record<string, unknown>, nowMs: number): Session | undefined {
  const { iss, sub, exp, sid, email, name, roles } = claims;
  const userId = Number(sub);
  if (iss !== ISSUER || typeof sub !== 'string' || !Number.isSafeInteger(userId)) return undefined;
  if (typeof exp !== 'number' || exp * 1000 <= nowMs) return undefined;
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
