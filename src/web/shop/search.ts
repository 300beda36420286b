// GET /search: one search, as a page with facets or as JSON.
import { type Static, Type } from 'typebox';
import { html } from '../../lib/html.ts';
import type { ReplicaDocument, SearchQuery, SearchResult } from '../../modules/search/index.ts';
import { MAX_PAGE_SIZE, MAX_TERM_CHARACTERS } from '../../modules/search/index.ts';
import { REVALIDATE } from '../kit/cache-control.ts';
import { callerOf } from '../kit/caller.ts';
import { mediaUrl } from '../kit/components/picture.ts';
import { ratingOf } from '../kit/components/stars.ts';
import { layout } from '../kit/layout.ts';
import { respond, wantsPage } from '../kit/negotiate.ts';
import { perDocument } from '../kit/per-document.ts';
import { MoneySchema, Nullable, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { searchPage, searchTitle } from './pages/search-page.ts';
import { DEFAULT_SEARCH_SIZE, EVERYTHING, searchUrl } from './search-url.ts';

const MAX_PAGE = 1_000_000;
const MAX_PRICE_MINOR = 1_000_000_000_000;
const MAX_CHOICES = 20; // of one facet at a time

const choices = Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: MAX_CHOICES }));
const priceMinor = Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_PRICE_MINOR }));
const sorts = ['relevance', 'price_asc', 'price_desc', 'rating', 'newest'] as const;

const QuerySchema = Type.Object({
  term: Type.String({
    maxLength: 10_000,
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
});

const FacetSchema = Type.Array(Type.Object({ value: Type.String(), label: Type.String(), count: Type.Integer() }));

const ResultSchema = Type.Object({
  term: Type.String(),
  correctedTerm: Nullable(Type.String()),
  total: Type.Integer(),
  page: Type.Integer(),
  size: Type.Integer(),
  sort: Type.String(),
  items: Type.Array(
    Type.Object({
      productId: Type.String(),
      title: Type.String(),
      brand: Nullable(Type.String()),
      category: Type.Array(Type.String()),
      price: MoneySchema,
      rating: Type.Object({ average: Type.Number(), count: Type.Integer() }),
      image: Nullable(Type.String()),
      inStock: Type.Boolean(),
      seller: Type.Object({ sellerId: Type.String(), name: Type.String() }),
    }),
  ),
  facets: Type.Object({
    category: FacetSchema,
    brand: FacetSchema,
    seller: FacetSchema,
    price: Type.Array(Type.Object({ min: Type.Integer(), max: Type.Integer(), count: Type.Integer() })),
    rating: Type.Array(Type.Object({ min: Type.Number(), count: Type.Integer() })),
  }),
  tookMs: Type.Number(),
  dataAgeSeconds: Type.Number(),
});

const schema = {
  tags: ['shop'],
  summary: 'Search and browse products',
  querystring: QuerySchema,
  response: { 200: ResultSchema, ...problemResponses(422) },
};

export function searchRoutes(app: App, shop: Shop): void {
  app.get('/search', { schema }, async (request, reply) => {
    const query = searchQuery(request.query);
    const result = await shop.replica.search(query);
    const isEmptyPage = result.total === 0 && wantsPage(request);
    const departments = isEmptyPage ? (await shop.replica.search({ ...EVERYTHING, size: 1 })).facets.category : [];
    const ageSeconds = shop.replica.ageSeconds();
    reply.header('cache-control', REVALIDATE);
    return respond(request, reply, {
      json: () => resultJson(query, result, ageSeconds),
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
    term: asked.term.slice(0, MAX_TERM_CHARACTERS).trim(),
    page: asked.page,
    size: asked.size,
    sort: asked.sort,
    categories: asked.category ?? [],
    brands: asked.brand ?? [],
    sellers: asked.seller ?? [],
    ...(asked.min_price === undefined ? {} : { minPriceMinor: asked.min_price }),
    ...(asked.max_price === undefined ? {} : { maxPriceMinor: asked.max_price }),
    ...(asked.min_rating === undefined ? {} : { minRating: asked.min_rating }),
    ...(asked.in_stock ? { inStock: true } : {}),
  };
}

function isDepartment(query: SearchQuery): boolean {
  const plain = searchUrl({ ...query, categories: [], page: 1 });
  return plain === '/search' && query.categories.length <= 1;
}

const itemJson = perDocument((document: ReplicaDocument) => {
  const [first] = document.pictures;
  return {
    productId: String(document.productId),
    title: document.title,
    brand: document.brand,
    category: document.category,
    price: { amount: document.priceMinor, currency: document.currency },
    rating: ratingOf(document.ratingCounts),
    image: first ? mediaUrl(first.pictureId, 640, 'webp') : null,
    inStock: document.stock.state !== 'sold_out',
    seller: { sellerId: String(document.sellerId), name: document.sellerName },
  };
});

function resultJson(query: SearchQuery, result: SearchResult, ageSeconds: number): Static<typeof ResultSchema> {
  return {
    term: query.term,
    correctedTerm: result.correctedTerm,
    total: result.total,
    page: query.page,
    size: query.size,
    sort: query.sort,
    items: result.items.map(itemJson),
    facets: result.facets,
    tookMs: Math.round(result.tookMs * 100) / 100,
    dataAgeSeconds: Math.min(Math.round(ageSeconds * 10) / 10, Number.MAX_SAFE_INTEGER),
  };
}
