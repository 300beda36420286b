// Everything that matched, once over: who passes the filters, the best of them, and the facets. Each step is a loop of its own
// over a few columns: together they take a third of the time of one loop that does it all.
import type { SearchSort } from '../query.ts';
import { type Columns, PRICE_STEP_COUNT } from './columns.ts';
import { DEAD, FIGURES, STAR_STEPS } from './digest.ts';
import { FAILS, type Filters, failedByFigures, failedByValues, hasFilters } from './filters.ts';
import { offerFound } from './offer.ts';
import type { Profiles } from './profiles.ts';
import { scratch } from './scratch.ts';
import { type CategoryLists, type Found, MAX_SEGMENT_SLOTS, type Segment } from './segment.ts';
import type { SearchState } from './state.ts';
import { openTop, type Top } from './top.ts';

/** Fewer slots a profile are judged one by one: reading all profiles would take longer. */
const MIN_SLOTS_A_PROFILE = 0.25;
const EVERY_SLOT = Uint16Array.from({ length: MAX_SEGMENT_SLOTS }, (_, slot) => slot);

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
  /** By figure of a digest, the dead ones too. */
  figures: Uint32Array;
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
    figures: new Uint32Array(FIGURES),
    priceSteps: new Uint32Array(PRICE_STEP_COUNT),
    stars: new Uint32Array(STAR_STEPS),
  };
}

/** Takes what was found in a segment, with scratch scores by slot. `base`: places of the segment's slots start here. */
export function tallyFound(tally: Tally, segment: Segment, base: number, found: Found, missing: number): void {
  offerFound(tally.top, tally.sort, segment, base, countFound(tally, segment, found), missing);
}

/** Everything there is, by esteem; of chosen categories only what is in them. */
export function tallyAll(tally: Tally, segment: Segment, base: number): void {
  const { category } = tally.filters;
  const lists = category && segment.categories();
  const found = lists && category ? gatherCategories(lists, category) : { slots: EVERY_SLOT, count: segment.slotCount };
  const order = tally.sort === 'relevance' ? 'esteem' : tally.sort;
  offerFound(tally.top, order, segment, base, countFound(tally, segment, found), 0);
}

/** Those that pass all filters. */
function countFound(tally: Tally, segment: Segment, found: Found): Found {
  if (found.count === 0) return found;
  const profiles = segment.profiles?.() ?? null;
  const isFiltered = hasFilters(tally.filters);
  const passing = isFiltered ? filterFound(tally, segment, found, profiles) : found;
  const total = countValues(tally, segment, passing, profiles);
  tally.total += total;
  if (!isFiltered) tally.matched += total;
  return passing;
}

function gatherCategories({ starts, slots }: CategoryLists, allowed: Uint8Array): Found {
  let count = 0;
  for (let id = 0; id + 1 < starts.length; id++) {
    if (allowed[id] !== 1) continue;
    const list = slots.subarray(starts[id], starts[id + 1]);
    scratch.slots.set(list, count);
    count += list.length;
  }
  return { slots: scratch.slots, count };
}

/** Who passes; who fails is counted where a facet lifts what it fails. */
function filterFound(tally: Tally, segment: Segment, found: Found, profiles: Profiles | null): Found {
  const { filters } = tally;
  const { columns } = segment;
  const { passing, profileFails, scores } = scratch;
  const { slots, count, impacts, scale = 1 } = found;
  // Of few slots each one's profile is judged when it comes.
  const isMany = profiles !== null && count >= profiles.count * MIN_SLOTS_A_PROFILE;
  if (isMany) {
    const { count, category, brand, seller } = profiles;
    for (let profile = 0; profile < count; profile++) {
      profileFails[profile] = failedByValues(
        filters,
        category[profile] as number,
        brand[profile] as number,
        seller[profile] as number,
      );
    }
  }
  const { digest } = columns;
  const { category, brand, seller } = profiles ?? columns;
  const ofSlot = profiles?.ofSlot;
  let matched = 0;
  let kept = 0;
  for (let n = 0; n < count; n++) {
    const slot = slots[n] as number;
    const figures = digest[slot] as number;
    if ((figures & 0xff) === DEAD) continue;
    matched++;
    const at = ofSlot ? (ofSlot[slot] as number) : slot;
    const byValues = isMany
      ? (profileFails[at] as number)
      : failedByValues(filters, category[at] as number, brand[at] as number, seller[at] as number);
    // Who fails two filters is in no facet, so the rest need not be looked at.
    if ((byValues & (byValues - 1)) !== 0) continue;
    const failed = byValues | failedByFigures(filters, columns, slot, figures);
    if (failed === 0) {
      if (impacts) scores[slot] = (impacts[n] as number) * scale;
      passing[kept++] = slot;
    } else countFailed(tally, segment, slot, failed);
  }
  tally.matched += matched;
  return { slots: passing, count: kept };
}

/**
 * A facet lifts one filter, so who fails two is in none. Who fails the category alone is in none either: that facet shows
 * what lies below the chosen one.
 */
function countFailed(tally: Tally, { columns }: Segment, slot: number, failed: number): void {
  if (failed === FAILS.brand) count(tally.brands, columns.brand[slot] as number, 1);
  else if (failed === FAILS.seller) count(tally.sellers, columns.seller[slot] as number, 1);
  else if (failed === FAILS.price) count(tally.priceSteps, columns.priceStep[slot] as number, 1);
  else if (failed === FAILS.rating) count(tally.stars, Math.floor(columns.stars[slot] as number), 1);
}

/** Answers how many are alive. */
function countValues(tally: Tally, segment: Segment, { slots, count: size }: Found, profiles: Profiles | null): number {
  const { digest } = segment.columns;
  const dead = countFigures(tally.figures, digest, slots, size);
  if (profiles === null) countSlots(tally, segment.columns, slots, size, 1);
  else if (slots === EVERY_SLOT) countProfiles(tally, profiles);
  else countRuns(tally, profiles, slots, size);
  for (let at = 0, found = 0; found < dead; at++) {
    if (((digest[slots[at] as number] as number) & 0xff) !== DEAD) continue;
    countSlots(tally, segment.columns, slots.subarray(at, at + 1), 1, -1);
    found++;
  }
  return size - dead;
}

function countSlots(
  { categories, brands, sellers }: Tally,
  { category, brand, seller }: Columns,
  slots: Uint16Array,
  size: number,
  more: number,
): void {
  for (let at = 0; at < size; at++) {
    const slot = slots[at] as number;
    count(categories, category[slot] as number, more);
    count(brands, brand[slot] as number, more);
    count(sellers, seller[slot] as number, more);
  }
}

function countProfiles({ categories, brands, sellers }: Tally, profiles: Profiles): void {
  const { category, brand, seller, slots } = profiles;
  for (let profile = 0; profile < profiles.count; profile++) {
    const counted = slots[profile] as number;
    count(categories, category[profile] as number, counted);
    count(brands, brand[profile] as number, counted);
    count(sellers, seller[profile] as number, counted);
  }
}

/** Of a profile the slots lie side by side, so most are passed with one look each. */
function countRuns(
  { categories, brands, sellers }: Tally,
  { ofSlot, category, brand, seller }: Profiles,
  slots: Uint16Array,
  size: number,
): void {
  for (let at = 0; at < size; ) {
    const profile = ofSlot[slots[at] as number] as number;
    const start = at++;
    while (at < size && ofSlot[slots[at] as number] === profile) at++;
    count(categories, category[profile] as number, at - start);
    count(brands, brand[profile] as number, at - start);
    count(sellers, seller[profile] as number, at - start);
  }
}

/** Answers how many are dead. Two short loops over the same slots take half the time of one that does both. */
function countFigures(figures: Uint32Array, digest: Uint16Array, slots: Uint16Array, size: number): number {
  const before = figures[DEAD] as number;
  for (let at = 0; at < size; at++) count(figures, (digest[slots[at] as number] as number) & 0xff, 1);
  return (figures[DEAD] as number) - before;
}

/** What both counted as figures, to price steps and stars. Once, after the last segment. */
export function takeFigures({ figures, priceSteps, stars }: Tally): void {
  for (let figure = 0; figure < PRICE_STEP_COUNT * STAR_STEPS; figure++) {
    count(priceSteps, Math.floor(figure / STAR_STEPS), figures[figure] as number);
    count(stars, figure % STAR_STEPS, figures[figure] as number);
  }
}

function count(counts: Uint32Array, id: number, more: number): void {
  counts[id] = (counts[id] as number) + more;
}
