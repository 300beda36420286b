import { parseEmail, type SignedIn } from './account.ts';
import type { Accounts } from './accounts.ts';
import { newSessionSecrets, signedIn } from './open-session.ts';
import type { Busy } from './passwords.ts';
import { findByEmail, insertSession } from './store.ts';

/** 'No such account' and 'wrong password' are one outcome, and take one argon2 each. */
export async function signIn(
  accounts: Accounts,
  input: { email: string; password: string },
): Promise<{ kind: 'signed-in'; signedIn: SignedIn; cookie: string } | { kind: 'bad-credentials' } | Busy> {
  const address = parseEmail(input.email);
  const account = address && (await findByEmail(accounts.db, address.folded));
  const matches = await accounts.passwords.verify(account?.passwordHash, input.password);
  if (typeof matches === 'object') return matches;
  if (!matches || !account) return { kind: 'bad-credentials' };
  const { sessionId, cookie, refreshToken, stored } = newSessionSecrets();
  await insertSession(accounts.db, account.user.userId, stored);
  return { kind: 'signed-in', signedIn: await signedIn(accounts, account.user, sessionId, refreshToken), cookie };
}
