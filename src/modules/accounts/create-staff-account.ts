import type { Database } from '../../lib/db.ts';
import { parseEmail, type Role, type User } from './account.ts';
import { hashPassword } from './passwords.ts';
import { upsertStaff } from './store.ts';

/** For the command line and the demo. Running it again changes nothing: the account keeps its name and password. */
export async function createStaffAccount(
  db: Database,
  input: { email: string; password: string; name: string; roles: Role[] },
): Promise<{ kind: 'created'; user: User } | { kind: 'existed'; user: User } | { kind: 'email-malformed' }> {
  const address = parseEmail(input.email);
  if (!address) return { kind: 'email-malformed' };
  const passwordHash = await hashPassword(input.password);
  const { user, created } = await upsertStaff(db, { ...address, name: input.name, passwordHash, roles: input.roles });
  return { kind: created ? 'created' : 'existed', user };
}
