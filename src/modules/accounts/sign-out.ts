import type { Accounts } from './accounts.ts';
import { revokeSession } from './store.ts';

/** On disk first: a node that forgot it at a crash would let the tokens live again. */
export async function signOut(accounts: Accounts, sessionId: string): Promise<void> {
  await revokeSession(accounts.db, sessionId);
  accounts.revocations.add(sessionId);
}
