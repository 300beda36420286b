// The door of search: a replica that is asked, and the port it gets its data through.
export type { DropSummary, ReplicaDocument, StockLevel } from './document.ts';
export {
  CATEGORY_SEPARATOR,
  type Facets,
  type FacetValue,
  MAX_PAGE_SIZE,
  MAX_RANKED_RESULTS,
  MAX_TERM_CHARACTERS,
  type PriceRange,
  type RatingStep,
  type SearchQuery,
  type SearchResult,
  type SearchSort,
  type Suggestion,
} from './query.ts';
export { openReplica, type Replica, type ReplicaOptions } from './replica.ts';
export type { ReplicaSource } from './source.ts';
