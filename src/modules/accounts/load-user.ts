import type { Address, User } from './account.ts';
import type { Accounts } from './accounts.ts';
import { findUser } from './store.ts';

export function loadUser(
  accounts: Accounts,
  userId: number,
): Promise<{ user: User; address: Address | undefined } | undefined> {
  return findUser(accounts.db, userId);
}
