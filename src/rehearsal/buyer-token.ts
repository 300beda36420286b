// Access tokens as accounts signs them, made where 100,000 buyers are: without a password each, and without a promise each.
import { createHmac } from 'node:crypto';

const TOKEN_SECONDS = 7_200; // also for a node whose clock is an hour fast
const HEADER = encode({ alg: 'HS256' });

export function signBuyerToken(key: Uint8Array, userId: number, nowMs: number): string {
  const issuedAt = Math.floor(nowMs / 1_000);
  const claims = encode({
    sid: crypto.randomUUID(),
    email: buyerEmail(userId),
    name: 'Buyer',
    roles: ['shopper'],
    iss: 'souk',
    sub: String(userId),
    iat: issuedAt,
    exp: issuedAt + TOKEN_SECONDS,
  });
  const signed = `${HEADER}.${claims}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

function buyerEmail(userId: number): string {
  return `buyer${userId}@rehearsal.souk.test`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
