// Products for the tests of search: plain ones, with what a test is about given by the test.
import type { ReplicaDocument } from './document.ts';
import type { SearchQuery } from './query.ts';

export function testDocument(productId: number, fields: Partial<ReplicaDocument> = {}): ReplicaDocument {
  return {
    productId,
    sellerId: 1,
    sellerName: 'Testseller',
    sellerRating: null,
    title: `Thing ${productId}`,
    description: '',
    brand: null,
    category: [],
    attributes: {},
    gtin: null,
    familyKey: null,
    variant: {},
    priceMinor: 1_000,
    currency: 'USD',
    pictures: [],
    ratingCounts: [0, 0, 0, 0, 0],
    createdAtMs: 0,
    newestReviews: [],
    stock: { state: 'in_stock', available: null },
    drop: null,
    ...fields,
  };
}

export function testQuery(term: string, fields: Partial<SearchQuery> = {}): SearchQuery {
  return { term, page: 1, size: 24, sort: 'relevance', categories: [], brands: [], sellers: [], ...fields };
}
