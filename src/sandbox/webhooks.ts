// Tells the shop what happened: at least once, signed, again and again with growing pauses until it says 2xx.
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Queryable } from '../lib/db.ts';
import type { Log } from '../lib/log.ts';
import { type AttemptResult, claimWebhooks, type DueWebhook, recordAttempts } from './store-webhooks.ts';

const MAX_IN_FLIGHT = 128;
const MAX_ATTEMPTS = 12;
const ATTEMPT_TIMEOUT_MS = 5_000;
// Longer than an attempt can take, so what is claimed again was really lost.
const LEASE_SECONDS = 10;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
const IDLE_PAUSE_MS = 500;
// What comes a moment later goes along: claiming and recording cost a statement each, whatever the number.
const GATHER_MS = 20;
const FAULT_PAUSE_MS = 1_000;
const LONGEST_FAULT_CHARACTERS = 200;

export type Webhooks = {
  /** There is something new to send. */
  wake(): void;
  /** Sends no more. What is in flight is cut off and stays in the table as not delivered. */
  close(): Promise<void>;
};

export type WebhookTarget = { url: string; secret: string };

export function startWebhooks(db: Queryable, target: WebhookTarget, log: Log): Webhooks {
  const url = new URL(target.url);
  const pool = new Pool(url.origin, { connections: MAX_IN_FLIGHT, pipelining: 1 });
  const stop = new AbortController();
  const results: AttemptResult[] = [];
  let inFlight = 0;
  let woken = Promise.withResolvers<void>();

  function wake(): void {
    woken.resolve();
  }

  async function rest(pauseMs: number): Promise<void> {
    const timer = setTimeout(wake, pauseMs);
    await woken.promise;
    clearTimeout(timer);
    if (!stop.signal.aborted) await sleep(GATHER_MS);
    woken = Promise.withResolvers<void>();
  }

  async function attempt(webhook: DueWebhook): Promise<void> {
    inFlight++;
    const fault = await send(pool, url.pathname + url.search, target.secret, webhook, stop.signal);
    inFlight--;
    const lastTry = webhook.attempts >= MAX_ATTEMPTS;
    if (fault !== null && lastTry) log.warn({ eventId: webhook.event_id, fault }, 'webhook given up');
    results.push({
      webhookId: webhook.webhook_id,
      delivered: fault === null,
      nextAttemptInMs: fault === null || lastTry ? null : pauseAfterMs(webhook.attempts, Math.random()),
      fault,
    });
    wake();
  }

  async function recordResults(): Promise<void> {
    if (results.length === 0) return;
    const batch = results.slice();
    await recordAttempts(db, batch);
    results.splice(0, batch.length);
  }

  async function round(): Promise<void> {
    await recordResults();
    const free = MAX_IN_FLIGHT - inFlight;
    // Claiming one by one as each returns would cost a statement for each webhook.
    if (free < MAX_IN_FLIGHT / 2) return rest(IDLE_PAUSE_MS);
    const due = await claimWebhooks(db, free, LEASE_SECONDS);
    for (const webhook of due) void attempt(webhook);
    if (due.length < free || inFlight > 0) await rest(IDLE_PAUSE_MS);
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await round();
      } catch (fault) {
        log.error({ err: fault }, 'webhooks rest: the database does not answer');
        await rest(FAULT_PAUSE_MS);
      }
    }
    while (inFlight > 0) await rest(IDLE_PAUSE_MS);
    await recordResults();
  }

  const running = run().catch((fault) => log.error({ err: fault }, 'the last webhook results were not recorded'));
  return {
    wake,
    close: async () => {
      stop.abort();
      wake();
      await running;
      await pool.destroy();
    },
  };
}

/** What went wrong, or null. */
async function send(
  pool: Pool,
  path: string,
  secret: string,
  webhook: DueWebhook,
  stop: AbortSignal,
): Promise<string | null> {
  const body = JSON.stringify({
    id: webhook.event_id,
    type: webhook.type,
    idempotency_key: webhook.idempotency_key,
    created: webhook.created_at.toISOString(),
  });
  try {
    const response = await pool.request({
      method: 'POST',
      path,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'souk-sandbox-pay',
        'sandbox-signature': signature(secret, body, Date.now()),
      },
      body,
      signal: AbortSignal.any([stop, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
    });
    await response.body.dump();
    return response.statusCode >= 200 && response.statusCode < 300 ? null : `status ${response.statusCode}`;
  } catch (fault) {
    return String(fault).slice(0, LONGEST_FAULT_CHARACTERS);
  }
}

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`: the time is signed too, so that an old message cannot be sent again. */
function signature(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** 1 s, 2 s, 4 s … 5 min, each between half and whole by chance: a shop that comes back is not hit by all at once. */
export function pauseAfterMs(attempts: number, chance: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
  return Math.round(longest * (0.5 + chance / 2));
}
