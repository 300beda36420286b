// A query's filters as OpenSearch takes them.
import { fold } from '../engine/text.ts';
import { NO_HIGHEST_PRICE, type SearchQuery } from '../query.ts';
import type { Body } from './server.ts';

/** Filters that their own facet lifts, so they come after counting. */
export type LiftedFilters = { brand?: Body; seller?: Body; price?: Body; rating?: Body };

/** What no facet lifts: the category's shows what lies below the chosen one. */
export function fixedFilters({ categories, inStock }: SearchQuery): Body[] {
  return [
    ...(categories.length === 0 ? [] : [{ terms: { categoryKeys: categories.map(fold) } }]),
    ...(inStock ? [{ term: { soldOut: { value: false } } }] : []),
  ];
}

export function liftedFilters({ brands, sellers, ...query }: SearchQuery): LiftedFilters {
  const { minPriceMinor = 0, maxPriceMinor = NO_HIGHEST_PRICE, minRating = 0 } = query;
  const isPriced = minPriceMinor > 0 || maxPriceMinor < NO_HIGHEST_PRICE;
  return {
    ...(brands.length === 0 ? {} : { brand: { terms: { brandKey: brands.map(fold) } } }),
    ...(sellers.length === 0 ? {} : { seller: { terms: { sellerId: sellers } } }),
    ...(isPriced ? { price: { range: { priceMinor: { gte: minPriceMinor, lte: maxPriceMinor } } } } : {}),
    ...(minRating > 0 ? { rating: { range: { stars: { gte: minRating } } } } : {}),
  };
}

/** All of the lifted ones but one. */
export function filtersBut(lifted: LiftedFilters, but: keyof LiftedFilters | null): Body[] {
  return Object.entries(lifted).flatMap(([name, filter]) => (name === but ? [] : [filter]));
}

export function allOf(filters: Body[]): Body {
  return filters.length === 0 ? { match_all: {} } : { bool: { filter: filters } };
}
