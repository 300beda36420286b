// Argon2id, a few at a time. Each hash takes 19 MiB and tens of milliseconds of a core: without a bound, a crowd that signs
// in at once would take the memory and the cores from those who are buying.
import { hash, verify } from '@node-rs/argon2';
import { createLimit } from '../../lib/limit.ts';
import { normalizePassword } from './account.ts';

// OWASP Password Storage Cheat Sheet: Argon2id (the library's default), m = 19 MiB, t = 2, p = 1.
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MAX_AT_ONCE = 2;
const MAX_WAITING = 64; // about two seconds of work for two cores

export type Busy = { kind: 'busy' };
const BUSY: Busy = { kind: 'busy' };
export type Passwords = {
  hash(password: string): Promise<string | Busy>;
  /** Without a hash (no such account) it takes the same time and says no. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean | Busy>;
};

export async function openPasswords(): Promise<Passwords> {
  const limited = createLimit(MAX_AT_ONCE, MAX_WAITING);
  const nobodysHash = await hashPassword('nobody has this password');
  return {
    hash: async (password) => (await limited(() => hashPassword(password))) ?? BUSY,
    verify: async (passwordHash, password) => {
      const answer = await limited(async () => {
        const matches = await verify(passwordHash ?? nobodysHash, normalizePassword(password));
        return matches && passwordHash !== undefined;
      });
      return answer ?? BUSY;
    },
  };
}

export function hashPassword(password: string): Promise<string> {
  return hash(normalizePassword(password), ARGON2);
}
