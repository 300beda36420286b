// A query's filters as masks over the value tables, so that a product is judged by a few array reads.
import { CATEGORY_SEPARATOR, type SearchQuery } from '../query.ts';
import type { Columns } from './columns.ts';
import type { SearchState } from './state.ts';
import { fold } from './text.ts';
import type { ValueTable } from './value-table.ts';

/** A bit each: which filters a product fails. */
export const FAILS = { category: 1, brand: 2, seller: 4, price: 8, rating: 16, stock: 32 } as const;

export type Filters = {
  /** By value id, 1 where allowed; null: all are. */
  category: Uint8Array | null;
  brand: Uint8Array | null;
  seller: Uint8Array | null;
  hasPrice: boolean;
  minPriceMinor: number;
  maxPriceMinor: number;
  minRating: number;
  inStock: boolean;
};

export function compileFilters(state: SearchState, query: SearchQuery): Filters {
  const { minPriceMinor = 0, maxPriceMinor = Number.POSITIVE_INFINITY } = query;
  return {
    category: maskOf(state.categories, query.categories, isWithin),
    brand: maskOf(state.brands, query.brands, (value, wanted) => value === wanted),
    seller: maskOf(state.sellers, query.sellers, (value, wanted) => value === wanted),
    hasPrice: minPriceMinor > 0 || maxPriceMinor < Number.POSITIVE_INFINITY,
    minPriceMinor,
    maxPriceMinor,
    minRating: query.minRating ?? 0,
    inStock: query.inStock ?? false,
  };
}

export function hasFilters({ category, brand, seller, hasPrice, minRating, inStock }: Filters): boolean {
  return category !== null || brand !== null || seller !== null || hasPrice || minRating > 0 || inStock;
}

/** Which of the filters on these three fail. */
export function failedByValues(filters: Filters, category: number, brand: number, seller: number): number {
  let failed = 0;
  if (filters.category !== null && filters.category[category] !== 1) failed |= FAILS.category;
  if (filters.brand !== null && filters.brand[brand] !== 1) failed |= FAILS.brand;
  if (filters.seller !== null && filters.seller[seller] !== 1) failed |= FAILS.seller;
  return failed;
}

/** Which of the others fail. */
export function failedByFigures(filters: Filters, columns: Columns, slot: number): number {
  let failed = 0;
  if (filters.hasPrice) {
    const price = columns.priceMinor[slot] as number;
    if (price < filters.minPriceMinor || price > filters.maxPriceMinor) failed |= FAILS.price;
  }
  if (filters.minRating > 0 && (columns.stars[slot] as number) < filters.minRating) failed |= FAILS.rating;
  if (filters.inStock && columns.soldOut[slot] === 1) failed |= FAILS.stock;
  return failed;
}

/** Whether a category path is the other one or below it; both folded. */
export function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(ancestor + CATEGORY_SEPARATOR);
}

function maskOf(
  table: ValueTable,
  wanted: string[],
  matches: (value: string, wanted: string) => boolean,
): Uint8Array | null {
  if (wanted.length === 0) return null;
  const folded = wanted.map(fold);
  const mask = new Uint8Array(table.values.length);
  for (const [value, id] of table.ids) {
    if (folded.some((one) => matches(value, one))) mask[id] = 1;
  }
  return mask;
}
