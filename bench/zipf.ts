// Reservations through the use case as a whole shop makes them: 1,000 products, a few of them wanted by most (Zipf), and one product
// that four processes compete for; both beside one process on one product in the same run.
//   node bench/zipf.ts [buyers]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProduct, makeSeller } from '../src/checks/fixtures.ts';
import { openDatabase } from '../src/lib/db.ts';
import { startEmbeddedPostgres } from '../src/lib/embedded-postgres.ts';
import { migrate } from '../src/lib/migrate.ts';
import { openReservations } from '../src/modules/inventory/index.ts';
import { auditBooks } from '../src/modules/orders/index.ts';
import { closedLoop, type LoopFigures, printTable } from './load.ts';

const BUYERS = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 120_000);
const PRODUCTS = 1_000;
const IN_FLIGHT = 2_000;
const CONNECTIONS = 20;
const PROCESSES = 4;
const STATEMENT_TIMEOUT_MS = 60_000;
const ROUNDS = 3;
/** Of each process, of another product: a shop's processes run for weeks, and four that V8 has yet to compile need both cores for that. */
const WARM_UP_BUYERS = 20_000;

type Order = { url: string; productIds: number[]; firstUser: number; count: number; inFlight: number };
type Sent = Order & { warmUpProductId: number };

if (process.argv[2] === 'load') await driveLoad(JSON.parse(process.argv[3] ?? '') as Sent);
else await compare();

/** Rank r is wanted 1/r as often as the first. */
function zipf(products: readonly number[]): () => number {
  const sums: number[] = [];
  let total = 0;
  for (let rank = 1; rank <= products.length; rank++) {
    total += 1 / rank;
    sums.push(total);
  }
  return () => {
    const at = Math.random() * total;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return products[low] ?? 0;
  };
}

/** Waits for the word to go, so that all processes begin at once. */
async function driveLoad(order: Sent): Promise<void> {
  const options = { applicationName: 'bench', maxConnections: CONNECTIONS, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  const db = openDatabase({ url: order.url, ...options });
  const reservations = openReservations(db);
  const pick = zipf(order.productIds);
  const hold = async (productId: number, n: number): Promise<void> => {
    const outcome = await reservations.reserve(productId, order.firstUser + n);
    if (outcome.kind !== 'held') throw new Error(outcome.kind);
  };
  await closedLoop(WARM_UP_BUYERS, order.inFlight, (n) => hold(order.warmUpProductId, n));
  process.send?.('ready');
  await once(process, 'message');
  const figures = await closedLoop(order.count, order.inFlight, (n) => hold(pick(), n));
  await reservations.drain();
  await db.close();
  process.send?.(figures);
  process.disconnect?.();
}

async function run(orders: Order[], make: () => Promise<number>): Promise<LoopFigures> {
  const sent = await Promise.all(
    orders.map(async (order) => ({ ...order, warmUpProductId: await make() }) satisfies Sent),
  );
  const children = sent.map((order) => fork(import.meta.filename, ['load', JSON.stringify(order)]));
  await Promise.all(children.map((child) => once(child, 'message')));
  const startedAt = performance.now();
  const figures = children.map((child) => once(child, 'message').then(([message]) => message as LoopFigures));
  for (const child of children) child.send('go');
  const all = await Promise.all(figures);
  const seconds = (performance.now() - startedAt) / 1_000;
  const worst = (name: 'p50Ms' | 'p99Ms'): number => Math.max(...all.map((one) => one[name]));
  const count = orders.reduce((sum, order) => sum + order.count, 0);
  return { perSecond: count / seconds, p50Ms: worst('p50Ms'), p99Ms: worst('p99Ms') };
}

async function compare(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'souk-bench-zipf-'));
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres') });
  await migrate(postgres.url, join(import.meta.dirname, '../migrations'));
  const options = { applicationName: 'bench', maxConnections: 4, statementTimeoutMs: 0 };
  const db = openDatabase({ url: postgres.url, ...options });
  try {
    const sellerId = await makeSeller(db);
    const make = (): Promise<number> => makeProduct(db, { stock: BUYERS, sellerId });
    const shop = await Promise.all(Array.from({ length: PRODUCTS }, make));
    const best = new Map<string, { figures: LoopFigures; loadAverage: number }>();
    for (let round = 0; round < ROUNDS; round++) {
      const [one, few, many] = [await make(), await make(), await make()];
      const alone = { url: postgres.url, firstUser: 1 + round * BUYERS, count: BUYERS };
      const share = Math.floor(BUYERS / PROCESSES);
      const among = Array.from({ length: PROCESSES }, (_, n) => ({
        ...alone,
        productIds: [many],
        firstUser: alone.firstUser + n * share,
        count: share,
        inFlight: IN_FLIGHT / PROCESSES,
      }));
      const runs: [name: string, orders: Order[]][] = [
        ['one process, one SKU, 2,000 in flight', [{ ...alone, productIds: [one], inFlight: IN_FLIGHT }]],
        ['one process, one SKU, 200 in flight', [{ ...alone, productIds: [few], inFlight: 200 }]],
        ['four processes, one SKU, 500 in flight each', among],
        ['one process, 1,000 SKUs (Zipf), 2,000 in flight', [{ ...alone, productIds: shop, inFlight: IN_FLIGHT }]],
      ];
      for (const [name, orders] of runs) {
        await db.script('checkpoint');
        const figures = await run(orders, make);
        if (figures.perSecond > (best.get(name)?.figures.perSecond ?? 0))
          best.set(name, { figures, loadAverage: loadavg()[0] ?? 0 });
      }
    }
    const baseline = best.values().next().value?.figures.perSecond ?? 1;
    printTable(
      [...best].map(([name, { figures, loadAverage }]) => ({
        reservations: name,
        'accepted/s': figures.perSecond,
        'p50 ms': figures.p50Ms,
        'p99 ms': figures.p99Ms,
        'of the first': (figures.perSecond / baseline).toFixed(2),
        'load average': loadAverage,
      })),
    );
    console.log(`books ${(await auditBooks(db)).kind}`);
  } finally {
    await db.close();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
