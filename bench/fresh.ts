// How soon a change in the database is in the search results of every node, while a thousand others come in each second: prices,
// sold out and back, new products. Two web processes, PostgreSQL, and the sellers' own use cases.
//   node bench/fresh.ts [changes a second] [seconds]
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, makeBuyers, startWebNode } from '../src/checks/running-shop.ts';
import { type Database, openDatabase, sql } from '../src/lib/db.ts';
import { startEmbeddedPostgres } from '../src/lib/embedded-postgres.ts';
import { migrate } from '../src/lib/migrate.ts';
import { createProduct, seedDemo, updateProduct } from '../src/modules/catalog/index.ts';
import { changeStock, setImportedStock } from '../src/modules/inventory/index.ts';
import { printTable } from './load.ts';

const CHANGES_A_SECOND = Number(process.argv[2] ?? 1_000);
const SECONDS = Number(process.argv[3] ?? 10);
const PRODUCTS = 30_000;
const NODES = 2;
const WATCHED_ONE_IN = 50;
const LOOK_EVERY_MS = 40;
const GIVE_UP_MS = 20_000;
const CONNECTIONS = 20;
const GOAL_MS = 1_000;

type Item = { product_id: number; seller_id: number; title: string; price_minor: number; available: number };
const KINDS = ['price', 'sold out', 'back', 'new product'] as const;
type Kind = (typeof KINDS)[number];
type Seen = { kind: Kind; node: number; ms: number };

const items = sql(
  'bench_fresh_items',
  'select p.product_id, p.seller_id, p.title, p.price_minor, i.available from product p join inventory i using (product_id) order by p.product_id',
);
const after: (() => Promise<void> | void)[] = [];
try {
  await measure();
} finally {
  for (const undo of after.reverse()) await undo();
}

async function measure(): Promise<void> {
  const { db, url } = await openShop();
  const [somebody] = await makeBuyers(db, 1);
  const userId = somebody?.userId ?? 0;
  const context = { after: (undo: () => Promise<void> | void) => void after.push(undo) };
  const origins: string[] = [];
  for (let n = 0; n < NODES; n++) {
    const node = await startWebNode(context as never, { databaseUrl: url, sandboxPort: await freePort() });
    origins.push(node.origin);
  }
  const all = await db.query<Item>(items, []);
  const forSale = all.filter((item) => item.available > 0);
  const soldOut = all.filter((item) => item.available === 0);
  const watching: Promise<Seen[]>[] = [];
  const changing: Promise<unknown>[] = [];
  const startedAt = performance.now();
  const total = CHANGES_A_SECOND * SECONDS;
  for (let n = 0; n < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * CHANGES_A_SECOND) / 1_000));
    for (; n < due; n++) {
      const item = (kindOf(n) === 'back' ? soldOut : forSale)[n];
      if (!item) throw new Error('too few products');
      const made = change(db, item, n, userId);
      changing.push(made);
      if (n % WATCHED_ONE_IN === 0) watching.push(made.then((changed) => watch(origins, changed)));
    }
    await sleep(2);
  }
  await Promise.all(changing);
  const tookMs = performance.now() - startedAt;
  const seen = (await Promise.all(watching)).flat();
  const kinds = [...new Set(seen.map(({ kind }) => kind))];
  const rows = [
    ...kinds.map((kind) =>
      rowOf(
        kind,
        seen.filter((one) => one.kind === kind),
      ),
    ),
    ...origins.map((_, node) =>
      rowOf(
        `node ${node + 1}`,
        seen.filter((one) => one.node === node),
      ),
    ),
  ];
  printTable(rows);
  const rate = Math.round((total / tookMs) * 1_000).toLocaleString('en-US');
  const worst = Math.max(...rows.map((row) => Number(row['p99 ms'])));
  console.log(`${rate} changes/s, load average ${loadavg()[0]?.toFixed(1)}`);
  console.log(`in the results of every node within ${GOAL_MS} ms at p99: ${worst <= GOAL_MS ? 'yes' : 'NO'}`);
}

function kindOf(n: number): Kind {
  return KINDS[Math.floor(n / WATCHED_ONE_IN) % KINDS.length] ?? 'price';
}

type Changed = { kind: Kind; productId: number; address: string; isThere: boolean; committedAt: number };

/** Every product is changed once: what is looked for is not changed again meanwhile. */
async function change(db: Database, item: Item, n: number, userId: number): Promise<Changed> {
  const { product_id: productId, seller_id: sellerId, title, price_minor: price, available } = item;
  // With its own price, so that it is on the first page or nowhere.
  const costing = (minor: number): string =>
    `term=${encodeURIComponent(title)}&size=100&min_price=${minor}&max_price=${minor}`;
  const done = (kind: Kind, address: string, isThere: boolean, id = productId): Changed => ({
    kind,
    productId: id,
    address: `/search/?${address}`,
    isThere,
    committedAt: performance.now(),
  });
  const units = { productId, sellerId, userId, note: null };
  const kind = kindOf(n);
  switch (kind) {
    case 'price': {
      const priceMinor = 5_000_000 + n;
      await updateProduct(db, sellerId, productId, { priceMinor });
      return done(kind, costing(priceMinor), true);
    }
    case 'sold out':
      await changeStock(db, { ...units, units: -available });
      return done(kind, `${costing(price)}&in_stock=true`, false);
    case 'back':
      await changeStock(db, { ...units, units: 5 });
      return done(kind, `${costing(price)}&in_stock=true`, true);
    case 'new product': {
      const word = `fresh${n}`;
      const fields = { description: '', brand: null, category: ['Test'], attributes: {}, gtin: null };
      const outcome = await db.transaction(async (tx) => {
        const made = await createProduct(tx, sellerId, { ...fields, title: word, priceMinor: 100, currency: 'USD' });
        if (made.kind === 'created') await setImportedStock(tx, [{ productId: made.productId, stock: 1 }]);
        return made;
      });
      if (outcome.kind !== 'created') throw new Error('a product was refused');
      return done(kind, `term=${word}&exact=true`, true, outcome.productId);
    }
  }
}

async function watch(origins: string[], changed: Changed): Promise<Seen[]> {
  return Promise.all(
    origins.map(async (origin, node) => {
      const giveUpAt = changed.committedAt + GIVE_UP_MS;
      while (performance.now() < giveUpAt && (await isListed(origin, changed)) !== changed.isThere) {
        await sleep(LOOK_EVERY_MS);
      }
      return { kind: changed.kind, node, ms: performance.now() - changed.committedAt };
    }),
  );
}

async function isListed(origin: string, { address, productId }: Changed): Promise<boolean> {
  const answer = await fetch(origin + address);
  if (answer.status !== 200) throw new Error(`${address} answered ${answer.status}`);
  const { items: found } = (await answer.json()) as { items: { productId: string }[] };
  return found.some((item) => item.productId === String(productId));
}

function rowOf(what: string, seen: Seen[]) {
  const sorted = seen.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { 'in the results': what, looked: seen.length, 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'most ms': at(1) };
}

async function openShop(): Promise<{ db: Database; url: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-fresh-'));
  after.push(() => rm(directory, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres') });
  after.push(() => postgres.stop());
  await migrate(postgres.url, join(import.meta.dirname, '../migrations'));
  const options = { applicationName: 'bench', maxConnections: CONNECTIONS, statementTimeoutMs: 60_000 };
  const db = openDatabase({ url: postgres.url, ...options });
  after.push(() => db.close());
  await seedDemo({
    db,
    products: PRODUCTS,
    today: new Date(),
    // Half of them sold out, so that they can come back.
    afterBatch: (tx, products) =>
      setImportedStock(
        tx,
        products.map((product, n) => ({ ...product, stock: n % 2 })),
      ),
  });
  return { db, url: postgres.url };
}
