// A server with some of the shop's routes on a real database, and the people around one seller's product.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openLog } from '../lib/log.ts';
import type { Role } from '../modules/accounts/index.ts';
import { openOrderWatch } from '../modules/orders/index.ts';
import type { App, Shop } from '../web/kit/shop.ts';
import type { TestDatabase } from './test-database.ts';
import { insertTestShop, type TestShop } from './test-order.ts';
import { openTestServer, signInSomebody } from './test-server.ts';

export type SignedInPerson = { userId: number; headers: { authorization: string } };
export type TestWeb = {
  app: App;
  db: TestDatabase;
  shop: Shop;
  buyer: SignedInPerson;
  seller: SignedInPerson;
  /** Sells too, but has no shop. */
  other: SignedInPerson;
  operator: SignedInPerson;
  rows: TestShop;
};

const WATCH_EVERY_MS = 20;

export async function openTestWeb(
  t: Pick<TestContext, 'after'>,
  ...routes: readonly ((app: App, shop: Shop) => void)[]
): Promise<TestWeb> {
  const server = await openTestServer(t);
  const { app, db } = server;
  const log = openLog('test', 'silent');
  const picturesDirectory = mkdtempSync(join(tmpdir(), 'souk-pictures-'));
  const orderWatch = openOrderWatch({ db, everyMs: WATCH_EVERY_MS, log });
  t.after(() => {
    orderWatch.close();
    rmSync(picturesDirectory, { recursive: true });
  });
  // Only what these routes read; no product is in the replica.
  const parts: Partial<Shop> = {
    db,
    replica: { product: async () => undefined } as unknown as Shop['replica'],
    accounts: server.accounts,
    orderWatch,
    linkKey: randomBytes(32),
    publicOrigin: server.publicOrigin,
    picturesDirectory,
    demo: true,
    log,
  };
  const shop = parts as Shop;
  for (const register of routes) register(app, shop);

  const person = async (roles: Role[]): Promise<SignedInPerson> => {
    const { user, bearer } = await signInSomebody(server, roles);
    return { userId: user.userId, headers: bearer };
  };
  const buyer = await person(['shopper']);
  const seller = await person(['shopper', 'seller']);
  const other = await person(['shopper', 'seller']);
  const operator = await person(['shopper', 'operator']);
  const rows = await insertTestShop(db, { buyerId: buyer.userId, sellerUserId: seller.userId, otherId: other.userId });
  return { app, db, shop, buyer, seller, other, operator, rows };
}
