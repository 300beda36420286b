// A query's filters as masks over the value tables, so that a product is judged by a few array reads.
import { CATEGORY_SEPARATOR, type SearchQuery } from '../query.ts';
import { type Columns, PRICE_STEP_COUNT, priceStepRange } from './columns.ts';
import { SOLD_OUT, STAR_STEPS } from './digest.ts';
import type { SearchState } from './state.ts';
import { fold } from './text.ts';
import type { ValueTable } from './value-table.ts';

/** A bit each: which filters a product fails. */
export const FAILS = { category: 1, brand: 2, seller: 4, price: 8, rating: 16, stock: 32 } as const;
/** The price itself says, or the rating. */
const LOOK = 64;

export type Filters = {
  /** By value id, 1 where allowed; null: all are. */
  category: Uint8Array | null;
  brand: Uint8Array | null;
  seller: Uint8Array | null;
  /** By a digest's figure: which of price and rating fail, or LOOK; null: neither is filtered. */
  byFigure: Uint8Array | null;
  minPriceMinor: number;
  maxPriceMinor: number;
  minRating: number;
  inStock: boolean;
};

export function compileFilters(state: SearchState, query: SearchQuery): Filters {
  const { minPriceMinor = 0, maxPriceMinor = Number.POSITIVE_INFINITY, minRating = 0 } = query;
  return {
    category: maskOf(state.categories, query.categories, isWithin),
    brand: maskOf(state.brands, query.brands, (value, wanted) => value === wanted),
    seller: maskOf(state.sellers, query.sellers, (value, wanted) => value === wanted),
    byFigure:
      minPriceMinor > 0 || maxPriceMinor < Number.POSITIVE_INFINITY || minRating > 0
        ? judgeFigures(minPriceMinor, maxPriceMinor, minRating)
        : null,
    minPriceMinor,
    maxPriceMinor,
    minRating,
    inStock: query.inStock ?? false,
  };
}

export function hasFilters({ category, brand, seller, byFigure, inStock }: Filters): boolean {
  return category !== null || brand !== null || seller !== null || byFigure !== null || inStock;
}

/** Which of the filters on these three fail. */
export function failedByValues(filters: Filters, category: number, brand: number, seller: number): number {
  let failed = 0;
  if (filters.category !== null && filters.category[category] !== 1) failed |= FAILS.category;
  if (filters.brand !== null && filters.brand[brand] !== 1) failed |= FAILS.brand;
  if (filters.seller !== null && filters.seller[seller] !== 1) failed |= FAILS.seller;
  return failed;
}

/** Which of the others fail. Most products are judged by their digest alone. */
export function failedByFigures(filters: Filters, columns: Columns, slot: number, digest: number): number {
  let failed = filters.byFigure === null ? 0 : (filters.byFigure[digest & 0xff] as number);
  if (failed === LOOK) {
    const price = columns.priceMinor[slot] as number;
    failed = price < filters.minPriceMinor || price > filters.maxPriceMinor ? FAILS.price : 0;
    if ((columns.stars[slot] as number) < filters.minRating) failed |= FAILS.rating;
  }
  return filters.inStock && (digest & SOLD_OUT) !== 0 ? failed | FAILS.stock : failed;
}

/** For each figure of a digest which filters fail, or that it cannot tell. */
function judgeFigures(minPriceMinor: number, maxPriceMinor: number, minRating: number): Uint8Array {
  const byFigure = new Uint8Array(PRICE_STEP_COUNT * STAR_STEPS);
  for (let step = 0; step < PRICE_STEP_COUNT; step++) {
    const { min, max } = priceStepRange(step);
    const isDear = max < minPriceMinor || min > maxPriceMinor;
    const isPriceKnown = isDear || (min >= minPriceMinor && max <= maxPriceMinor);
    for (let stars = 0; stars < STAR_STEPS; stars++) {
      const isRatingKnown = stars >= minRating || stars + 1 <= minRating;
      const failed = (isDear ? FAILS.price : 0) | (stars >= minRating ? 0 : FAILS.rating);
      byFigure[step * STAR_STEPS + stars] = isPriceKnown && isRatingKnown ? failed : LOOK;
    }
  }
  return byFigure;
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
