// Facets as links: what a search answers, turned into what a page offers. Pure.

import { html } from '../../lib/html.ts';
import { formatMoney, minorDigits } from '../../lib/money.ts';
import {
  CATEGORY_SEPARATOR,
  type Facets,
  type FacetValue,
  NO_HIGHEST_PRICE,
  type PriceWords,
  type SearchQuery,
} from '../../modules/search/index.ts';
import type { FacetEntry } from '../kit/components/facet-list.ts';
import { stars } from '../kit/components/stars.ts';
import { searchUrl, toggled } from './search-url.ts';

const DEEPEST = 3;

/** A path and all above it: 'A > B' -> ['A', 'A > B']. */
function pathsTo(category: string): string[] {
  const names = category.split(CATEGORY_SEPARATOR);
  return names.map((_, index) => names.slice(0, index + 1).join(CATEGORY_SEPARATOR));
}

/**
 * The way down to what is chosen, then what lies below it, as search answers it: the next level only. Choosing the chosen
 * one again goes one step up.
 */
export function categoryEntries(query: SearchQuery, values: readonly FacetValue[]): FacetEntry[] {
  const chosen = query.categories.at(-1);
  const way = chosen === undefined ? [] : pathsTo(chosen);
  const linkTo = (path: string | undefined): string =>
    searchUrl({ ...query, categories: path === undefined ? [] : [path], page: 1 });
  const above = way.map((path, index) => ({
    text: path.split(CATEGORY_SEPARATOR).at(-1) ?? path,
    count: null,
    href: linkTo(path === chosen ? way[index - 1] : path),
    selected: path === chosen,
    depth: depthAt(index),
  }));
  const below = values
    .filter((value) => !way.includes(value.value))
    .map((value) => ({
      text: value.label,
      count: value.count,
      href: linkTo(value.value),
      selected: false,
      depth: depthAt(way.length),
    }));
  return [...above, ...below];
}

function depthAt(index: number): 1 | 2 | 3 {
  return Math.min(index + 1, DEEPEST) as 1 | 2 | 3;
}

export function choiceEntries(
  query: SearchQuery,
  list: 'brands' | 'sellers',
  values: readonly FacetValue[],
): FacetEntry[] {
  return values.map((value) => ({
    text: value.label,
    count: value.count,
    href: searchUrl(toggled(query, list, value.value)),
    selected: query[list].includes(value.value),
  }));
}

/** A price that is chosen takes the place of one that was typed: together they might leave nothing. */
export function withoutPriceWords(query: SearchQuery, price: PriceWords | null): SearchQuery {
  if (price === null) return query;
  const at = query.term.toLowerCase().indexOf(price.text);
  if (at === -1) return query;
  const term = `${query.term.slice(0, at)} ${query.term.slice(at + price.text.length)}`;
  return { ...query, term: term.trim().replace(/\s+/g, ' ') };
}

export function priceEntries(query: SearchQuery, ranges: Facets['price'], currency: string): FacetEntry[] {
  return ranges
    .filter((range) => range.count > 0)
    .map((range) => {
      // The last range has no end, and no address carries one.
      const ends =
        range.max === NO_HIGHEST_PRICE
          ? { minPriceMinor: range.min }
          : { minPriceMinor: range.min, maxPriceMinor: range.max };
      const selected = query.minPriceMinor === range.min && query.maxPriceMinor === ends.maxPriceMinor;
      const { minPriceMinor, maxPriceMinor, ...rest } = query;
      const next = selected ? rest : { ...rest, ...ends };
      return {
        text: priceRangeText(ends, currency),
        count: range.count,
        href: searchUrl({ ...next, page: 1 }),
        selected,
      };
    });
}

export function ratingEntries(query: SearchQuery, steps: Facets['rating']): FacetEntry[] {
  return steps
    .filter((step) => step.count > 0)
    .map((step) => {
      const selected = query.minRating === step.min;
      const { minRating, ...rest } = query;
      return {
        text: html`${stars(step.min)} and up`,
        count: step.count,
        href: searchUrl({ ...(selected ? rest : { ...rest, minRating: step.min }), page: 1 }),
        selected,
      };
    });
}

export function stockEntry(query: SearchQuery): FacetEntry {
  const { inStock, ...rest } = query;
  return {
    text: 'In stock',
    count: null,
    href: searchUrl({ ...(inStock ? rest : { ...rest, inStock: true }), page: 1 }),
    selected: inStock === true,
  };
}

/** What narrows this search, each with the address that takes it off. */
export function chosenFilters(query: SearchQuery, facets: Facets, currency: string): { text: string; href: string }[] {
  const labelOf = (values: readonly FacetValue[], value: string): string =>
    values.find((one) => one.value === value)?.label ?? value;
  const without = (part: Partial<SearchQuery>): string => searchUrl({ ...query, ...part, page: 1 });
  const { minPriceMinor, maxPriceMinor, ...anyPrice } = query;
  const { minRating, ...anyRating } = query;
  const { inStock, ...anyStock } = query;
  const chosen = [
    ...query.categories.map((value) => ({
      text: value.split(CATEGORY_SEPARATOR).at(-1) ?? value,
      href: without({ categories: query.categories.filter((one) => one !== value) }),
    })),
    ...query.brands.map((value) => ({ text: value, href: searchUrl(toggled(query, 'brands', value)) })),
    ...query.sellers.map((value) => ({
      text: `From ${labelOf(facets.seller, value)}`,
      href: searchUrl(toggled(query, 'sellers', value)),
    })),
  ];
  if (minPriceMinor !== undefined || maxPriceMinor !== undefined) {
    const text = priceRangeText(query, currency);
    chosen.push({ text, href: searchUrl({ ...anyPrice, page: 1 }) });
  }
  if (minRating !== undefined)
    chosen.push({ text: `${minRating} stars and up`, href: searchUrl({ ...anyRating, page: 1 }) });
  if (inStock) chosen.push({ text: 'In stock', href: searchUrl({ ...anyStock, page: 1 }) });
  return chosen;
}

export function priceRangeText(
  { minPriceMinor = 0, maxPriceMinor }: { minPriceMinor?: number; maxPriceMinor?: number },
  currency: string,
): string {
  const from = shortMoney(minPriceMinor, currency);
  if (maxPriceMinor === undefined) return `${from} and more`;
  const to = shortMoney(maxPriceMinor, currency);
  return minPriceMinor === 0 ? `Up to ${to}` : `${from} to ${to}`;
}

/** Round amounts without their zeros: a list of ranges is read faster. */
function shortMoney(amountMinor: number, currency: string): string {
  const text = formatMoney(amountMinor, currency);
  const digits = minorDigits(currency);
  return digits > 0 && amountMinor % 10 ** digits === 0 ? text.slice(0, -digits - 1) : text;
}
