import type { Address } from './account.ts';
import type { Accounts } from './accounts.ts';
import { upsertAddress } from './store.ts';

export function saveAddress(accounts: Accounts, userId: number, address: Address): Promise<Address> {
  return upsertAddress(accounts.db, userId, address);
}
