// What many look for at once, as on the day of a drop, is searched once until something changes.
import { LRUCache } from 'lru-cache';
import type { SearchQuery, SearchResult } from './query.ts';

// A result keeps its page of documents from being forgotten, 3 KB each: about 15 MB in all.
const MAX_RESULTS = 200;

export type RememberedResults = {
  /** `version` is anything that is another value as soon as a result could be another. */
  find(version: unknown, query: SearchQuery, search: () => SearchResult): SearchResult;
  forget(): void;
};

export function rememberResults(): RememberedResults {
  const results = new LRUCache<string, SearchResult>({ max: MAX_RESULTS });
  let known: unknown;
  return {
    find(version, query, search) {
      if (version !== known) results.clear();
      known = version;
      const startedAt = performance.now();
      const name = JSON.stringify(query);
      const found = results.get(name);
      if (found) return { ...found, tookMs: Math.round((performance.now() - startedAt) * 100) / 100 };
      const result = search();
      results.set(name, result);
      return result;
    },
    forget: () => results.clear(),
  };
}
