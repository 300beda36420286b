// Before the first arrival: something to look at, the drop, and the accounts of everyone who will come.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../lib/db.ts';
import { newKeyedId } from '../lib/ids.ts';
import { ensureSecrets } from '../lib/secrets.ts';
import { createProduct, ensureSeller, scanDocuments, seedDemo } from '../modules/catalog/index.ts';
import { setDrop, setEntryCondition, setImportedStock } from '../modules/inventory/index.ts';
import { opensAfterMs, type Plan } from './plan.ts';
import { createBuyerAccounts } from './store.ts';

export const REHEARSAL_SLUG = 'souk-rehearsal';
export const LIMIT_EACH = 1;
const SELLER = 'Souk Rehearsal';
const CATALOGUE_PRODUCTS = 500;
const LOOKED_AT = 200;
const PRICE_MINOR = 79_900;
const SHOWN_TIMEOUT_MS = 30_000;
const SHOWN_POLL_MS = 200;
const START_IN_MS = 2_500; // the replica learns of the drop, and the load processes get their orders

export type Stage = {
  productId: number;
  sellerId: number;
  /** What the ids of this product's reservations, payments and orders begin with. */
  idPrefix: string;
  userIds: number[];
  tokenKey: Buffer;
  terms: string[];
  productIds: string[];
};

/** A new shop gets a small catalogue; a shop that has one keeps it. */
export async function setUp(db: Database, plan: Plan, isNewShop: boolean): Promise<Stage> {
  if (isNewShop) await seedDemo({ db, products: CATALOGUE_PRODUCTS, today: new Date(), afterBatch: setImportedStock });
  const { 'access-token': tokenKey } = await ensureSecrets(db, ['access-token']);
  const { sellerId } = await ensureSeller(db, SELLER);
  const productId = await db.transaction(async (tx) => {
    const created = await createProduct(tx, sellerId, {
      title: `Nova X rehearsal phone, ${plan.stock} units`,
      description: 'Sold in a rehearsal; it is never sent.',
      brand: 'Nova',
      category: ['Electronics', 'Phones'],
      attributes: {},
      gtin: null,
      priceMinor: PRICE_MINOR,
      currency: 'USD',
    });
    if (created.kind !== 'created')
      throw new Error(`the drop's product was refused: ${JSON.stringify(created.errors)}`);
    await setImportedStock(tx, [{ productId: created.productId, stock: plan.stock }]);
    return created.productId;
  });
  const idPrefix = newKeyedId(productId).split('-')[0] ?? '';
  const userIds = await createBuyerAccounts(db, plan.buyers, `${idPrefix}-${Date.now()}`);
  const looks = (await scanDocuments(db, 0, LOOKED_AT)).filter((document) => document.productId !== productId);
  return {
    productId,
    sellerId,
    idPrefix,
    userIds,
    tokenKey,
    terms: looks.map(({ title }) => title.split(/\s+/).slice(-2).join(' ')),
    productIds: looks.map((document) => String(document.productId)),
  };
}

/** The shop shows the new product within a second or so, if it is the shop of that database. */
export async function waitUntilShown(origin: string, productId: number): Promise<boolean> {
  for (const beganAt = performance.now(); performance.now() - beganAt < SHOWN_TIMEOUT_MS; await sleep(SHOWN_POLL_MS)) {
    const response = await fetch(`${origin}/product/${productId}/`, { signal: AbortSignal.timeout(SHOWN_TIMEOUT_MS) });
    await response.arrayBuffer();
    if (response.status === 200) return true;
  }
  return false;
}

/** Announces the drop; returns the epoch time at which the first buyer may come. */
export async function announce(db: Database, plan: Plan, stage: Stage): Promise<number> {
  const startsAtMs = Date.now() + START_IN_MS;
  const outcome = await setDrop(db, stage.productId, stage.sellerId, {
    opensAt: new Date(startsAtMs + opensAfterMs(plan)),
    mode: plan.mode,
    perCustomerLimit: LIMIT_EACH,
    holdSeconds: plan.holdSeconds,
  });
  if (outcome.kind !== 'set') throw new Error(`the drop was not announced: ${outcome.kind}`);
  await setEntryCondition(db, stage.productId, plan.condition);
  return startsAtMs;
}
