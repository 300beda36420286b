// The SQL of the webhooks that wait, fly and have arrived.
import { type Queryable, sql } from '../lib/db.ts';

export type DueWebhook = {
  webhook_id: number;
  event_id: string;
  type: string;
  idempotency_key: string;
  created_at: Date;
  attempts: number;
};

// Taking a webhook moves its next attempt past the time one may fly: a process that dies meanwhile loses nothing,
// and a second process does not send it as well.
const claimSql = sql(
  'sandbox_claim_webhooks',
  `with due as (
     select webhook_id from sandbox.webhook where next_attempt_at <= clock_timestamp()
     order by next_attempt_at limit $1 for update skip locked)
   update sandbox.webhook w
   set attempts = w.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => $2)
   from due where w.webhook_id = due.webhook_id
   returning w.webhook_id, w.event_id, w.type, w.idempotency_key, w.created_at, w.attempts`,
);

export function claimWebhooks(db: Queryable, maxWebhooks: number, leaseSeconds: number): Promise<DueWebhook[]> {
  return db.query<DueWebhook>(claimSql, [maxWebhooks, leaseSeconds]);
}

export type AttemptResult = {
  webhookId: number;
  delivered: boolean;
  /** null: there is no next time. */
  nextAttemptInMs: number | null;
  fault: string | null;
};

const recordSql = sql(
  'sandbox_record_attempts',
  `update sandbox.webhook w
   set delivered_at = case when r.delivered then clock_timestamp() end, last_fault = r.fault,
       next_attempt_at = clock_timestamp() + make_interval(secs => r.pause_ms / 1000.0)
   from unnest($1::bigint[], $2::boolean[], $3::float8[], $4::text[]) as r(webhook_id, delivered, pause_ms, fault)
   where w.webhook_id = r.webhook_id and w.delivered_at is null`,
);

export async function recordAttempts(db: Queryable, results: readonly AttemptResult[]): Promise<void> {
  await db.query(recordSql, [
    results.map((one) => one.webhookId),
    results.map((one) => one.delivered),
    results.map((one) => one.nextAttemptInMs),
    results.map((one) => one.fault),
  ]);
}

const deleteSql = sql(
  'sandbox_delete_webhooks',
  `delete from sandbox.webhook where webhook_id in (
     select webhook_id from sandbox.webhook
     where next_attempt_at is null and created_at < now() - make_interval(secs => $1) order by created_at limit $2)`,
);

export async function deleteOldWebhooks(db: Queryable, keptSeconds: number, maxWebhooks: number): Promise<void> {
  await db.query(deleteSql, [keptSeconds, maxWebhooks]);
}
