import type { Database } from '../../lib/db.ts';
import { purgeSessions } from './store.ts';

const MAX_SESSIONS_A_ROUND = 5_000;

/** Forgets sessions that ended a day ago or earlier, with their tokens; says how many, so that a job can go on. */
export function purgeExpiredSessions(db: Database): Promise<number> {
  return purgeSessions(db, MAX_SESSIONS_A_ROUND);
}
