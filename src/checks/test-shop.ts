// The whole shop as app.ts composes it, over a real database and a real payment provider; requests are injected.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { addRoutes, openShop } from '../app.ts';
import type { Config } from '../config.ts';
import type { Queryable } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import { assignSeller, findSeller } from '../modules/catalog/index.ts';
import { turnsToPay } from '../modules/orders/index.ts';
import { createSandboxProvider } from '../modules/payments/index.ts';
import { API_KEY, openTestSandbox, SHOP_ORIGIN, until, WEBHOOK_SECRET } from '../sandbox/test-sandbox.ts';
import { createServer } from '../web/kit/server.ts';
import type { App, Shop } from '../web/kit/shop.ts';
import { makeProduct, makeSeller } from './fixtures.ts';
import { signInSomebody } from './test-server.ts';

export type Person = Awaited<ReturnType<typeof signInSomebody>>;
export type TestShop = {
  app: App;
  shop: Shop;
  sandboxOrigin: string;
  people: Record<'buyer' | 'stranger' | 'seller' | 'otherSeller' | 'operator', Person>;
  sellerId: number;
  productId: number;
};

const PROVIDER_TIMEOUT_MS = 2_000;
const REPLICA_TIMEOUT_MS = 5_000;

export async function openTestShop(t: TestContext, searchUrl?: string): Promise<TestShop> {
  const sandbox = await openTestSandbox(t);
  const { db } = sandbox;
  const dataDirectory = mkdtempSync(join(tmpdir(), 'souk-contract-'));
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 5, sellerId });
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    opsPort: 0,
    sandboxPort: undefined,
    origin: SHOP_ORIGIN,
    dataDirectory,
    databaseUrl: db.url,
    demo: 'on',
    smtpUrl: undefined,
    searchUrl,
    searchThreads: 0,
    trustedProxies: undefined,
    logLevel: 'silent',
  };
  const log = openLog('contract', 'silent');
  const provider = createSandboxProvider({
    baseUrl: sandbox.origin,
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    timeoutMs: PROVIDER_TIMEOUT_MS,
  });
  const { shop, close } = await openShop(config, log, provider);
  const { accounts } = shop;
  const app = createServer({
    db: shop.db,
    accounts,
    answers: shop.answers,
    turnsToPay: () => turnsToPay(shop.checkout),
    publicOrigin: SHOP_ORIGIN,
    paymentOrigin: sandbox.origin,
    trustProxy: false,
    log,
  });
  addRoutes(app, shop);
  await app.ready();
  t.after(async () => {
    await app.close();
    await close();
    rmSync(dataDirectory, { recursive: true });
  });

  const people = {
    buyer: await signInSomebody(shop),
    stranger: await signInSomebody(shop),
    seller: await signInSomebody(shop, ['shopper', 'seller']),
    otherSeller: await signInSomebody(shop, ['shopper', 'seller']),
    operator: await signInSomebody(shop, ['shopper', 'operator']),
  };
  await giveShop(db, sellerId, people.seller);
  await giveShop(db, await makeSeller(db), people.otherSeller);
  await until(async () => (await shop.replica.product(productId)) !== undefined, REPLICA_TIMEOUT_MS);
  return { app, shop, sandboxOrigin: sandbox.origin, people, sellerId, productId };
}

async function giveShop(db: Queryable, sellerId: number, person: Person): Promise<void> {
  const seller = await findSeller(db, sellerId);
  assert.ok(seller);
  await assignSeller(db, seller.slug, person.user.userId);
}
