// The door of search: a replica that is asked, and the port it gets its data through.
export type { DropSummary, ListedProduct, ReplicaDocument, StockLevel } from './document.ts';
export { keepTaught, loadCurrency, loadSynonyms } from './keep-taught.ts';
export { inspectOpenSearch, openOpenSearchReplica, reindexOpenSearch } from './opensearch/load.ts';
export {
  CATEGORY_SEPARATOR,
  type Explanation,
  type Facets,
  type FacetValue,
  MAX_PAGE_SIZE,
  MAX_RANKED_RESULTS,
  MAX_TERM_CHARACTERS,
  NO_HIGHEST_PRICE,
  type PriceRange,
  type PriceWords,
  type RatingStep,
  type SearchQuery,
  type SearchResult,
  type SearchSort,
  type Suggestion,
} from './query.ts';
export { openQueryLog, type QueryLog } from './query-log.ts';
export { openReplica, type Replica, type ReplicaOptions } from './replica.ts';
export type { ReplicaSource } from './source.ts';
export type { QueryReport, QueryReportRow, SearchOutcome } from './store-query-log.ts';
