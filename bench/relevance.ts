// How well search finds what people mean: NDCG@10 (gain 2^grade - 1, unjudged products left out) over judged queries of a real
// catalogue, beside SQLite FTS5 with five weighted columns in the same run. And how fast.
//
//   node bench/relevance.ts [directory with products.jsonl.gz and judgments.tsv] [--folds] [--losers]
//
// --folds  5-fold cross-validation of the second look's weights: each fold is scored with weights chosen on the other four,
//          so the figure says what tuning them on such queries would be worth on others.
// --losers the queries that lose most, for what they teach about all queries.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { teach } from '../src/modules/search/engine/knowledge.ts';
import { needsPacking, packDue } from '../src/modules/search/engine/packing.ts';
import { RERANK_WEIGHTS } from '../src/modules/search/engine/rerank.ts';
import { searchProducts } from '../src/modules/search/engine/search.ts';
import { openState, putDocument, type SearchState } from '../src/modules/search/engine/state.ts';
import type { ReplicaDocument, SearchQuery } from '../src/modules/search/index.ts';
import { testDocument } from '../src/modules/search/test-documents.ts';

const RANKS = 10;
/** Judged products may stand far behind unjudged ones; both engines are read as deep. */
const MAX_READ_RESULTS = 2_000;
const PAGE_SIZE = 100;
const TIMED_ROUNDS = 3;
const NO_FILTERS = { page: 1, size: 24, sort: 'relevance' as const, categories: [], brands: [], sellers: [] };

type Judgments = Map<string, Map<number, number>>;
type Rank = (term: string) => number[];

const FOLDS = 5;
const LOSERS_SHOWN = 15;
/** The weights that were chosen by measuring, as they stood before; all others stand on rules alone. */
const BEFORE_TUNING: Partial<typeof RERANK_WEIGHTS> = {
  words: 1,
  modifier: -0.4,
  brief: 0.3,
  kind: 0.15,
  missing: -0.5,
};
/** Each of them is tried at these multiples, one after the other. */
const MULTIPLES = [0.5, 1, 1.5, 2];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { folds: { type: 'boolean' }, losers: { type: 'boolean' } },
});
const directory = positionals[0] ?? join(import.meta.dirname, '../../shared/data/icecat');
const SYNONYMS = join(import.meta.dirname, '../assets/synonyms.txt');
if (!existsSync(join(directory, 'judgments.tsv'))) {
  console.log(`left out: there is no judged catalogue in ${directory}`);
} else {
  compare(readDocuments(directory), readJudgments(directory));
}

function compare(documents: ReplicaDocument[], judgments: Judgments): void {
  const startedAt = performance.now();
  const state = buildIndex(documents);
  const buildSeconds = (performance.now() - startedAt) / 1_000;
  const rank = (term: string) => rankedByEngine(state, term);
  const ours = mean(gainsOf(judgments, rank));
  const times = timeQueries(state, [...judgments.keys()]);
  const sqlite = openSqlite(documents);
  const baseline = mean(gainsOf(judgments, sqlite));
  console.log(`${documents.length} products, ${judgments.size} queries`);
  console.log(`built             ${Math.round(documents.length / buildSeconds)} products/s`);
  console.log(`NDCG@10           ${ours.toFixed(4)}`);
  console.log(`NDCG@10 of FTS5   ${baseline.toFixed(4)}  (ratio ${(ours / baseline).toFixed(3)})`);
  console.log(
    `query p50/p99     ${quantile(times, 0.5).toFixed(3)} / ${quantile(times, 0.99).toFixed(3)} ms (${times.length} queries)`,
  );
  const shared = sharedWords(judgments);
  console.log(`synonyms          ${shared.length === 0 ? 'none' : shared.join(', ')} of the judged queries' words`);
  if (options.losers) printLosers(judgments, rank, sqlite);
  if (options.folds) crossValidate(judgments, rank);
}

function buildIndex(documents: ReplicaDocument[]): SearchState {
  const state = openState();
  if (existsSync(SYNONYMS)) teach(state.knowledge, { synonyms: readFileSync(SYNONYMS, 'utf8') });
  for (const document of documents) {
    putDocument(state, document);
    if (needsPacking(state)) for (const _ of packDue(state));
  }
  return state;
}

/** Words of judged queries that the synonym file exchanges: there must be none, or the figure would be its own echo. */
function sharedWords(judgments: Judgments): string[] {
  if (!existsSync(SYNONYMS)) return [];
  const wordsOf = (text: string) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const asked = new Set([...judgments.keys()].flatMap(wordsOf));
  const lines = readFileSync(SYNONYMS, 'utf8').replaceAll(/#.*/g, '').split('\n');
  const single = lines.flatMap((line) => line.split(/,|=>/)).map((phrase) => wordsOf(phrase).join(' '));
  const terms = new Set(judgments.keys());
  return single.filter((phrase) => asked.has(phrase) || terms.has(phrase));
}

function printLosers(judgments: Judgments, rank: Rank, sqlite: Rank): void {
  const theirs = gainsOf(judgments, sqlite);
  const terms = judgedTerms(judgments);
  const rows = gainsOf(judgments, rank).map((gain, at) => ({ term: terms[at] ?? '', gain, fts5: theirs[at] ?? 0 }));
  console.log('\nlosers            ours   FTS5');
  for (const { term, gain, fts5 } of rows.sort((a, b) => a.gain - b.gain).slice(0, LOSERS_SHOWN)) {
    console.log(`  ${term.padEnd(26)} ${gain.toFixed(3)}  ${fts5.toFixed(3)}`);
  }
}

/** Each fold with weights chosen on the others only. */
function crossValidate(judgments: Judgments, rank: Rank): void {
  const terms = judgedTerms(judgments);
  const shipped = { ...RERANK_WEIGHTS };
  const held: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const isHeld = ([term]: [string, unknown]) => terms.indexOf(term) % FOLDS === fold;
    const these = new Map([...judgments].filter(isHeld));
    const others = new Map([...judgments].filter((entry) => !isHeld(entry)));
    Object.assign(RERANK_WEIGHTS, shipped, BEFORE_TUNING);
    const before = mean(gainsOf(these, rank));
    chooseWeights(others, rank);
    const gains = gainsOf(these, rank);
    held.push(...gains);
    const chosen = Object.keys(BEFORE_TUNING).map((name) => `${name} ${RERANK_WEIGHTS[name as keyof typeof shipped]}`);
    console.log(
      `fold ${fold + 1}            ${before.toFixed(4)} untuned, ${mean(gains).toFixed(4)} held out (${chosen.join(', ')})`,
    );
  }
  Object.assign(RERANK_WEIGHTS, shipped, BEFORE_TUNING);
  const untuned = mean(gainsOf(judgments, rank));
  Object.assign(RERANK_WEIGHTS, shipped);
  console.log(`NDCG@10 untuned   ${untuned.toFixed(4)}`);
  console.log(`NDCG@10 held out  ${mean(held).toFixed(4)}`);
}

function chooseWeights(judgments: Judgments, rank: Rank): void {
  let best = mean(gainsOf(judgments, rank));
  for (const name of Object.keys(BEFORE_TUNING) as (keyof typeof RERANK_WEIGHTS)[]) {
    const start = RERANK_WEIGHTS[name];
    let chosen = start;
    for (const multiple of MULTIPLES) {
      RERANK_WEIGHTS[name] = start * multiple;
      const gain = mean(gainsOf(judgments, rank));
      if (gain > best) [best, chosen] = [gain, RERANK_WEIGHTS[name]];
    }
    RERANK_WEIGHTS[name] = chosen;
  }
}

/** Those for which anything judged is any good. */
function judgedTerms(judgments: Judgments): string[] {
  return [...judgments].filter(([, grades]) => Math.max(...grades.values()) > 0).map(([term]) => term);
}

function gainsOf(judgments: Judgments, rank: Rank): number[] {
  return judgedTerms(judgments).map((term) => {
    const grades = judgments.get(term) ?? new Map<number, number>();
    const ideal = discountedGain([...grades.values()].sort((a, b) => b - a));
    const ranked = rank(term).filter((productId) => grades.has(productId));
    return discountedGain(ranked.map((productId) => grades.get(productId) ?? 0)) / ideal;
  });
}

function mean(gains: number[]): number {
  return gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
}

function discountedGain(grades: number[]): number {
  return grades.slice(0, RANKS).reduce((sum, grade, at) => sum + (2 ** grade - 1) / Math.log2(at + 2), 0);
}

function rankedByEngine(state: SearchState, term: string): number[] {
  const ids: number[] = [];
  for (let page = 1; page <= MAX_READ_RESULTS / PAGE_SIZE; page++) {
    const { items } = searchProducts(state, { ...NO_FILTERS, term, page, size: PAGE_SIZE });
    ids.push(...items.map((item) => item.productId));
    if (items.length < PAGE_SIZE) break;
  }
  return ids;
}

/** Each query as it is, unfinished, misspelt, longer, filtered and sorted by price. */
function timeQueries(state: SearchState, terms: string[]): number[] {
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
      searchProducts(state, query);
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
    return testDocument(Number(row.id), {
      title: row.title,
      description: row.description ?? '',
      brand: row.brand,
      // "other" is what the data says where it knows no category.
      category: row.category === 'other' ? [] : [row.category],
      attributes: Object.fromEntries(Object.entries(row.attributes).map(([name, value]) => [name, String(value)])),
      gtin: row.gtin,
      priceMinor: row.price.amount,
      currency: row.price.currency,
    });
  });
}
