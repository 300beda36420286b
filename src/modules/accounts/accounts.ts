// What the use cases of this module share: the database, the signing key, and this node's memory of who is signed in.
import { LRUCache } from 'lru-cache';
import { type Batcher, createBatcher } from '../../lib/batcher.ts';
import type { Database } from '../../lib/db.ts';
import type { Log } from '../../lib/log.ts';
import type { Session } from './account.ts';
import { openPasswords, type Passwords } from './passwords.ts';
import { openRevocations, type Revocations } from './revocations.ts';
import { findSessions } from './store.ts';
import { findVerifiedUsers } from './store-verification.ts';
import { type AccessTokenKey, accessTokenKey } from './tokens.ts';

const MAX_SESSIONS_REMEMBERED = 100_000;
const LOOKUP_MAX_BATCH = 500;
const LOOKUP_MAX_QUEUED = 20_000;
const LOOKUP_RETRY_MS = 200;

export type RememberedSession = { session: Session; loadedAtMs: number };

export type Accounts = {
  db: Database;
  key: AccessTokenKey;
  now: () => number;
  passwords: Passwords;
  revocations: Revocations;
  /** Access tokens whose signature was found good: checking one again costs a look-up instead of 50 µs. */
  verifiedTokens: LRUCache<string, Session>;
  /** Sessions by the hash of their cookie, in base64. */
  sessions: LRUCache<string, RememberedSession>;
  lookUp: Batcher<Buffer, Session | undefined>;
  /** Users whose mail address is verified, which it stays. */
  verifiedMails: LRUCache<number, true>;
  lookUpVerified: Batcher<number, boolean>;
  close(): Promise<void>;
};

export async function openAccounts(options: {
  db: Database;
  accessTokenKey: Uint8Array;
  log: Log;
  now?: () => number;
}): Promise<Accounts> {
  const { db, log, now = Date.now } = options;
  const revocations = await openRevocations(db, log);
  const bounds = {
    maxBatchItems: LOOKUP_MAX_BATCH,
    maxQueuedItems: LOOKUP_MAX_QUEUED,
    maxKeysInFlight: 1,
    retryForMs: LOOKUP_RETRY_MS,
  };
  const lookUpVerified = createBatcher<number, boolean>({
    ...bounds,
    run: async (_key, userIds) => {
      const verified = await findVerifiedUsers(db, userIds);
      return userIds.map((userId) => verified.has(userId));
    },
  });
  const lookUp = createBatcher<Buffer, Session | undefined>({
    ...bounds,
    run: async (_key, cookieHashes) => {
      const found = await findSessions(db, cookieHashes);
      const byHash = new Map(found.map(({ cookieHash, session }) => [cookieHash.toString('base64'), session]));
      return cookieHashes.map((cookieHash) => byHash.get(cookieHash.toString('base64')));
    },
  });
  return {
    db,
    key: await accessTokenKey(options.accessTokenKey),
    now,
    passwords: await openPasswords(),
    revocations,
    verifiedTokens: new LRUCache({ max: MAX_SESSIONS_REMEMBERED }),
    sessions: new LRUCache({ max: MAX_SESSIONS_REMEMBERED }),
    lookUp,
    verifiedMails: new LRUCache({ max: MAX_SESSIONS_REMEMBERED }),
    lookUpVerified,
    close: async () => {
      revocations.close();
      await Promise.all([lookUp.drain(), lookUpVerified.drain()]);
    },
  };
}
