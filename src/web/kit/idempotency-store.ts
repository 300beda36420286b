// Every statement on idempotency_record.
import { type Queryable, sql } from '../../lib/db.ts';

/** How long a request may run before another one with its key takes it for dead and runs itself. */
const LOCK_SECONDS = 60;
const KEPT_HOURS = 48;
const MAX_PURGED_A_ROUND = 10_000;

export type KeyOfRequest = { userId: number; key: string; hash: Buffer };
/** `lock` tells this run from a later one that took the key over. */
export type Claim = { userId: number; key: string; lock: string };
export type KeptAnswer = { status: number; headers: Record<string, string>; body: Buffer };
export type ClaimOutcome =
  | { kind: 'claimed'; claim: Claim }
  | { kind: 'answered'; answer: KeptAnswer }
  | { kind: 'running' }
  | { kind: 'reused' };

const claimSql = sql(
  'idempotency_claim',
  `insert into idempotency_record as r (user_id, idempotency_key, request_hash, state, locked_until, created_at)
   values ($1, $2, $3, 'running', clock_timestamp() + make_interval(secs => $4), clock_timestamp())
   on conflict (user_id, idempotency_key) do update set locked_until = excluded.locked_until
     where r.state = 'running' and r.locked_until < clock_timestamp() and r.request_hash = excluded.request_hash
   returning locked_until::text as lock`,
);
const findSql = sql(
  'idempotency_find',
  'select request_hash, state, status, headers, body from idempotency_record where user_id = $1 and idempotency_key = $2',
);

export async function claimKey(db: Queryable, request: KeyOfRequest): Promise<ClaimOutcome> {
  const { userId, key, hash } = request;
  const [claimed] = await db.query<{ lock: string }>(claimSql, [userId, key, hash, LOCK_SECONDS]);
  if (claimed) return { kind: 'claimed', claim: { userId, key, lock: claimed.lock } };
  type Row = { request_hash: Buffer } & (
    | { state: 'running' }
    | { state: 'answered'; status: number; headers: Record<string, string>; body: Buffer }
  );
  const [row] = await db.query<Row>(findSql, [userId, key]);
  // Gone in between: the first run ended in a fault and gave the key back. Asking again will claim it.
  if (!row) return { kind: 'running' };
  if (!row.request_hash.equals(hash)) return { kind: 'reused' };
  if (row.state === 'running') return { kind: 'running' };
  return { kind: 'answered', answer: { status: row.status, headers: row.headers, body: row.body } };
}

const keepSql = sql(
  'idempotency_keep',
  `update idempotency_record set state = 'answered', status = $4, headers = $5, body = $6
   where user_id = $1 and idempotency_key = $2 and state = 'running' and locked_until = $3::timestamptz`,
);

export async function keepAnswer(db: Queryable, claim: Claim, answer: KeptAnswer): Promise<void> {
  const { userId, key, lock } = claim;
  await db.query(keepSql, [userId, key, lock, answer.status, answer.headers, answer.body]);
}

const releaseSql = sql(
  'idempotency_release',
  `delete from idempotency_record
   where user_id = $1 and idempotency_key = $2 and state = 'running' and locked_until = $3::timestamptz`,
);

export async function releaseKey(db: Queryable, claim: Claim): Promise<void> {
  await db.query(releaseSql, [claim.userId, claim.key, claim.lock]);
}

const purgeSql = sql(
  'idempotency_purge',
  `with old as (
     select user_id, idempotency_key from idempotency_record
     where created_at < now() - make_interval(hours => $1) order by created_at limit $2),
   gone as (
     delete from idempotency_record r using old
     where r.user_id = old.user_id and r.idempotency_key = old.idempotency_key
       and r.created_at < now() - make_interval(hours => $1)
     returning 1)
   select count(*) as purged from gone`,
);

/** For a job: forgets answers older than two days, some at a time, and says how many. */
export async function purgeIdempotency(db: Queryable): Promise<number> {
  const [row] = await db.query<{ purged: number }>(purgeSql, [KEPT_HOURS, MAX_PURGED_A_ROUND]);
  return row?.purged ?? 0;
}
