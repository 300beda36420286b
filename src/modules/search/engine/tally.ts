// One pass over what matched: who passes the filters, the best of them, and the facets.
import type { SearchSort } from '../query.ts';
import { PRICE_STEP_COUNT } from './columns.ts';
import { FAILS, type Filters, failedFilters } from './filters.ts';
import type { Segment } from './segment.ts';
import type { SearchState } from './state.ts';
import { offer, openTop, type Top } from './top.ts';

/** Whoever misses a word ranks below everybody who has all. More than any score: a dozen words, idf below 20 each. */
export const MISSING_PENALTY = 1_000;
/** In units of idf: among products that fit about equally. */
const ESTEEM_WEIGHT = 0.1;
const SOLD_OUT_PENALTY = 0.15;
/** When nothing was asked for, nothing sold out comes before anything that can be bought. */
const BROWSE_SOLD_OUT_PENALTY = 10;

export type Tally = {
  filters: Filters;
  sort: SearchSort;
  /** Matched the words, whatever the filters say. */
  matched: number;
  total: number;
  top: Top;
  categories: Uint32Array;
  brands: Uint32Array;
  sellers: Uint32Array;
  priceSteps: Uint32Array;
  /** By whole stars, rounded down. */
  stars: Uint32Array;
};

export function openTally(state: SearchState, filters: Filters, sort: SearchSort, limit: number): Tally {
  return {
    filters,
    sort,
    matched: 0,
    total: 0,
    top: openTop(limit),
    categories: new Uint32Array(state.categories.values.length),
    brands: new Uint32Array(state.brands.values.length),
    sellers: new Uint32Array(state.sellers.values.length),
    priceSteps: new Uint32Array(PRICE_STEP_COUNT),
    stars: new Uint32Array(6),
  };
}

/** `base`: places of this segment's slots start here. */
export function tallySlot(
  tally: Tally,
  segment: Segment,
  base: number,
  slot: number,
  score: number,
  missing: number,
): void {
  const { columns } = segment;
  if (columns.alive[slot] !== 1) return;
  tally.matched++;
  const failed = failedFilters(tally.filters, columns, slot);
  // Who fails two filters is in no facet, for each facet lifts one filter only.
  if ((failed & (failed - 1)) !== 0) return;
  if (failed === 0) {
    tally.total++;
    offer(tally.top, keyOf(tally.sort, segment, slot, score, missing), columns.productId[slot] as number, base + slot);
  }
  if (failed === 0 || failed === FAILS.category) count(tally.categories, columns.category[slot] as number);
  if (failed === 0 || failed === FAILS.brand) count(tally.brands, columns.brand[slot] as number);
  if (failed === 0 || failed === FAILS.seller) count(tally.sellers, columns.seller[slot] as number);
  if (failed === 0 || failed === FAILS.price) count(tally.priceSteps, columns.priceStep[slot] as number);
  if (failed === 0 || failed === FAILS.rating) count(tally.stars, Math.floor(columns.stars[slot] as number));
}

/** Everything there is, by esteem. */
export function tallyAll(tally: Tally, segment: Segment, base: number): void {
  const { esteem, soldOut } = segment.columns;
  for (let slot = 0; slot < segment.slotCount; slot++) {
    const score = (esteem[slot] as number) - (soldOut[slot] as number) * BROWSE_SOLD_OUT_PENALTY;
    tallySlot(tally, segment, base, slot, score, 0);
  }
}

function count(counts: Uint32Array, id: number): void {
  counts[id] = (counts[id] as number) + 1;
}

function keyOf(sort: SearchSort, segment: Segment, slot: number, score: number, missing: number): number {
  const { columns } = segment;
  switch (sort) {
    case 'relevance':
      return (
        score +
        ESTEEM_WEIGHT * (columns.esteem[slot] as number) -
        SOLD_OUT_PENALTY * (columns.soldOut[slot] as number) -
        MISSING_PENALTY * missing
      );
    case 'price_asc':
      return -(columns.priceMinor[slot] as number);
    case 'price_desc':
      return columns.priceMinor[slot] as number;
    case 'rating':
      // Of equal stars those that more people gave; too little to overturn any difference in stars.
      return (columns.stars[slot] as number) + 1e-7 * (columns.esteem[slot] as number);
    case 'newest':
      return columns.createdAtMs[slot] as number;
  }
}
