// What many look for at once, as on the day of a drop, is searched once until something changes.
import { LRUCache } from 'lru-cache';
import type { SearchQuery, SearchResult } from './query.ts';

// A result keeps its page of documents from being forgotten, 3 KB each: at most 72 MB, and next to nothing in a shop where
// nobody asks twice, for a query is kept from the second time on.
const MAX_RESULTS = 1_000;
/** Names alone, about 200 bytes each. */
const MAX_ASKED_ONCE = 4_096;

export type RememberedResults = {
  /** `version` is anything that is another value as soon as a result could be another. */
  find(version: unknown, query: SearchQuery, search: () => Promise<SearchResult>): Promise<SearchResult>;
  forget(): void;
};

export function rememberResults(): RememberedResults {
  const results = new LRUCache<string, SearchResult>({ max: MAX_RESULTS });
  /** Those who ask while it is searched wait for it. */
  const underWay = new Map<string, Promise<SearchResult>>();
  const askedOnce = new LRUCache<string, true>({ max: MAX_ASKED_ONCE });
  let known: unknown;

  function forget(): void {
    results.clear();
    underWay.clear();
  }

  return {
    async find(version, query, search) {
      if (version !== known) forget();
      known = version;
      const startedAt = performance.now();
      const name = JSON.stringify(query);
      const found = results.get(name) ?? underWay.get(name);
      if (found) {
        const result = await found;
        return { ...result, tookMs: Math.round((performance.now() - startedAt) * 100) / 100 };
      }
      const searching = search();
      underWay.set(name, searching);
      try {
        const result = await searching;
        if (underWay.get(name) === searching && askedOnce.has(name)) results.set(name, result);
        askedOnce.set(name, true);
        return result;
      } finally {
        if (underWay.get(name) === searching) underWay.delete(name);
      }
    },
    forget,
  };
}
