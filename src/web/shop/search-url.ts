// The address of a search: what is not asked for is left out, so that the same search has one address.
import { queryString } from '../../lib/html.ts';
import type { SearchQuery } from '../../modules/search/index.ts';

export const DEFAULT_SEARCH_SIZE = 24;
/** More than an address carries (MAX_HEAD_BYTES of the server): a longer term is cut and no error. */
export const MAX_SENT_TERM_CHARACTERS = 64 * 1024;

export const EVERYTHING: SearchQuery = {
  term: '',
  page: 1,
  size: DEFAULT_SEARCH_SIZE,
  sort: 'relevance',
  categories: [],
  brands: [],
  sellers: [],
};

export function searchUrl(query: SearchQuery): string {
  return `/search${queryString({
    term: query.term,
    category: query.categories,
    brand: query.brands,
    seller: query.sellers,
    min_price: query.minPriceMinor,
    max_price: query.maxPriceMinor,
    min_rating: query.minRating,
    in_stock: query.inStock ? true : undefined,
    exact: query.exact ? true : undefined,
    sort: query.sort === 'relevance' ? undefined : query.sort,
    size: query.size === DEFAULT_SEARCH_SIZE ? undefined : query.size,
    page: query.page === 1 ? undefined : query.page,
  })}`;
}

/** Everything of one category, one seller, … */
export function searchFor(part: Partial<SearchQuery>): string {
  return searchUrl({ ...EVERYTHING, ...part });
}

/** The same search with one value more, or without it where it was chosen; from its first page. */
export function toggled(query: SearchQuery, list: 'brands' | 'sellers', value: string): SearchQuery {
  const chosen = query[list];
  const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
  return { ...query, [list]: next, page: 1 };
}
