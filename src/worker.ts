// Background work: what must happen a little later, or again and again. Every job can run twice without harm.
import { makeWorkerUtils, run, type TaskList, Logger as WorkerLogger } from 'graphile-worker';
import pg from 'pg';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './lib/db.ts';
import { pruneFeed } from './lib/feed.ts';
import { type Log, openLog } from './lib/log.ts';
import { patiently } from './lib/patience.ts';
import { type Repeated, repeat } from './lib/repeat.ts';
import { ensureSecrets } from './lib/secrets.ts';
import { type AskedVerification, purgeExpiredSessions, relayAskedVerifications } from './modules/accounts/index.ts';
import { moveLines, sweepExpired } from './modules/inventory/index.ts';
import {
  type GrantNews,
  notifyGranted,
  notifyOrder,
  notifyUnsold,
  openMailer,
  sendVerification,
  type UnsoldNews,
  verificationMailId,
} from './modules/notices/index.ts';
import {
  carryDemoOrders,
  drainCheckout,
  type OutboxMessage,
  openCheckout,
  relayOutbox,
  resolveDuePayments,
} from './modules/orders/index.ts';
import { sendDueRefunds } from './modules/payments/index.ts';
import { openPaymentProvider } from './payment-provider.ts';
import { purgeIdempotency } from './web/kit/idempotency-store.ts';

const WORKER_CONNECTIONS = 8;
const QUEUE_CONNECTIONS = 4;
const JOBS_AT_ONCE = 4;
const STATEMENT_TIMEOUT_MS = 60_000;
// A hold that runs out is back on sale within 2 s.
const SWEEP_EVERY_MS = 500;
// Draws and openings happen on time, and a unit that came back goes to the first in line.
const MOVE_LINES_EVERY_MS = 200;
const RELAY_EVERY_MS = 200;
const RELAY_VERIFICATIONS_EVERY_MS = 1_000;
const RECONCILE_EVERY_MS = 1_000;
const FREE_LOST_JOBS_EVERY_MS = 60_000;
const HOUSEKEEPING_EVERY_MS = 600_000;
const DEMO_CARRIER_EVERY_MS = 5_000;
const DEMO_CARRIER_STEP_SECONDS = 20;
const MAX_JOB_ATTEMPTS = 12;

export async function startWorker(config: Config): Promise<{ close(): Promise<void> }> {
  const log = openLog('worker', config.logLevel);
  if (config.databaseUrl === undefined) throw new Error('a worker needs DATABASE_URL');
  const db = openDatabase({
    url: config.databaseUrl,
    applicationName: 'souk worker',
    maxConnections: WORKER_CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    findsByKey: true,
  });
  const secrets = await patiently(() => ensureSecrets(db, ['provider-api-key', 'webhook-secret', 'order-link']));
  const provider = openPaymentProvider(config, secrets);
  const checkout = openCheckout({ db, provider, log, publicOrigin: config.origin });
  const queue = await openQueue(config, config.databaseUrl, db, secrets['order-link'], log);

  const loops: Repeated[] = [
    repeat('sweep-expired', SWEEP_EVERY_MS, log, async () => (await sweepExpired(db, null)) > 0 && 'again'),
    repeat('move-lines', MOVE_LINES_EVERY_MS, log, async () => (await moveLines(db, null)) > 0 && 'again'),
    repeat('relay-outbox', RELAY_EVERY_MS, log, async () => (await relayOutbox(db, queue.add)).isMore && 'again'),
    repeat(
      'verify-mail',
      RELAY_VERIFICATIONS_EVERY_MS,
      log,
      async () => (await relayAskedVerifications(db, queue.verify)) > 0 && 'again',
    ),
    repeat(
      'reconcile-payments',
      RECONCILE_EVERY_MS,
      log,
      async () => (await resolveDuePayments(checkout, null)) > 0 && 'again',
    ),
    repeat(
      'send-refunds',
      RECONCILE_EVERY_MS,
      log,
      async () => (await sendDueRefunds(db, provider, log, null)) > 0 && 'again',
    ),
    repeat('free-lost-jobs', FREE_LOST_JOBS_EVERY_MS, log, queue.freeLost),
    repeat('housekeeping', HOUSEKEEPING_EVERY_MS, log, () => keepHouse(db)),
  ];
  if (config.demo === 'on') {
    const step = () => carryDemoOrders(db, { at: new Date(), stepSeconds: DEMO_CARRIER_STEP_SECONDS });
    loops.push(repeat('demo-carrier', DEMO_CARRIER_EVERY_MS, log, async () => void (await step())));
  }
  return {
    close: async () => {
      await Promise.all(loops.map((loop) => loop.close()));
      await queue.close();
      await drainCheckout(checkout);
      await db.close();
    },
  };
}

async function keepHouse(db: Database): Promise<void> {
  await pruneFeed(db);
  await purgeIdempotency(db);
  await purgeExpiredSessions(db);
}

type Queue = {
  add(messages: OutboxMessage[]): Promise<void>;
  verify(asked: AskedVerification[]): Promise<void>;
  freeLost(): Promise<void>;
  close(): Promise<void>;
};

// A job sends one mail and waits 10 s at most for the server: a lock older than this is a killed worker's.
const LOST_AFTER = '2 minutes';

async function openQueue(
  config: Config,
  databaseUrl: string,
  db: Database,
  linkKey: Uint8Array,
  log: Log,
): Promise<Queue> {
  const logger = new WorkerLogger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log.warn({ queue: level }, message);
    else log.debug(message);
  });
  const pgPool = new pg.Pool({ connectionString: databaseUrl, max: QUEUE_CONNECTIONS, application_name: 'souk queue' });
  // A connection that dies is replaced by the pool; the job that meets it is tried again.
  pgPool.on('error', () => {});
  pgPool.on('connect', (client) => client.on('error', () => {}));
  const mailer =
    config.smtpUrl === undefined
      ? null
      : openMailer({ smtpUrl: config.smtpUrl, from: `Souk <orders@${new URL(config.origin).hostname}>` });
  const notify = { db, mailer, linkKey, publicOrigin: config.origin };
  const tellBuyer = async (payload: unknown) =>
    void (await notifyOrder(notify, payload as Parameters<typeof notifyOrder>[1]));
  const verifyMail = async (payload: unknown) =>
    void (await sendVerification(notify, payload as Parameters<typeof sendVerification>[1]));
  const taskList: TaskList = {
    'order-placed': tellBuyer,
    'order-moved': tellBuyer,
    'line-granted': async (payload) => void (await notifyGranted(notify, payload as GrantNews)),
    'payment-unsold': async (payload) => void (await notifyUnsold(notify, payload as UnsoldNews)),
    'verify-mail': verifyMail,
  };
  const utils = await makeWorkerUtils({ pgPool, logger });
  await patiently(() => utils.migrate());
  const runner = await run({ pgPool, taskList, concurrency: JOBS_AT_ONCE, noHandleSignals: true, logger });
  return {
    add: async (messages) => {
      const jobs = messages.filter((message) => message.kind in taskList);
      // The same message again is the same job: its key says so.
      await utils.addJobs(
        jobs.map((message) => ({
          identifier: message.kind,
          payload: message.payload,
          jobKey: message.messageId,
          maxAttempts: MAX_JOB_ATTEMPTS,
        })),
      );
    },
    verify: async (asked) => {
      await utils.addJobs(
        asked.map((one) => ({
          identifier: 'verify-mail',
          payload: one,
          jobKey: verificationMailId(one.userId, one.askedAt),
          maxAttempts: MAX_JOB_ATTEMPTS,
        })),
      );
    },
    freeLost: async () => {
      const { rows } = await pgPool.query<{ locked_by: string }>(
        'select distinct locked_by from graphile_worker.jobs where locked_at < now() - $1::interval',
        [LOST_AFTER],
      );
      if (rows.length > 0) await utils.forceUnlockWorkers(rows.map((row) => row.locked_by));
    },
    close: async () => {
      await runner.stop();
      await utils.release();
      await pgPool.end();
    },
  };
}
