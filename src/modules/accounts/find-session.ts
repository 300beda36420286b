import { isConnectionLost } from '../../lib/db.ts';
import type { Session } from './account.ts';
import type { Accounts } from './accounts.ts';
import { hashSecret } from './tokens.ts';

const FRESH_FOR_MS = 5 * 60_000;
// With the database away nobody can sign out, so what was true a while ago still is. Added to FRESH_FOR_MS it must stay
// below REVOCATION_KEPT_SECONDS: a remembered session must not outlive the memory of its revocation.
const STALE_FOR_MS = 10 * 60_000;
const ONE_QUEUE = 0;

/** What this node remembers of a cookie, without asking anybody: all but one request of five minutes end here. */
export function recallSession(accounts: Accounts, cookie: string): Session | undefined {
  const cookieHash = hashSecret(cookie);
  const remembered = cookieHash && accounts.sessions.get(cookieHash.toString('base64'));
  if (!remembered || accounts.now() - remembered.loadedAtMs >= FRESH_FOR_MS) return undefined;
  return isLive(accounts, remembered.session) ? remembered.session : undefined;
}

/** The session of a browser's cookie. */
export async function findSessionByCookie(
  accounts: Accounts,
  cookie: string,
): Promise<{ kind: 'found'; session: Session } | { kind: 'unknown' } | { kind: 'overloaded' }> {
  const recalled = recallSession(accounts, cookie);
  if (recalled) return { kind: 'found', session: recalled };
  const cookieHash = hashSecret(cookie);
  if (!cookieHash) return { kind: 'unknown' };
  const key = cookieHash.toString('base64');
  const remembered = accounts.sessions.get(key);
  const ageMs = remembered ? accounts.now() - remembered.loadedAtMs : Number.POSITIVE_INFINITY;
  const looked = await accounts.lookUp.submit(ONE_QUEUE, cookieHash).catch((error: unknown) => {
    if (remembered && ageMs < FRESH_FOR_MS + STALE_FOR_MS && isConnectionLost(error)) return remembered.session;
    throw error;
  });
  if (looked === undefined) {
    accounts.sessions.delete(key);
    return { kind: 'unknown' };
  }
  if ('kind' in looked) return { kind: 'overloaded' };
  if (looked !== remembered?.session) accounts.sessions.set(key, { session: looked, loadedAtMs: accounts.now() });
  return isLive(accounts, looked) ? { kind: 'found', session: looked } : { kind: 'unknown' };
}

function isLive(accounts: Accounts, session: Session): boolean {
  return accounts.now() < session.expiresAtMs && !accounts.revocations.has(session.sessionId);
}
