import type { Session } from './account.ts';
import type { Accounts } from './accounts.ts';
import { readAccessToken } from './tokens.ts';

const TOKEN_MAX_CHARACTERS = 4_096;

export function verifyAccessToken(accounts: Accounts, token: string): Session | undefined {
  let session = accounts.verifiedTokens.get(token);
  if (!session) {
    if (token.length > TOKEN_MAX_CHARACTERS) return undefined;
    session = readAccessToken(accounts.key, token, accounts.now());
    if (!session) return undefined;
    accounts.verifiedTokens.set(token, session);
  }
  if (accounts.now() >= session.expiresAtMs || accounts.revocations.has(session.sessionId)) {
    accounts.verifiedTokens.delete(token);
    return undefined;
  }
  return session;
}
