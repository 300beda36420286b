// One pass over what matched: who passes the filters, the best of them, and the facets.
import type { SearchSort } from '../query.ts';
import { type Columns, PRICE_STEP_COUNT } from './columns.ts';
import { FAILS, type Filters, failedFilters, hasFilters } from './filters.ts';
import { scratch } from './scratch.ts';
import type { CategoryLists, Segment } from './segment.ts';
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

/** Takes what was found in a segment: the first `found` scratch slots. `base`: places of the segment's slots start here. */
export function tallyFound(tally: Tally, segment: Segment, base: number, found: number, missing: number): void {
  const { columns } = segment;
  const { filters, top, sort } = tally;
  const { slots, scores } = scratch;
  const { alive } = columns;
  const mayFail = hasFilters(filters);
  let matched = 0;
  let total = 0;
  for (let at = 0; at < found; at++) {
    const slot = slots[at] as number;
    if (alive[slot] !== 1) continue;
    matched++;
    const failed = mayFail ? failedFilters(filters, columns, slot) : 0;
    if (failed !== 0) {
      countFailed(tally, columns, slot, failed);
      continue;
    }
    total++;
    count(tally.categories, columns.category[slot] as number);
    count(tally.brands, columns.brand[slot] as number);
    count(tally.sellers, columns.seller[slot] as number);
    count(tally.priceSteps, columns.priceStep[slot] as number);
    count(tally.stars, Math.floor(columns.stars[slot] as number));
    const key = keyOf(sort, columns, slot, scores[slot] as number, missing);
    if (top.size === top.limit && key < (top.keys[0] as number)) continue;
    offer(top, key, columns.productId[slot] as number, base + slot);
  }
  tally.matched += matched;
  tally.total += total;
}

/**
 * A facet lifts one filter, so who fails two is in none. Who fails the category alone is in none either: that facet shows
 * what lies below the chosen one.
 */
function countFailed(tally: Tally, columns: Columns, slot: number, failed: number): void {
  if (failed === FAILS.brand) count(tally.brands, columns.brand[slot] as number);
  else if (failed === FAILS.seller) count(tally.sellers, columns.seller[slot] as number);
  else if (failed === FAILS.price) count(tally.priceSteps, columns.priceStep[slot] as number);
  else if (failed === FAILS.rating) count(tally.stars, Math.floor(columns.stars[slot] as number));
}

/** Everything there is, by esteem; of chosen categories only what is in them. */
export function tallyAll(tally: Tally, segment: Segment, base: number): void {
  const { category } = tally.filters;
  const lists = category && segment.categories();
  const found = lists && category ? gatherCategories(lists, category) : gatherAll(segment);
  const { slots, scores } = scratch;
  const { esteem, soldOut } = segment.columns;
  for (let at = 0; at < found; at++) {
    const slot = slots[at] as number;
    scores[slot] = (esteem[slot] as number) - (soldOut[slot] as number) * BROWSE_SOLD_OUT_PENALTY;
  }
  tallyFound(tally, segment, base, found, 0);
}

function gatherAll({ slotCount }: Segment): number {
  for (let slot = 0; slot < slotCount; slot++) scratch.slots[slot] = slot;
  return slotCount;
}

function gatherCategories({ starts, slots }: CategoryLists, allowed: Uint8Array): number {
  let found = 0;
  for (let id = 0; id + 1 < starts.length; id++) {
    if (allowed[id] !== 1) continue;
    const list = slots.subarray(starts[id], starts[id + 1]);
    scratch.slots.set(list, found);
    found += list.length;
  }
  return found;
}

function count(counts: Uint32Array, id: number): void {
  counts[id] = (counts[id] as number) + 1;
}

function keyOf(sort: SearchSort, columns: Columns, slot: number, score: number, missing: number): number {
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
