// GET /search: one search, as a page with facets or as JSON.
import { type Static, Type } from 'typebox';
import { html } from '../../lib/html.ts';
import {
  MAX_PAGE_SIZE,
  MAX_TERM_CHARACTERS,
  NO_HIGHEST_PRICE,
  type SearchOutcome,
  type SearchQuery,
  type SearchResult,
} from '../../modules/search/index.ts';
import { REVALIDATE } from '../kit/cache-control.ts';
import { callerOf, requireCaller } from '../kit/caller.ts';
import { layout } from '../kit/layout.ts';
import { respond, wantsPage } from '../kit/negotiate.ts';
import { problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { takesAnything } from '../kit/text-check.ts';
import { searchPage, searchTitle } from './pages/search-page.ts';
import { ResultSchema, searchJson } from './search-json.ts';
import { DEFAULT_SEARCH_SIZE, EVERYTHING, MAX_SENT_TERM_CHARACTERS, searchFor, searchUrl } from './search-url.ts';

const MAX_PAGE = 1_000_000;
const MAX_CHOICES = 20; // of one facet at a time

const choices = Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: MAX_CHOICES }));
const priceMinor = Type.Optional(Type.Integer({ minimum: 0, maximum: NO_HIGHEST_PRICE }));
const sorts = ['relevance', 'price_asc', 'price_desc', 'rating', 'newest'] as const;

const QuerySchema = Type.Object({
  term: Type.String({
    maxLength: MAX_SENT_TERM_CHARACTERS,
    default: '',
    description: `Cut at ${MAX_TERM_CHARACTERS} characters. Empty: browse.`,
  }),
  page: Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 1 }),
  size: Type.Integer({ minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_SEARCH_SIZE }),
  sort: Type.Union(
    sorts.map((sort) => Type.Literal(sort)),
    { default: 'relevance' },
  ),
  category: choices,
  brand: choices,
  seller: choices,
  min_price: priceMinor,
  max_price: priceMinor,
  min_rating: Type.Optional(Type.Number({ minimum: 0, maximum: 5 })),
  in_stock: Type.Optional(Type.Boolean()),
  exact: Type.Optional(
    Type.Boolean({ description: 'The term as typed: nothing corrected, completed, exchanged or read as a price.' }),
  ),
  explain: Type.Optional(Type.Boolean({ description: 'How the answer came about; for operators.' })),
});

const schema = {
  tags: ['shop'],
  summary: 'Search and browse products',
  querystring: QuerySchema,
  response: { 200: ResultSchema, ...problemResponses(401, 403, 422) },
};

export function searchRoutes(app: App, shop: Shop): void {
  app.get('/search', { schema, onRequest: takesAnything('term') }, async (request, reply) => {
    if (request.query.explain) requireCaller(request, 'operator');
    const query = searchQuery(request.query);
    const result = await shop.replica.search(query);
    // Filters and further pages are the same question asked on.
    if (query.page === 1 && isUnfiltered(query)) shop.queryLog.searched(query.term, outcomeOf(result));
    const isEmptyPage = result.total === 0 && wantsPage(request);
    const departments = isEmptyPage ? (await shop.replica.search({ ...EVERYTHING, size: 1 })).facets.category : [];
    const ageSeconds = shop.replica.ageSeconds();
    reply.header('cache-control', query.explain ? 'no-store' : REVALIDATE);
    return respond(request, reply, {
      json: () => {
        // Already serialised; a string of this type is sent as it is.
        reply.type('application/json; charset=utf-8');
        return searchJson(query, result, ageSeconds) as unknown as Static<typeof ResultSchema>;
      },
      page: () =>
        layout({
          title: searchTitle(query),
          caller: callerOf(request),
          term: query.term,
          // Only departments are worth a search engine's time; all other lists are the same products in another order.
          ...(isDepartment(query) ? {} : { robots: 'noindex' as const }),
          head: html`<link rel="canonical" href="${shop.publicOrigin}${searchUrl(query)}">`,
          main: searchPage(query, result, departments, ageSeconds),
        }),
    });
  });
}

function searchQuery(asked: Static<typeof QuerySchema>): SearchQuery {
  return {
    // Without the half of a sign that the cut may leave, which no address can carry.
    term: asked.term
      .slice(0, MAX_TERM_CHARACTERS)
      .replace(/\p{Cs}$/u, '')
      .trim(),
    page: asked.page,
    size: asked.size,
    sort: asked.sort,
    categories: asked.category ?? [],
    brands: asked.brand ?? [],
    sellers: asked.seller ?? [],
    ...(asked.min_price === undefined ? {} : { minPriceMinor: asked.min_price }),
    ...(asked.max_price === undefined || asked.max_price === NO_HIGHEST_PRICE
      ? {}
      : { maxPriceMinor: asked.max_price }),
    ...(asked.min_rating === undefined ? {} : { minRating: asked.min_rating }),
    ...(asked.in_stock ? { inStock: true } : {}),
    ...(asked.exact ? { exact: true } : {}),
    ...(asked.explain ? { explain: true } : {}),
  };
}

/** A word that no product has is one that its products lack. */
function outcomeOf({ total, fitting, unknownWords }: SearchResult): SearchOutcome {
  if (total === 0) return 'empty';
  return fitting > 0 && unknownWords.length === 0 ? 'found' : 'near';
}

function isUnfiltered(query: SearchQuery): boolean {
  return searchUrl(query) === searchFor({ term: query.term });
}

function isDepartment(query: SearchQuery): boolean {
  const plain = searchUrl({ ...query, categories: [], page: 1 });
  return plain === '/search' && query.categories.length <= 1;
}
