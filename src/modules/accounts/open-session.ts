// The secrets of a new session, and what of them goes to the client.
import { randomUUID } from 'node:crypto';
import type { SignedIn, User } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { NewSession } from './store.ts';
import { hashSecret, newSecret, signAccessToken } from './tokens.ts';

export type SessionSecrets = { sessionId: string; cookie: string; refreshToken: string; stored: NewSession };

export function newSessionSecrets(): SessionSecrets {
  const sessionId = randomUUID();
  const cookie = newSecret();
  const refreshToken = newSecret();
  const stored = { sessionId, cookieHash: storedHash(cookie), refreshHash: storedHash(refreshToken) };
  return { sessionId, cookie, refreshToken, stored };
}

export function storedHash(secret: string): Buffer {
  const hashed = hashSecret(secret);
  if (!hashed) throw new Error('a new secret has the wrong shape');
  return hashed;
}

export async function signedIn(
  accounts: Accounts,
  user: User,
  sessionId: string,
  refreshToken: string,
): Promise<SignedIn> {
  const { accessToken, expiresAt } = await signAccessToken(accounts.key, user, sessionId, accounts.now());
  return { user, sessionId, accessToken, expiresAt, refreshToken };
}
