// Products as documents: what the replica of every node keeps, and what a seller sees of their own.
import type { Queryable } from '../../lib/db.ts';
import { type CatalogDocument, NEWEST_REVIEWS_KEPT, type Picture } from './document.ts';
import { reviewDocument } from './list-reviews.ts';
import type { ProductStatus } from './product-row.ts';
import {
  countProductsOfSeller,
  type ProductRecord,
  type ReviewRecord,
  readActiveProducts,
  readActiveProductsAfter,
  readNewestReviews,
  readOwnProduct,
  readOwnProducts,
  readPictures,
} from './store-documents.ts';

export type OwnProduct = { document: CatalogDocument; status: ProductStatus };

/** Active products only: an id that is missing from the answer is hidden or was never there. */
export async function loadDocuments(db: Queryable, productIds: number[]): Promise<CatalogDocument[]> {
  return documentsOf(db, await readActiveProducts(db, productIds));
}

/** The next active products by id; fewer than the limit means that was all. */
export async function scanDocuments(db: Queryable, afterProductId: number, limit: number): Promise<CatalogDocument[]> {
  return documentsOf(db, await readActiveProductsAfter(db, afterProductId, limit));
}

/** Hidden ones too, but only to the seller whose product it is. */
export async function loadOwnProduct(
  db: Queryable,
  sellerId: number,
  productId: number,
): Promise<OwnProduct | undefined> {
  const [own] = await ownProductsOf(db, await readOwnProduct(db, sellerId, productId));
  return own;
}

/** Newest first. */
export async function listOwnProducts(
  db: Queryable,
  sellerId: number,
  page: number,
  size: number,
): Promise<{ items: OwnProduct[]; page: number; size: number; total: number }> {
  const items = await ownProductsOf(db, await readOwnProducts(db, sellerId, size, (page - 1) * size));
  return { items, page, size, total: await countProductsOfSeller(db, sellerId) };
}

async function ownProductsOf(db: Queryable, records: ProductRecord[]): Promise<OwnProduct[]> {
  const documents = await documentsOf(db, records);
  return documents.map((document, i) => ({ document, status: records[i]?.status ?? 'hidden' }));
}

async function documentsOf(db: Queryable, records: ProductRecord[]): Promise<CatalogDocument[]> {
  if (records.length === 0) return [];
  const pictures = await readPictures(db, idsOf(records));
  // Most products have no reviews; asking only for those that have some halves the work of a scan.
  const reviews = await readNewestReviews(
    db,
    idsOf(records.filter((record) => sum(record.rating_counts) > 0)),
    NEWEST_REVIEWS_KEPT,
  );
  return records.map((record) =>
    documentOf(record, pictures.get(record.product_id) ?? [], reviews.get(record.product_id) ?? []),
  );
}

function documentOf(record: ProductRecord, pictures: Picture[], reviews: ReviewRecord[]): CatalogDocument {
  return {
    productId: record.product_id,
    sellerId: record.seller_id,
    sellerName: record.seller_name,
    sellerRating: averageRating(record.seller_rating_counts),
    title: record.title,
    description: record.description,
    brand: record.brand,
    category: record.category,
    attributes: record.attributes,
    gtin: record.gtin,
    familyKey: record.family_key,
    variant: record.variant,
    priceMinor: record.price_minor,
    currency: record.currency,
    pictures,
    ratingCounts: record.rating_counts,
    createdAtMs: record.created_at.getTime(),
    newestReviews: reviews.map(reviewDocument),
  };
}

/** From counts of one to five stars, to one decimal; null where nobody has rated. */
export function averageRating(counts: number[]): number | null {
  const ratings = sum(counts);
  if (ratings === 0) return null;
  const stars = counts.reduce((total, count, i) => total + count * (i + 1), 0);
  return Math.round((stars / ratings) * 10) / 10;
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function idsOf(records: ProductRecord[]): number[] {
  return records.map((record) => record.product_id);
}
