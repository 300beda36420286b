// A node's own copy of all that can be found and looked at: started from a snapshot, kept up to date from the feed, and
// answering whether or not the database does.
import type { Log } from '../../lib/log.ts';
import { problem } from '../../lib/problem.ts';
import type { ReplicaDocument } from './document.ts';
import { type Lesson, teach } from './engine/knowledge.ts';
import { findProducts, withDocuments } from './engine/search.ts';
import { documentCount, documentOf, familyOf } from './engine/state.ts';
import { findSuggestions, withProducts } from './engine/suggest.ts';
import { openFollower } from './follow-feed.ts';
import type { SearchQuery, SearchResult, Suggestion } from './query.ts';
import { rememberResults } from './remember-results.ts';
import type { ReplicaSource } from './source.ts';
import { openQueryThreads } from './threads/query-threads.ts';

const RETRY_AFTER_SECONDS = 2;

/** Every function is asynchronous: an engine in other threads or on other machines can stand behind the same door. */
export type Replica = {
  search(query: SearchQuery): Promise<SearchResult>;
  suggest(term: string): Promise<Suggestion[]>;
  product(productId: number): Promise<ReplicaDocument | undefined>;
  /** The variants of one thing, by product id. */
  family(familyKey: string, sellerId: number): Promise<ReplicaDocument[]>;
  /** What helps to understand queries and is not said by products: synonyms, past queries. */
  teach(lesson: Lesson): void;
  /** How far the answers may lie behind the database; Infinity before there is anything to answer from. */
  ageSeconds(): number;
  documentCount(): number;
  /** Whether products can be shown; false until the documents of a snapshot or of a first scan are there. */
  ready(): boolean;
  /** Why searches are refused now, in words for who runs the shop; null where they are answered. */
  searchFault(): string | null;
  close(): Promise<void>;
};

export type ReplicaOptions = {
  directory: string;
  source: ReplicaSource;
  log: Log;
  pollEveryMs: number;
  readOnly?: boolean;
  /** Threads that search; with none this one does. */
  searchThreads?: number;
};

/**
 * With a usable snapshot this needs no database. Without one it waits for the first scan, or for its failure: the replica
 * then is not ready, and goes on trying.
 */
export async function openReplica({
  directory,
  source,
  log,
  pollEveryMs,
  readOnly = false,
  searchThreads = 0,
}: ReplicaOptions): Promise<Replica> {
  const follower = await openFollower(directory, source, log, pollEveryMs, readOnly);
  const state = () => follower.state();
  const remembered = rememberResults();
  const threads = searchThreads > 0 ? openQueryThreads(searchThreads, state, log) : undefined;
  // "Nothing found" would be a lie of a shop that nobody has looked into yet.
  const requireProducts = () => {
    if (!follower.ready()) throw problem('still-opening', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  };
  // What is shown of a product comes from this thread, which also writes: whoever changed it finds it changed.
  const search = async (query: SearchQuery) =>
    withDocuments(state(), threads ? await threads.search(query) : findProducts(state(), query));
  return {
    search: async (query) => {
      requireProducts();
      return remembered.find(follower.revision(), query, () => search(query));
    },
    suggest: async (term) => {
      requireProducts();
      return withProducts(state(), threads ? await threads.suggest(term) : findSuggestions(state(), term));
    },
    product: async (productId) => documentOf(state(), productId),
    family: async (familyKey, sellerId) => familyOf(state(), familyKey, sellerId),
    teach: (lesson) => {
      teach(state().knowledge, lesson);
      threads?.teach(lesson);
      remembered.forget();
    },
    ageSeconds: () => Math.max(0, (Date.now() - follower.currentAtMs()) / 1_000),
    documentCount: () => documentCount(state()),
    ready: () => follower.ready(),
    searchFault: () => (follower.ready() ? null : 'the products have not been read from the database yet'),
    async close() {
      await threads?.close();
      await follower.close();
    },
  };
}
