import { parseEmail, type SignedIn } from './account.ts';
import type { Accounts } from './accounts.ts';
import { newSessionSecrets, signedIn } from './open-session.ts';
import type { Busy } from './passwords.ts';
import { insertAccount } from './store.ts';

export type Registered = { kind: 'registered'; signedIn: SignedIn; cookie: string };

export async function registerAccount(
  accounts: Accounts,
  input: { email: string; password: string; name: string },
): Promise<Registered | { kind: 'email-taken' } | { kind: 'email-malformed' } | Busy> {
  const address = parseEmail(input.email);
  if (!address) return { kind: 'email-malformed' };
  const passwordHash = await accounts.passwords.hash(input.password);
  if (typeof passwordHash === 'object') return passwordHash;
  const { sessionId, cookie, refreshToken, stored } = newSessionSecrets();
  const user = await insertAccount(accounts.db, { ...address, name: input.name.trim(), passwordHash }, stored);
  if (!user) return { kind: 'email-taken' };
  return { kind: 'registered', signedIn: await signedIn(accounts, user, sessionId, refreshToken), cookie };
}
