import type { SignedIn } from './account.ts';
import type { Accounts } from './accounts.ts';
import { signedIn, storedHash } from './open-session.ts';
import { rotateRefreshToken } from './store.ts';
import { hashSecret, newSecret } from './tokens.ts';

/** A refresh token works once. One that comes a second time was copied by somebody, so its whole session ends. */
export async function refreshSession(
  accounts: Accounts,
  refreshToken: string,
): Promise<{ kind: 'refreshed'; signedIn: SignedIn } | { kind: 'reused' } | { kind: 'invalid' }> {
  const presented = hashSecret(refreshToken);
  if (!presented) return { kind: 'invalid' };
  const fresh = newSecret();
  const rotation = await rotateRefreshToken(accounts.db, presented, storedHash(fresh));
  switch (rotation.kind) {
    case 'rotated':
      return { kind: 'refreshed', signedIn: await signedIn(accounts, rotation.user, rotation.sessionId, fresh) };
    case 'reused':
      accounts.revocations.add(rotation.sessionId);
      return { kind: 'reused' };
    case 'invalid':
      return { kind: 'invalid' };
  }
}
