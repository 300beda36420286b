// Composes one web node: database, replica, modules, routes, and the second port.
import swagger from '@fastify/swagger';
import { type Config, secretsFile, synonymFiles } from './config.ts';
import { type Database, openDatabase, sql } from './lib/db.ts';
import { confirmSecrets, holdSecrets } from './lib/kept-secrets.ts';
import { type Log, openLog } from './lib/log.ts';
import { type Readiness, startOpsServer } from './lib/ops-server.ts';
import { measureRequests, measureShop, openMetrics } from './metrics.ts';
import { openAccounts } from './modules/accounts/index.ts';
import { openLineWatch, openReservations } from './modules/inventory/index.ts';
import { drainCheckout, openCheckout, openOrderWatch, turnsToPay } from './modules/orders/index.ts';
import type { PaymentProvider } from './modules/payments/index.ts';
import { keepTaught, openQueryLog } from './modules/search/index.ts';
import { openApiSettings } from './open-api.ts';
import { openShopReplica } from './open-shop-replica.ts';
import { openPaymentProvider } from './payment-provider.ts';
import { replicaSource } from './replica-source.ts';
import { paymentMethodRoutes } from './web/account/payment-methods.ts';
import { accountRoutes } from './web/account/routes.ts';
import { verifyMailRoutes } from './web/account/verify-mail.ts';
import { docsRoutes } from './web/api/docs.ts';
import { paymentEventRoutes } from './web/api/payment-events.ts';
import { reviewRoutes } from './web/api/reviews.ts';
import { takeBackRoutes } from './web/api/take-back.ts';
import { openAnswerCounts } from './web/kit/answer-counts.ts';
import { assetRoutes } from './web/kit/assets.ts';
import { openProofs } from './web/kit/proof-of-work.ts';
import { createServer, NEW_CONNECTIONS_QUEUED } from './web/kit/server.ts';
import type { App, Shop } from './web/kit/shop.ts';
import { auditRoutes } from './web/operator/audit.ts';
import { dropRoutes } from './web/operator/drops.ts';
import { searchReportRoutes } from './web/operator/search-report.ts';
import { statementRoutes } from './web/operator/statement.ts';
import { sellerRoutes } from './web/seller/seller-routes.ts';
import { shopRoutes } from './web/shop/routes.ts';

const WEB_CONNECTIONS = 20;
// A thousand times what a purchase's statement takes; nobody waits longer in front of a page.
const STATEMENT_TIMEOUT_MS = 5_000;
const POLL_EVERY_MS = 200;
const ORDER_WATCH_EVERY_MS = 1_000;
const READY_MAX_AGE_SECONDS = 10;

const ping = sql('app_ping', 'select 1 as one');

export async function startWeb(config: Config): Promise<{ close(): Promise<void> }> {
  const log = openLog('web', config.logLevel);
  const { shop, close: closeShop } = await openShop(config, log);
  const metrics = openMetrics();
  measureShop(shop, metrics);
  const app = createServer({
    db: shop.db,
    accounts: shop.accounts,
    answers: shop.answers,
    turnsToPay: () => turnsToPay(shop.checkout),
    publicOrigin: config.origin,
    paymentOrigin: new URL(shop.provider.cardPageUrl({ amountMinor: 0, currency: 'USD', returnUrl: config.origin }))
      .origin,
    trustProxy: config.trustedProxies ?? false,
    log,
  });
  measureRequests(app, metrics);
  addRoutes(app, shop);
  await app.listen({ host: config.host, port: config.port, backlog: NEW_CONNECTIONS_QUEUED });
  const ops = await startOpsServer({
    host: '127.0.0.1',
    port: config.opsPort,
    readiness: () => readiness(shop),
    metrics,
  });
  return {
    close: async () => {
      // First nobody new, then what is under way, then what it needs.
      shop.orderWatch.close();
      await app.close();
      await closeShop();
      await ops.close();
    },
  };
}

/** Everything that routes need, opened; for the server and for tests that inject requests. */
export async function openShop(
  config: Config,
  log: Log,
  given?: PaymentProvider,
): Promise<{ shop: Shop; close(): Promise<void> }> {
  if (config.databaseUrl === undefined) throw new Error('a web node needs DATABASE_URL');
  const db = openDatabase({
    url: config.databaseUrl,
    applicationName: 'souk web',
    maxConnections: WEB_CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    findsByKey: true,
  });
  const copyFile = secretsFile(config.dataDirectory);
  const { secrets, isCopy } = await holdSecrets(
    db,
    ['access-token', 'provider-api-key', 'webhook-secret', 'order-link', 'proof-of-work'],
    copyFile,
  );
  const closing = new AbortController();
  const confirming = isCopy ? requireSame(db, secrets, copyFile, closing.signal, log) : undefined;
  const provider = given ?? openPaymentProvider(config, secrets);
  const [accounts, replica] = await Promise.all([
    openAccounts({ db, accessTokenKey: secrets['access-token'], log }),
    openShopReplica(config, { source: replicaSource(db), log, pollEveryMs: POLL_EVERY_MS }),
  ]);
  const lines = await openLineWatch(db, log);
  const checkout = openCheckout({ db, provider, log, publicOrigin: config.origin });
  const reservations = openReservations(db, lines, () => turnsToPay(checkout) > 0);
  const taught = keepTaught({
    db,
    replica,
    log,
    synonymFiles: synonymFiles(config),
  });
  const queryLog = openQueryLog(db, log);
  const shop: Shop = {
    db,
    lines,
    replica,
    queryLog,
    accounts,
    reservations,
    proofs: openProofs({ key: secrets['proof-of-work'], load: () => reservations.statistics().queuedItems }),
    answers: openAnswerCounts(),
    checkout,
    provider,
    orderWatch: openOrderWatch({ db, everyMs: ORDER_WATCH_EVERY_MS, log }),
    linkKey: secrets['order-link'],
    publicOrigin: config.origin,
    picturesDirectory: `${config.dataDirectory}/pictures`,
    demo: config.demo === 'on',
    log,
  };
  const close = async () => {
    closing.abort();
    await confirming;
    shop.orderWatch.close();
    await Promise.all([shop.reservations.drain(), drainCheckout(shop.checkout)]);
    await Promise.all([taught.close(), queryLog.close()]);
    await Promise.all([replica.close(), accounts.close(), lines.close()]);
    await db.close();
  };
  return { shop, close };
}

/** A node that started with the secrets of another shop's database is of no use to this one, and is started again. */
async function requireSame(
  db: Database,
  secrets: Record<string, Buffer>,
  file: string,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  log.warn('the database is away: searching and looking go on from this node’s copies, buying begins when it is back');
  const outcome = await confirmSecrets(db, secrets, file, signal, log);
  if (outcome === 'confirmed') log.info('the database is there');
  if (outcome !== 'others') return;
  log.fatal('the database is there and has other secrets than this node started with; it is started again');
  process.exit(1);
}

export function addRoutes(app: App, shop: Shop): void {
  app.register(swagger, openApiSettings(shop.publicOrigin));
  // In a scope of its own, so that the routes are added after the plug-in that listens for them.
  app.register(async (scope) => {
    const routes = scope as App;
    assetRoutes(routes);
    shopRoutes(routes, shop);
    accountRoutes(routes, shop);
    verifyMailRoutes(routes, shop);
    paymentMethodRoutes(routes, shop);
    reviewRoutes(routes, shop);
    takeBackRoutes(routes, shop);
    sellerRoutes(routes, shop);
    auditRoutes(routes, shop);
    dropRoutes(routes, shop);
    statementRoutes(routes, shop);
    searchReportRoutes(routes, shop);
    paymentEventRoutes(routes, shop);
    docsRoutes(routes);
  });
}

/** A node whose database or OpenSearch is away still shows products, so it stays in service and says what is missing. */
async function readiness(shop: Shop): Promise<Readiness> {
  const degraded: string[] = [];
  await shop.db.query(ping).catch(() => degraded.push('database: purchases, sign-in and orders are out'));
  const searchFault = shop.replica.searchFault();
  if (searchFault !== null) degraded.push(`search: ${searchFault}`);
  const ageSeconds = shop.replica.ageSeconds();
  if (ageSeconds > READY_MAX_AGE_SECONDS && ageSeconds < Number.POSITIVE_INFINITY)
    degraded.push(`replica: ${Math.round(ageSeconds)} seconds behind`);
  return { isReady: shop.replica.ready(), degraded };
}
