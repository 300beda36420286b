// Sessions that were signed out while tokens of theirs may still be around. Checked on every request, so it is a set in
// memory: this node adds to it in the moment it revokes, other nodes learn of it within POLL_PAUSE_MS.
import type { Queryable } from '../../lib/db.ts';
import type { Log } from '../../lib/log.ts';
import { listRevokedSessions } from './store.ts';

const POLL_PAUSE_MS = 500;
/** Beyond it no access token and no cached cookie of the session can be valid any more: 15 minutes and a margin. */
const REVOCATION_KEPT_SECONDS = 20 * 60;
// A revocation becomes visible when it commits, a little after the time it carries. No statement here runs that long.
const OVERLAP_SECONDS = 15;

export type Revocations = {
  has(sessionId: string): boolean;
  add(sessionId: string): void;
  /** Asks the database once; the timer does so by itself. */
  poll(): Promise<void>;
  close(): void;
};

export async function openRevocations(db: Queryable, log: Log): Promise<Revocations> {
  const revoked = new Map<string, number>(); // session id -> when it was learnt, in the order of learning
  let reaching = true;
  let polling = false;

  function add(sessionId: string): void {
    if (!revoked.has(sessionId)) revoked.set(sessionId, performance.now());
  }

  async function load(seconds: number): Promise<void> {
    for (const sessionId of await listRevokedSessions(db, seconds)) add(sessionId);
  }

  function forgetOld(): void {
    const oldest = performance.now() - (REVOCATION_KEPT_SECONDS + OVERLAP_SECONDS) * 1000;
    for (const [sessionId, at] of revoked) {
      if (at > oldest) return;
      revoked.delete(sessionId);
    }
  }

  let lastPoll = performance.now();
  async function poll(): Promise<void> {
    if (polling) return;
    polling = true;
    const startedAt = performance.now();
    try {
      // After an outage the gap is longer than the overlap.
      const gapSeconds = Math.ceil((startedAt - lastPoll) / 1000);
      await load(Math.min(gapSeconds + OVERLAP_SECONDS, REVOCATION_KEPT_SECONDS));
      lastPoll = startedAt;
      forgetOld();
      if (!reaching) log.info('revoked sessions are being read again');
      reaching = true;
    } catch (error) {
      // Twice a second for as long as the database is away: said once.
      if (reaching) log.warn({ err: error }, 'revoked sessions cannot be read; sign-outs on other nodes are not seen');
      reaching = false;
    } finally {
      polling = false;
    }
  }

  // A node that starts while the database is away goes on without: all that an account may do but look needs the database.
  lastPoll -= REVOCATION_KEPT_SECONDS * 1000;
  await poll();
  const timer = setInterval(() => void poll(), POLL_PAUSE_MS).unref();
  return { has: (sessionId) => revoked.has(sessionId), add, poll, close: () => clearInterval(timer) };
}
