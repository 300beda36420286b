// Searching a large shop in process, through the module's own door: times by kind of query, the rate of indexing, the start from
// a snapshot, memory; beside SQLite's FTS5 over the same products and MiniSearch over as many as it can hold, in the same run.
// Results that the replica remembers are not measured: no two queries are the same.
//
//   node --expose-gc bench/search.ts [products] [without-baseline]
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openLog } from '../src/lib/log.ts';
import { openReplica, type Replica, type ReplicaDocument, type SearchQuery } from '../src/modules/search/index.ts';
import { printTable } from './load.ts';
import { type Baseline, openMiniSearch, openSqlite } from './search-baselines.ts';
import { type FreshFigures, startFresh } from './search-fresh.ts';
import { oddTerms } from './search-odd.ts';
import { drawPrefixes, drawQueries, type TimedQuery } from './search-queries.ts';
import { type DemoShop, openDemoShop } from './search-shop.ts';

const products = Number(process.argv[2] ?? 1_000_000);
const withBaseline = process.argv[3] !== 'without-baseline';
const QUERIES = 4_000;
const WARM_UP_QUERIES = 500;
const BASELINE_QUERIES = 150;
/** A million do not fit in the memory that MiniSearch would need. */
const MINISEARCH_PRODUCTS = 100_000;
const COSTED_PRODUCTS = 10_000_000;
const CHANGES_A_SECOND = 1_000;
const CHANGING_SECONDS = 10;
const MB = 1 << 20;
const log = openLog('bench', 'silent');
let asked = 0;

await run();

async function run(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-search-'));
  try {
    const shop = openDemoShop(products);
    await indexAll(directory, shop, products);
    const { size } = await stat(join(directory, 'replica.snapshot'));
    const random = seeded(1);
    const queries = drawQueries(shop.samples, QUERIES + WARM_UP_QUERIES, random);
    const prefixes = drawPrefixes(shop.samples, QUERIES / 2, random);
    printFresh(
      await startFresh(
        directory,
        queries.map(({ query }) => query),
      ),
      size,
    );

    const replica = await openReplica({ directory, source: shop, log, pollEveryMs: 100 });
    await timeAll(queries.slice(0, WARM_UP_QUERIES), unremembered(replica));
    const ours = await timeAll(queries.slice(WARM_UP_QUERIES), unremembered(replica));
    const suggesting: Timed[] = [];
    for (const prefix of prefixes) {
      suggesting.push({ kind: 'suggestions', ...(await timed(() => replica.suggest(prefix))) });
    }
    const odd = await timeOdd(replica, random);
    const baseline = withBaseline ? await timeBaseline(await openSqlite(products), queries) : [];
    printTable([
      ...rowsOf(ours).map((row) => ({ ...row, ...baselineOf(baseline, row.kind, 'FTS5') })),
      { kind: 'suggestions', ...figuresOf(suggesting) },
      { kind: 'odd input, most', ...figuresOf(odd) },
    ]);
    await timeChanges(replica, shop, queries);
    await replica.close();
    if (withBaseline) await compareWithMiniSearch();
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A filter that everything passes, another one each time: the replica answers nothing from memory. */
function unremembered(replica: Replica): (query: SearchQuery) => Promise<unknown> {
  return (query) => replica.search({ ...query, minRating: query.minRating ?? -++asked });
}

async function timeOdd(replica: Replica, random: () => number): Promise<Timed[]> {
  const times: Timed[] = [];
  for (const term of oddTerms(random)) {
    const query = { term, page: 1, size: 24, sort: 'relevance' as const, categories: [], brands: [], sellers: [] };
    times.push({ kind: 'odd', ...(await timed(() => unremembered(replica)(query))) });
    times.push({ kind: 'odd', ...(await timed(() => replica.suggest(term))) });
  }
  return times;
}

/** The same queries in the same shop of the size that MiniSearch can hold, and how many times longer it takes. */
async function compareWithMiniSearch(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-search-'));
  const shop = openDemoShop(MINISEARCH_PRODUCTS);
  const replica = await openReplica({ directory, source: shop, log, pollEveryMs: 100 });
  const queries = drawQueries(shop.samples, QUERIES, seeded(1)).filter(({ query }) => query.term !== '');
  await timeAll(queries.slice(0, WARM_UP_QUERIES), unremembered(replica));
  const ours = figures((await timeAll(queries.slice(WARM_UP_QUERIES), unremembered(replica))).map(({ ms }) => ms));
  await replica.close();
  await rm(directory, { recursive: true });
  const theirs = figures((await timeBaseline(await openMiniSearch(MINISEARCH_PRODUCTS), queries)).map(({ ms }) => ms));
  const size = MINISEARCH_PRODUCTS.toLocaleString('en-US');
  printTable([
    { engine: `this one, ${size} products`, ...ours },
    { engine: `MiniSearch, ${size} products (1,000,000 do not fit)`, ...theirs },
    {
      engine: 'MiniSearch takes times as long',
      count: '',
      p50: (Number(theirs.p50) / Number(ours.p50)).toFixed(0),
      p99: (Number(theirs.p99) / Number(ours.p99)).toFixed(0),
      most: '',
    },
  ]);
}

async function timeBaseline(baseline: Baseline, queries: TimedQuery[]): Promise<Timed[]> {
  const times = await timeAll(queries.slice(0, BASELINE_QUERIES), async (query) => baseline.search(query));
  baseline.close();
  return times;
}

function printFresh({ loadMs, loadedBytes, searchedBytes, products: count }: FreshFigures, fileBytes: number): void {
  const mb = (bytes: number) => Math.round(bytes / MB).toLocaleString('en-US');
  console.log(`a fresh process: snapshot of ${mb(fileBytes)} MB, ready after ${Math.round(loadMs)} ms`);
  console.log(`resident in all ${mb(loadedBytes)} MB, after all queries ${mb(searchedBytes)} MB`);
  const each = searchedBytes / count;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  console.log(
    `${Math.round(each)} bytes a product in memory and ${Math.round(fileBytes / count)} on disk: ${COSTED_PRODUCTS.toLocaleString('en-US')} ` +
      `products would take ${gigabytes(each * COSTED_PRODUCTS)} GB of memory and ${gigabytes((fileBytes / count) * COSTED_PRODUCTS)} GB of disk a node`,
  );
}

/** In a function of its own, so that nothing keeps this first replica while the second one is measured. */
async function indexAll(directory: string, shop: DemoShop, products: number): Promise<void> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const replica = await openReplica({ directory, source: shop, log, pollEveryMs: 100 });
  const ms = performance.now() - startedAt - shop.makingMs();
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1_000 - shop.makingCpuMs();
  console.log(
    `${replica.documentCount()} products, indexed at ${rate(products, ms)}, ${rate(products, cpuMs)} of processor time`,
  );
  await replica.close();
}

function rate(products: number, ms: number): string {
  return `${Math.round((products / ms) * 1_000).toLocaleString('en-US')} products/s`;
}

/** `cpuMs` of this thread alone: on a busy machine the only figure that is about the code. */
type Timed = { kind: string; ms: number; cpuMs: number };

async function timeAll(queries: TimedQuery[], search: (query: SearchQuery) => Promise<unknown>): Promise<Timed[]> {
  const times: Timed[] = [];
  for (const { kind, query } of queries) {
    times.push({ kind, ...(await timed(() => search(query))) });
  }
  return times;
}

async function timed(work: () => Promise<unknown>): Promise<{ ms: number; cpuMs: number }> {
  const startedAt = performance.now();
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 };
}

function rowsOf(times: Timed[]) {
  const kinds = [...new Set(times.map(({ kind }) => kind))].sort();
  return ['all', ...kinds].map((kind) => {
    const some = times.filter((one) => kind === 'all' || one.kind === kind);
    return { kind, ...figuresOf(some) };
  });
}

function figuresOf(times: Timed[]) {
  const wall = figures(times.map(({ ms }) => ms));
  // The mean: the system counts processor time in steps of milliseconds.
  const cpu = times.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / times.length;
  return { ...wall, 'mean cpu': cpu.toFixed(2) };
}

function figures(times: number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
  return { count: times.length, p50: at(0.5), p99: at(0.99), most: at(0.99999) };
}

function baselineOf(times: Timed[], kind: string, name: string) {
  if (times.length === 0) return {};
  const { p50, p99 } = figures(times.filter((one) => kind === 'all' || one.kind === kind).map(({ ms }) => ms));
  return { [`${name} p50`]: p50, [`${name} p99`]: p99 };
}

/** Prices change all the time while people search: how long until the shop says so? */
async function timeChanges(replica: Replica, shop: DemoShop, queries: TimedQuery[]): Promise<void> {
  const waits: Promise<number>[] = [];
  const searching = new AbortController();
  const searches = searchUntil(replica, queries, searching.signal);
  const startedAt = performance.now();
  const total = CHANGES_A_SECOND * CHANGING_SECONDS;
  for (let n = 0; n < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * CHANGES_A_SECOND) / 1_000));
    for (; n < due; n++) {
      const sample = shop.samples[(n * 7) % shop.samples.length] as ReplicaDocument;
      const changed = { ...sample, priceMinor: 1_000 + n, ...(n % 10 === 0 && { title: `${sample.title} again` }) };
      shop.change(changed);
      if (n % 50 === 0) waits.push(waitFor(replica, changed));
    }
    await setTimeout(5);
  }
  const times = await Promise.all(waits);
  searching.abort();
  const { p50, p99 } = figures(times);
  const during = figures(await searches);
  console.log(`${CHANGES_A_SECOND} changes/s: in the results after p50 ${p50} ms, p99 ${p99} ms`);
  console.log(`searches meanwhile: p50 ${during.p50} ms, p99 ${during.p99} ms`);
}

async function waitFor(replica: Replica, changed: ReplicaDocument): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < 10_000) {
    const price = (await replica.product(changed.productId))?.priceMinor ?? 0;
    if (price >= changed.priceMinor) break;
    await setTimeout(2);
  }
  return performance.now() - startedAt;
}

async function searchUntil(replica: Replica, queries: TimedQuery[], signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; !signal.aborted; n++) {
    const { query } = queries[n % queries.length] as TimedQuery;
    const startedAt = performance.now();
    await replica.search(query);
    times.push(performance.now() - startedAt);
    await setTimeout(5);
  }
  return times;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
