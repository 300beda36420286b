// Counts by value id to facets that a page can show.
import { CATEGORY_SEPARATOR, type Facets, type FacetValue, type PriceRange, type SearchQuery } from '../query.ts';
import { priceStepRange } from './columns.ts';
import { isWithin } from './filters.ts';
import type { SearchState } from './state.ts';
import type { Tally } from './tally.ts';
import { fold } from './text.ts';
import { NO_VALUE, type ValueTable } from './value-table.ts';

const MAX_FACET_VALUES = 30;
const MAX_PRICE_RANGES = 6;

export function facetsOf(state: SearchState, tally: Tally, query: SearchQuery): Facets {
  return {
    category: categoryFacet(state.categories, tally.categories, query.categories),
    brand: valueFacet(state.brands, tally.brands, query.brands),
    seller: valueFacet(state.sellers, tally.sellers, query.sellers),
    price: priceFacet(tally.priceSteps),
    rating: [4, 3, 2, 1].map((min) => ({ min, count: tally.stars.subarray(min).reduce((sum, one) => sum + one, 0) })),
  };
}

function valueFacet(table: ValueTable, counts: Uint32Array, selected: string[]): FacetValue[] {
  const chosen = new Set(selected.map((value) => table.ids.get(fold(value))));
  const facet: FacetValue[] = [];
  const pinned: FacetValue[] = [];
  for (let id = NO_VALUE + 1; id < counts.length; id++) {
    const isChosen = chosen.has(id);
    if (counts[id] === 0 && !isChosen) continue;
    (isChosen ? pinned : facet).push({
      value: table.values[id] as string,
      label: table.labels[id] as string,
      count: counts[id] as number,
    });
  }
  // What was chosen stays in sight, so that it can be taken back.
  return [...pinned, ...facet.sort(compareFacetValues).slice(0, MAX_FACET_VALUES)].sort(compareFacetValues);
}

/** The next level below what is chosen, or the first level; what is chosen itself where nothing is below it. */
function categoryFacet(table: ValueTable, counts: Uint32Array, selected: string[]): FacetValue[] {
  const found = new Map<string, FacetValue>();
  const ancestors = selected.map(fold);
  const levels = levelsOf(table);
  for (let id = NO_VALUE + 1; id < counts.length; id++) {
    const count = counts[id] as number;
    const own = count === 0 ? undefined : levels[id];
    const path = own?.at(-1);
    if (!own || !path) continue;
    for (const depth of depthsBelow(path.key, ancestors)) {
      const { value, label, key } = own[Math.min(depth, own.length) - 1] as Level;
      const known = found.get(key);
      if (known) known.count += count;
      else found.set(key, { value, label, count });
    }
  }
  return [...found.values()].sort(compareFacetValues).slice(0, MAX_FACET_VALUES);
}

/** A category and each one above it; `key` folded. */
type Level = { value: string; label: string; key: string };
const knownLevels = new WeakMap<ValueTable, Level[][]>();

function levelsOf(table: ValueTable): Level[][] {
  const levels = knownLevels.get(table) ?? [];
  knownLevels.set(table, levels);
  for (let id = levels.length; id < table.values.length; id++) {
    const names = (table.values[id] as string).split(CATEGORY_SEPARATOR);
    levels.push(
      names.map((label, at) => {
        const value = names.slice(0, at + 1).join(CATEGORY_SEPARATOR);
        return { value, label, key: fold(value) };
      }),
    );
  }
  return levels;
}

const FIRST_LEVEL = [1];

function depthsBelow(path: string, ancestors: string[]): number[] {
  if (ancestors.length === 0) return FIRST_LEVEL;
  const depths = ancestors
    .filter((ancestor) => isWithin(path, ancestor))
    .map((ancestor) => ancestor.split(CATEGORY_SEPARATOR).length + (path === ancestor ? 0 : 1));
  return [...new Set(depths)];
}

export function priceFacet(counts: Uint32Array): PriceRange[] {
  const ranges: PriceRange[] = [];
  for (const [step, count] of counts.entries()) {
    if (count > 0) ranges.push({ ...priceStepRange(step), count });
  }
  // The two neighbours with the fewest products become one, until the list is short enough to read.
  while (ranges.length > MAX_PRICE_RANGES) {
    let fewest = 0;
    for (let at = 0; at + 1 < ranges.length; at++) {
      if (sizeAt(ranges, at) < sizeAt(ranges, fewest)) fewest = at;
    }
    const [left, right] = ranges.slice(fewest, fewest + 2) as [PriceRange, PriceRange];
    ranges.splice(fewest, 2, { min: left.min, max: right.max, count: left.count + right.count });
  }
  return ranges;
}

function sizeAt(ranges: PriceRange[], at: number): number {
  return (ranges[at] as PriceRange).count + (ranges[at + 1] as PriceRange).count;
}

function compareFacetValues(a: FacetValue, b: FacetValue): number {
  return b.count - a.count || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
}
