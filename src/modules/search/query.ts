// What may be asked of search and what it answers.
import type { ReplicaDocument } from './document.ts';

export type SearchSort = 'relevance' | 'price_asc' | 'price_desc' | 'rating' | 'newest';

export type SearchQuery = {
  /** Empty: browse everything. */
  term: string;
  /** From 1. */
  page: number;
  size: number;
  sort: SearchSort;
  /** Paths joined by CATEGORY_SEPARATOR; each stands for itself and all that is below it. */
  categories: string[];
  brands: string[];
  /** Seller ids, as in JSON. */
  sellers: string[];
  /** Both ends belong to the range. */
  minPriceMinor?: number;
  maxPriceMinor?: number;
  minRating?: number;
  inStock?: boolean;
};

/** `value` is what the query takes, `label` what a person reads. */
export type FacetValue = { value: string; label: string; count: number };
/** Both ends belong to the range, so that min and max as filters find exactly `count`. */
export type PriceRange = { min: number; max: number; count: number };
/** `min` stars and more. */
export type RatingStep = { min: number; count: number };

/** Each facet is counted under all filters but its own, so that a second brand can be ticked. */
export type Facets = {
  category: FacetValue[];
  brand: FacetValue[];
  seller: FacetValue[];
  price: PriceRange[];
  rating: RatingStep[];
};

export type SearchResult = {
  /** What was searched instead of the term, in words to be read; null where the term itself was searched. */
  correctedTerm: string | null;
  total: number;
  items: ReplicaDocument[];
  facets: Facets;
  tookMs: number;
};

export type Suggestion = { text: string; kind: 'query' | 'product' | 'category' | 'brand'; url: string };

export const CATEGORY_SEPARATOR = ' > ';
/** A longer term is cut here: nobody types more, and time to search stays bounded whatever is sent. */
export const MAX_TERM_CHARACTERS = 256;
export const MAX_QUERY_WORDS = 12;
/** Results beyond are counted and not listed: nobody reads page 400, and the heap that ranks them stays small. */
export const MAX_RANKED_RESULTS = 10_000;
export const MAX_PAGE_SIZE = 100;
