// What many look for at once, as on the day of a drop, is searched once until something changes.
import { LRUCache } from 'lru-cache';
import type { SearchQuery, SearchResult } from './query.ts';

// A result keeps its page of documents from being forgotten, 3 KB each: about 15 MB in all.
const MAX_RESULTS = 200;

export type RememberedResults = {
  /** `version` is anything that is another value as soon as a result could be another. */
  find(version: unknown, query: SearchQuery, search: () => Promise<SearchResult>): Promise<SearchResult>;
  forget(): void;
};

export function rememberResults(): RememberedResults {
  // Promises, so that those who ask meanwhile wait for the one that searches.
  const results = new LRUCache<string, Promise<SearchResult>>({ max: MAX_RESULTS });
  let known: unknown;
  return {
    async find(version, query, search) {
      if (version !== known) results.clear();
      known = version;
      const startedAt = performance.now();
      const name = JSON.stringify(query);
      const found = results.get(name);
      if (found) {
        const result = await found;
        return { ...result, tookMs: Math.round((performance.now() - startedAt) * 100) / 100 };
      }
      const searching = search();
      results.set(name, searching);
      try {
        return await searching;
      } catch (error) {
        if (results.get(name) === searching) results.delete(name);
        throw error;
      }
    },
    forget: () => results.clear(),
  };
}
