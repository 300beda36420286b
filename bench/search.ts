// Searching a large shop in process, through the module's own door: times by kind of query, the rate of indexing, the start from
// a snapshot, memory; beside SQLite's FTS5 over the same products in the same run.
//
//   node --expose-gc bench/search.ts [products] [without-baseline]
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { openLog } from '../src/lib/log.ts';
import { openReplica, type Replica, type ReplicaDocument, type SearchQuery } from '../src/modules/search/index.ts';
import { printTable } from './load.ts';
import { drawPrefixes, drawQueries, type TimedQuery } from './search-queries.ts';
import { type DemoShop, openDemoShop } from './search-shop.ts';

const products = Number(process.argv[2] ?? 1_000_000);
const withBaseline = process.argv[3] !== 'without-baseline';
const QUERIES = 4_000;
const WARM_UP_QUERIES = 500;
const BASELINE_QUERIES = 150;
const CHANGES_A_SECOND = 1_000;
const CHANGING_SECONDS = 10;
const MB = 1 << 20;
const log = openLog('bench', 'silent');

await run();

async function run(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-search-'));
  try {
    const shop = openDemoShop(products);
    await indexAll(directory, shop);
    const { size } = await stat(join(directory, 'replica.snapshot'));

    const loadedAt = performance.now();
    const replica = await openReplica({ directory, source: shop, log, pollEveryMs: 100 });
    const loadMs = performance.now() - loadedAt;
    console.log(`snapshot of ${Math.round(size / MB)} MB, ready after ${Math.round(loadMs)} ms`);
    const random = seeded(1);
    const queries = drawQueries(shop.samples, QUERIES + WARM_UP_QUERIES, random);
    for (const { query } of queries.slice(0, WARM_UP_QUERIES)) await replica.search(query);
    const ours = await timeAll(queries.slice(WARM_UP_QUERIES), (query) => replica.search(query));
    const prefixes = drawPrefixes(shop.samples, QUERIES / 2, random);
    const suggesting: Timed[] = [];
    for (const prefix of prefixes) {
      suggesting.push({ kind: 'suggestions', ...(await timed(() => replica.suggest(prefix))) });
    }
    const baseline = withBaseline ? await timeSqlite(queries.slice(0, BASELINE_QUERIES)) : [];
    printTable([
      ...rowsOf(ours).map((row) => ({ ...row, ...baselineOf(baseline, row.kind) })),
      { kind: 'suggestions', ...figuresOf(suggesting) },
    ]);
    printMemory(replica);
    await timeChanges(replica, shop, queries);
    await replica.close();
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** In a function of its own, so that nothing keeps this first replica while the second one is measured. */
async function indexAll(directory: string, shop: DemoShop): Promise<void> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const replica = await openReplica({ directory, source: shop, log, pollEveryMs: 100 });
  const ms = performance.now() - startedAt - shop.makingMs();
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1_000 - shop.makingCpuMs();
  console.log(`${replica.documentCount()} products, indexed at ${rate(ms)}, ${rate(cpuMs)} of processor time`);
  await replica.close();
}

function rate(ms: number): string {
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

function baselineOf(times: Timed[], kind: string) {
  if (times.length === 0) return {};
  const { p50, p99 } = figures(times.filter((one) => kind === 'all' || one.kind === kind).map(({ ms }) => ms));
  return { 'FTS5 p50': p50, 'FTS5 p99': p99 };
}

function printMemory(replica: Replica): void {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const [all, heap, buffers] = [rss, heapUsed, arrayBuffers].map((bytes) => Math.round(bytes / MB));
  const each = Math.round(rss / replica.documentCount());
  console.log(`resident ${all} MB (heap ${heap}, buffers ${buffers}), ${each} bytes a product in all`);
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

async function timeSqlite(queries: TimedQuery[]): Promise<Timed[]> {
  const db = new DatabaseSync('');
  const shop = openDemoShop(products);
  db.exec(
    `create virtual table product using fts5(title, brand, category, description, attributes, tokenize = 'porter unicode61', prefix = '2 3')`,
  );
  const insert = db.prepare(
    'insert into product (rowid, title, brand, category, description, attributes) values (?, ?, ?, ?, ?, ?)',
  );
  db.exec('begin');
  for (let last = 0; ; ) {
    const documents = await shop.scan(last, 1_000);
    for (const { productId, title, brand, category, description, attributes } of documents) {
      insert.run(productId, title, brand ?? '', category.join(' '), description, Object.values(attributes).join(' '));
    }
    last += documents.length;
    if (documents.length === 0) break;
  }
  db.exec('commit');
  const select = db.prepare(
    'select rowid from product where product match ? order by bm25(product, 3, 2, 2, 0.6, 0.5) limit 24',
  );
  const times = await timeAll(queries, async ({ term }) => {
    const words = term.split(/\s+/).map((word) => `"${word.replaceAll('"', '')}"`);
    return select.all(words.join(' '));
  });
  db.close();
  return times;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
