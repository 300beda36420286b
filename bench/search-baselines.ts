// The same products and queries in engines that others made: SQLite's FTS5 at any size, MiniSearch as far as it goes.
import { DatabaseSync } from 'node:sqlite';
import MiniSearch from 'minisearch';
import type { ReplicaDocument, SearchQuery } from '../src/modules/search/index.ts';
import { openDemoShop } from './search-shop.ts';

export type Baseline = { search(query: SearchQuery): unknown; close(): void };

const PAGE = 1_000;
const RESULTS = 24;
const WEIGHTS = { title: 3, brand: 2, category: 2, description: 0.6, attributes: 0.5 };

export async function openSqlite(products: number): Promise<Baseline> {
  const db = new DatabaseSync('');
  db.exec(
    `create virtual table product using fts5(title, brand, category, description, attributes, tokenize = 'porter unicode61', prefix = '2 3')`,
  );
  const insert = db.prepare(
    'insert into product (rowid, title, brand, category, description, attributes) values (?, ?, ?, ?, ?, ?)',
  );
  db.exec('begin');
  for await (const { productId, ...document } of allDocuments(products)) {
    const { title, brand, category, description, attributes } = textsOf(document);
    insert.run(productId, title, brand, category, description, attributes);
  }
  db.exec('commit');
  const select = db.prepare(
    `select rowid from product where product match ? order by bm25(product, ${Object.values(WEIGHTS).join(', ')}) limit ${RESULTS}`,
  );
  return {
    search({ term }) {
      const words = term.split(/\s+/).map((word) => `"${word.replaceAll('"', '')}"`);
      return select.all(words.join(' '));
    },
    close: () => db.close(),
  };
}

export async function openMiniSearch(products: number): Promise<Baseline> {
  const index = new MiniSearch({
    fields: Object.keys(WEIGHTS),
    searchOptions: { boost: WEIGHTS, combineWith: 'AND', fuzzy: 0.2, prefix: true },
  });
  for await (const document of allDocuments(products)) index.add({ id: document.productId, ...textsOf(document) });
  return { search: ({ term }) => index.search(term).slice(0, RESULTS), close: () => index.removeAll() };
}

async function* allDocuments(products: number): AsyncGenerator<ReplicaDocument> {
  const shop = openDemoShop(products);
  for (let last = 0; ; ) {
    const documents = await shop.scan(last, PAGE);
    yield* documents;
    last += documents.length;
    if (documents.length === 0) return;
  }
}

function textsOf({ title, brand, category, description, attributes }: Omit<ReplicaDocument, 'productId'>) {
  return {
    title,
    brand: brand ?? '',
    category: category.join(' '),
    description,
    attributes: Object.values(attributes).join(' '),
  };
}
