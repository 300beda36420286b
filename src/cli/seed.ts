// souk seed: loads the demo catalogue and the demo accounts. Running it again adds only what is missing.
import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { type Database, openDatabase } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import { createStaffAccount, openAccounts, saveAddress } from '../modules/accounts/index.ts';
import { assignSeller, seedDemo } from '../modules/catalog/index.ts';
import { setImportedStock } from '../modules/inventory/index.ts';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from './demo-accounts.ts';
import { openProgress } from './progress.ts';
import { migrateOrRefuse, withShopDatabase } from './shop-database.ts';

const CONNECTIONS = 4;
const STATEMENT_TIMEOUT_MS = 60_000;

export function seed(config: Config, products: number, isJson: boolean): Promise<void> {
  return withShopDatabase(config, async (url) => {
    await migrateOrRefuse(url);
    const beganAt = performance.now();
    const db = openDatabase({
      url,
      applicationName: 'souk seed',
      maxConnections: CONNECTIONS,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    const progress = openProgress('Loading the demo catalogue', isJson);
    try {
      const report = await seedDemo({
        db,
        products,
        today: new Date(),
        afterBatch: setImportedStock,
        onProgress: ({ done, total }) => progress.update(done, total, `${done} of ${total} products`),
      });
      await seedAccounts(config, db);
      progress.end();
      const tookMs = Math.round(performance.now() - beganAt);
      if (isJson) console.log(JSON.stringify({ ...report, tookMs }));
      else
        console.log(
          `Demo catalogue: ${report.products} products, ${report.reviews} new reviews, ${(tookMs / 1_000).toFixed(1)} s.`,
        );
    } finally {
      progress.end();
      await db.close();
    }
  });
}

async function seedAccounts(config: Config, db: Database): Promise<void> {
  // Nobody signs in here, so any key does.
  const accounts = await openAccounts({ db, accessTokenKey: randomBytes(32), log: openLog('seed', config.logLevel) });
  try {
    for (const { email, name, roles, address, sellerSlug } of DEMO_ACCOUNTS) {
      const outcome = await createStaffAccount(db, { email, password: DEMO_PASSWORD, name, roles });
      if (outcome.kind === 'email-malformed') throw new Error(`${email} is no address`);
      const { userId } = outcome.user;
      // What someone changed since stays.
      if (address && outcome.kind === 'created') await saveAddress(accounts, userId, address);
      if (sellerSlug) await assignSeller(db, sellerSlug, userId);
    }
  } finally {
    await accounts.close();
  }
}
