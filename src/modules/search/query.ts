// What may be asked of search and what it answers.
import type { ListedProduct } from './document.ts';

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
  /** The term as typed: nothing corrected, completed, exchanged or read as a price. */
  exact?: boolean;
  /** How the answer came about is wanted too. */
  explain?: boolean;
};

/** `value` is what the query takes, `label` what a person reads. */
export type FacetValue = { value: string; label: string; count: number };
/** Both ends belong to the range, so that min and max as filters find exactly `count`. The last one ends at NO_HIGHEST_PRICE. */
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

/** A price that was read out of the term: "under 50". Without limits where nothing costs about that much and all is shown. */
export type PriceWords = {
  text: string;
  minPriceMinor?: number;
  maxPriceMinor?: number;
  /** One price was named, and what costs about as much was searched. */
  isNear?: boolean;
};

export type Explanation = {
  /** What was searched, folded. */
  text: string;
  words: {
    word: string;
    /** It names the thing that is looked for. */
    isHead: boolean;
    /** Rarer words weigh more. */
    weight: number;
    foundAs: { words: string; weight: number; products: number }[];
  }[];
  brands: string[];
  /** Of the items, in order: what each score is the sum of, weighted. */
  scores: { productId: number; score: number; parts: Record<string, number> }[];
};

export type SearchResult = {
  /** What was searched instead of the term, in words to be read; null where the term itself was searched. */
  correctedTerm: string | null;
  /** Words that no product has in any spelling; the others were searched. */
  unknownWords: string[];
  /** Where no product has all words: those that the best one lacks. Empty otherwise. */
  relaxedWords: string[];
  price: PriceWords | null;
  /** In which the shop's prices are told and typed. */
  currency: string;
  /** How many of the total have every word; the others follow behind. */
  fitting: number;
  /** Where that is none: how many have every word and are left out by the filters or by the price in the term. */
  leftOut: number;
  total: number;
  items: ListedProduct[];
  facets: Facets;
  tookMs: number;
  explanation?: Explanation;
};

export type Suggestion = { text: string; kind: 'query' | 'product' | 'category' | 'brand'; url: string };

export const NO_HIGHEST_PRICE = Number.MAX_SAFE_INTEGER;
export const CATEGORY_SEPARATOR = ' > ';
/** A longer term is cut here: nobody types more, and time to search stays bounded whatever is sent. */
export const MAX_TERM_CHARACTERS = 256;
export const MAX_QUERY_WORDS = 12;
/** Results beyond are counted and not listed: nobody reads page 400, and the heap that ranks them stays small. */
export const MAX_RANKED_RESULTS = 10_000;
export const MAX_PAGE_SIZE = 100;
