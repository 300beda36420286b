// The second implementation of the door: the products of a shop that is too large for a node's memory, in OpenSearch.
//
// What a node keeps: synonyms and past queries, the words of recent queries (10 MB), the most common brands and categories, results
// and products that were asked for a moment ago.
import { LRUCache } from 'lru-cache';
import type { Log } from '../../../lib/log.ts';
import { problem } from '../../../lib/problem.ts';
import { repeat } from '../../../lib/repeat.ts';
import { teach } from '../engine/knowledge.ts';
import type { SearchQuery, SearchResult, Suggestion } from '../query.ts';
import type { Replica } from '../replica.ts';
import type { ReplicaSource } from '../source.ts';
import { openDocuments } from './documents.ts';
import { followOnce, isServing, openFollowing } from './follow.ts';
import { aliasOf } from './indices.ts';
import { openLexicon } from './lexicon.ts';
import { askForReindex } from './progress.ts';
import { searchProducts } from './search.ts';
import { openServer } from './server.ts';
import { suggestFor } from './suggest.ts';
import { loadValueTables, openValueTables } from './value-tables.ts';

const LOAD_VALUES_EVERY_MS = 60_000;
/** Another index, and first of all the first one, is not waited for so long. */
const LOOK_AT_VALUES_EVERY_MS = 1_000;
/** What a crowd looks for at once is searched once; about 200 KB a page of 24. */
const MAX_RESULTS = 200;
const MAX_SUGGESTIONS = 5_000;
const FRESH_MS = 200;
const RETRY_AFTER_SECONDS = 2;

export type OpenSearchOptions = {
  url: string;
  /** What the names of all indices begin with. */
  prefix: string;
  source: ReplicaSource;
  log: Log;
  pollEveryMs: number;
  /** For a command that only asks: it never writes. */
  readOnly?: boolean;
  /** How long a silent writer is waited for. */
  takeOverMs?: number;
};

/** Waits for one look at the cluster. Where that fails it is not ready, and goes on trying. */
export async function openOpenSearchReplica(options: OpenSearchOptions): Promise<Replica> {
  const { url, prefix, source, log, pollEveryMs, takeOverMs, readOnly = false } = options;
  const server = openServer(url);
  // Without the password that the address may carry.
  const where = `OpenSearch at ${new URL(url).origin}`;
  const alias = aliasOf(prefix);
  const following = openFollowing(server, prefix, source, log, readOnly, takeOverMs);
  const lexicon = openLexicon(server, alias);
  const documents = openDocuments(server, alias, source, () => isServing(following));
  let tables = openValueTables();
  let loadedFrom: string | null = null;
  let loadedAtMs = 0;

  const results = new LRUCache<string, SearchResult>({
    max: MAX_RESULTS,
    ttl: FRESH_MS,
    fetchMethod: (name) => searchProducts(lexicon, JSON.parse(name) as SearchQuery),
  });
  const suggestions = new LRUCache<string, Suggestion[]>({
    max: MAX_SUGGESTIONS,
    ttl: FRESH_MS,
    fetchMethod: (term) => suggestFor(lexicon, tables, term),
  });

  async function fetched<Answer extends object>(answers: LRUCache<string, Answer>, name: string): Promise<Answer> {
    // Another shop's products, or half of this one's, are not shown.
    const answer = isServing(following) ? await answers.fetch(name) : undefined;
    if (answer === undefined) throw problem('search-unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    return answer;
  }

  async function loadValues(): Promise<void> {
    const serving = following.seen?.progress.serving ?? null;
    const isFresh = serving === loadedFrom && performance.now() - loadedAtMs < LOAD_VALUES_EVERY_MS;
    if (isFresh || !isServing(following)) return;
    tables = await loadValueTables(server.client, alias);
    lexicon.state.products.count = tables.documents;
    loadedFrom = serving;
    loadedAtMs = performance.now();
  }

  function searchFault(): string | null {
    if (following.isAway) return `${where} does not answer`;
    if (isServing(following)) return null;
    return following.isForeign
      ? `${where} holds the products of another database, "souk reindex" puts this one's in their place`
      : `${where} is still being filled with the products`;
  }

  const follow = () => followOnce(following);
  await follow().catch((error: unknown) =>
    log.warn({ err: error }, searchFault() ?? 'the index cannot follow the database'),
  );
  const jobs = [
    repeat('follow the database into OpenSearch', pollEveryMs, log, follow),
    repeat('load brands and categories', LOOK_AT_VALUES_EVERY_MS, log, loadValues),
  ];
  return {
    search: (query) => fetched(results, JSON.stringify(query)),
    suggest: (term) => fetched(suggestions, term),
    product: (productId) => documents.product(productId),
    family: (familyKey, sellerId) => documents.family(familyKey, sellerId),
    teach: (lesson) => {
      teach(lexicon.knowledge, lesson);
      results.clear();
      suggestions.clear();
    },
    // What is not in an index yet is read from the database when it is asked for.
    ageSeconds: () =>
      isServing(following) ? Math.max(0, (Date.now() - (following.seen?.progress.currentAtMs ?? 0)) / 1_000) : 0,
    documentCount: () => tables.documents,
    // Products need no index: where there is none the database is asked.
    ready: () => true,
    searchFault,
    close: async () => {
      await Promise.all(jobs.map((job) => job.close()));
      await server.close();
    },
  };
}

export type ReindexOptions = Pick<OpenSearchOptions, 'url' | 'prefix' | 'source'>;

/** False where there is no index to be made anew yet. */
export async function reindexOpenSearch({ url, prefix, source }: ReindexOptions): Promise<boolean> {
  const server = openServer(url);
  try {
    return await askForReindex(server.client, prefix, await source.databaseId());
  } finally {
    await server.close();
  }
}
