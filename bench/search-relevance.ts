// How well search finds what people mean: NDCG@10 (gain 2^grade - 1, unjudged products left out) over judged queries of a real
// catalogue, through the module's own door, beside SQLite FTS5 with five weighted columns in the same run. And how fast.
//
//   node bench/search-relevance.ts [directory with products.jsonl.gz and judgments.tsv]
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { openLog } from '../src/lib/log.ts';
import { openReplica, type Replica, type ReplicaDocument, type SearchQuery } from '../src/modules/search/index.ts';

const RANKS = 10;
/** Judged products may stand far behind unjudged ones; both engines are read as deep. */
const MAX_READ_RESULTS = 2_000;
const PAGE_SIZE = 100;
const TIMED_ROUNDS = 3;
const NO_FILTERS = { page: 1, size: 24, sort: 'relevance' as const, categories: [], brands: [], sellers: [] };

type Judgments = Map<string, Map<number, number>>;

const directory = process.argv[2] ?? join(import.meta.dirname, '../../shared/data/icecat');
if (!existsSync(join(directory, 'judgments.tsv'))) {
  console.log(`left out: there is no judged catalogue in ${directory}`);
} else {
  await compare(readDocuments(directory), readJudgments(directory));
}

async function compare(documents: ReplicaDocument[], judgments: Judgments): Promise<void> {
  const startedAt = performance.now();
  const home = await mkdtemp(join(tmpdir(), 'search-relevance-'));
  const replica = await openReplica({
    directory: home,
    source: sourceOf(documents),
    log: openLog('bench', 'silent'),
    pollEveryMs: 1_000,
  });
  const buildSeconds = (performance.now() - startedAt) / 1_000;
  const ours = await meanGain(judgments, (term) => rankedByReplica(replica, term));
  const times = await timeQueries(replica, [...judgments.keys()]);
  await replica.close();
  await rm(home, { recursive: true });

  const sqlite = openSqlite(documents);
  const baseline = await meanGain(judgments, async (term) => sqlite(term));
  console.log(`${documents.length} products, ${judgments.size} queries`);
  console.log(`built             ${Math.round(documents.length / buildSeconds)} products/s`);
  console.log(`NDCG@10           ${ours.toFixed(4)}`);
  console.log(`NDCG@10 of FTS5   ${baseline.toFixed(4)}  (ratio ${(ours / baseline).toFixed(3)})`);
  console.log(
    `query p50/p99     ${quantile(times, 0.5).toFixed(3)} / ${quantile(times, 0.99).toFixed(3)} ms (${times.length} queries)`,
  );
}

/** Over the queries for which anything judged is any good. */
async function meanGain(judgments: Judgments, rank: (term: string) => Promise<number[]>): Promise<number> {
  const gains: number[] = [];
  for (const [term, grades] of judgments) {
    const ideal = discountedGain([...grades.values()].sort((a, b) => b - a));
    if (ideal === 0) continue;
    const ranked = (await rank(term)).filter((productId) => grades.has(productId));
    gains.push(discountedGain(ranked.map((productId) => grades.get(productId) ?? 0)) / ideal);
  }
  return gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
}

function discountedGain(grades: number[]): number {
  return grades.slice(0, RANKS).reduce((sum, grade, at) => sum + (2 ** grade - 1) / Math.log2(at + 2), 0);
}

async function rankedByReplica(replica: Replica, term: string): Promise<number[]> {
  const ids: number[] = [];
  for (let page = 1; page <= MAX_READ_RESULTS / PAGE_SIZE; page++) {
    const { items } = await replica.search({ ...NO_FILTERS, term, page, size: PAGE_SIZE });
    ids.push(...items.map((item) => item.productId));
    if (items.length < PAGE_SIZE) break;
  }
  return ids;
}

/** Each query as it is, unfinished, misspelt, longer, filtered and sorted by price. */
async function timeQueries(replica: Replica, terms: string[]): Promise<number[]> {
  const queries = terms.flatMap((term): SearchQuery[] => [
    { ...NO_FILTERS, term },
    { ...NO_FILTERS, term: term.slice(0, -1) },
    { ...NO_FILTERS, term: term.replace(/(.)(.)$/, '$2$1') },
    { ...NO_FILTERS, term: `${term} black` },
    { ...NO_FILTERS, term, brands: ['HP'], inStock: true },
    { ...NO_FILTERS, term, sort: 'price_asc', minPriceMinor: 1_000 },
  ]);
  const times: number[] = [];
  for (let round = 0; round <= TIMED_ROUNDS; round++) {
    for (const query of queries) {
      const startedAt = performance.now();
      await replica.search(query);
      // The first round warms up.
      if (round > 0) times.push(performance.now() - startedAt);
    }
  }
  return times.sort((a, b) => a - b);
}

function quantile(sorted: number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}

function openSqlite(documents: ReplicaDocument[]): (term: string) => number[] {
  const db = new DatabaseSync(':memory:');
  db.exec(
    `create virtual table product using fts5(title, brand, category, description, attributes, tokenize = 'porter unicode61')`,
  );
  const insert = db.prepare(
    'insert into product (rowid, title, brand, category, description, attributes) values (?, ?, ?, ?, ?, ?)',
  );
  db.exec('begin');
  for (const { productId, title, brand, category, description, attributes } of documents) {
    insert.run(productId, title, brand ?? '', category.join(' '), description, Object.values(attributes).join(' '));
  }
  db.exec('commit');
  const select = db.prepare(
    'select rowid as id from product where product match ? order by bm25(product, 3, 2, 2, 0.6, 0.5) limit ?',
  );
  return (term) => {
    const anyWord = term
      .split(/\s+/)
      .map((word) => `"${word.replaceAll('"', '')}"`)
      .join(' or ')
      .toUpperCase();
    return select.all(anyWord, MAX_READ_RESULTS).map((row) => Number(row.id));
  };
}

function sourceOf(documents: ReplicaDocument[]) {
  const sorted = documents.toSorted((a, b) => a.productId - b.productId);
  return {
    databaseId: async () => 'bench',
    openFeed: async () => ({ poll: async () => ({ keys: [], offset: '0', caughtUp: true }) }),
    scan: async (afterProductId: number, limit: number) => {
      const first = sorted.findIndex((document) => document.productId > afterProductId);
      return first === -1 ? [] : sorted.slice(first, first + limit);
    },
    load: async () => [],
  };
}

function readJudgments(from: string): Judgments {
  const judgments: Judgments = new Map();
  for (const line of readFileSync(join(from, 'judgments.tsv'), 'utf8').trim().split('\n').slice(1)) {
    const [term = '', productId, grade] = line.split('\t');
    const grades = judgments.get(term) ?? new Map<number, number>();
    judgments.set(term, grades.set(Number(productId), Number(grade)));
  }
  return judgments;
}

type Row = {
  id: string;
  title: string;
  brand: string | null;
  category: string;
  description: string | null;
  gtin: string | null;
  price: { amount: number; currency: string };
  attributes: Record<string, unknown>;
};

function readDocuments(from: string): ReplicaDocument[] {
  const lines = gunzipSync(readFileSync(join(from, 'products.jsonl.gz')))
    .toString()
    .trim()
    .split('\n');
  return lines.map((line): ReplicaDocument => {
    const row: Row = JSON.parse(line);
    return {
      productId: Number(row.id),
      sellerId: 1,
      sellerName: 'Bench',
      sellerRating: null,
      title: row.title,
      description: row.description ?? '',
      brand: row.brand,
      // "other" is what the data says where it knows no category.
      category: row.category === 'other' ? [] : [row.category],
      attributes: Object.fromEntries(Object.entries(row.attributes).map(([name, value]) => [name, String(value)])),
      gtin: row.gtin,
      familyKey: null,
      variant: {},
      priceMinor: row.price.amount,
      currency: row.price.currency,
      pictures: [],
      ratingCounts: [0, 0, 0, 0, 0],
      createdAtMs: 0,
      newestReviews: [],
      stock: { state: 'in_stock', available: null },
      drop: null,
    };
  });
}
