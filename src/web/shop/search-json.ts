// A search's answer as API clients get it. What comes from a product alone is turned into text once for each product.
import { Type } from 'typebox';
import type { ListedProduct, SearchQuery, SearchResult } from '../../modules/search/index.ts';
import { mediaUrl } from '../kit/components/picture.ts';
import { ratingOf } from '../kit/components/stars.ts';
import { perDocument } from '../kit/per-document.ts';
import { MoneySchema, Nullable } from '../kit/schemas.ts';

const FacetSchema = Type.Array(Type.Object({ value: Type.String(), label: Type.String(), count: Type.Integer() }));

const ExplanationSchema = Type.Object({
  text: Type.String(),
  words: Type.Array(
    Type.Object({
      word: Type.String(),
      isHead: Type.Boolean(),
      weight: Type.Number(),
      foundAs: Type.Array(Type.Object({ words: Type.String(), weight: Type.Number(), products: Type.Integer() })),
    }),
  ),
  brands: Type.Array(Type.String()),
  scores: Type.Array(
    Type.Object({ productId: Type.String(), score: Type.Number(), parts: Type.Record(Type.String(), Type.Number()) }),
  ),
});

export const ResultSchema = Type.Object({
  term: Type.String(),
  correctedTerm: Nullable(Type.String()),
  unknownWords: Type.Array(Type.String(), { description: 'No product has these; the others were searched.' }),
  relaxedWords: Type.Array(Type.String(), {
    description: 'Where no product has all words: those that the best one lacks.',
  }),
  leftOut: Type.Integer({
    description: 'Where no product has all words and passes the filters: how many have all words and do not.',
  }),
  readAsPrice: Nullable(
    Type.Object({ text: Type.String(), min: Type.Optional(Type.Integer()), max: Type.Optional(Type.Integer()) }),
  ),
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
  explanation: Type.Optional(ExplanationSchema),
  tookMs: Type.Number(),
  dataAgeSeconds: Type.Number(),
});

/** Kept in an object: only those can be keys of what is made for each product. */
const itemJson = perDocument((document: ListedProduct) => {
  const [first] = document.pictures;
  const item = {
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
  return { text: JSON.stringify(item) };
});

export function searchJson(query: SearchQuery, result: SearchResult, ageSeconds: number): string {
  const { price, explanation } = result;
  const head = JSON.stringify({
    term: query.term,
    correctedTerm: result.correctedTerm,
    unknownWords: result.unknownWords,
    relaxedWords: result.relaxedWords,
    leftOut: result.leftOut,
    readAsPrice: price && { text: price.text, min: price.minPriceMinor, max: price.maxPriceMinor },
    total: result.total,
    page: query.page,
    size: query.size,
    sort: query.sort,
    facets: result.facets,
    explanation: explanation && {
      ...explanation,
      scores: explanation.scores.map((one) => ({ ...one, productId: String(one.productId) })),
    },
    tookMs: Math.round(result.tookMs * 100) / 100,
    dataAgeSeconds: Math.min(Math.round(ageSeconds * 10) / 10, Number.MAX_SAFE_INTEGER),
  });
  return `${head.slice(0, -1)},"items":[${result.items.map((item) => itemJson(item).text).join(',')}]}`;
}
