import type { Queryable } from '../../lib/db.ts';
import type { ReviewDocument } from './document.ts';
import type { ReviewRecord } from './store-documents.ts';
import { countReviewsOf, readReviews } from './store-reviews.ts';

export type ReviewPage = { items: ReviewDocument[]; page: number; size: number; total: number };

/** Newest first; pages from 1. */
export async function listReviews(db: Queryable, productId: number, page: number, size: number): Promise<ReviewPage> {
  const rows = await readReviews(db, productId, size, (page - 1) * size);
  return { items: rows.map(reviewDocument), page, size, total: await countReviewsOf(db, productId) };
}

export function reviewDocument(row: ReviewRecord): ReviewDocument {
  return {
    reviewId: row.review_id,
    rating: row.rating,
    title: row.title,
    body: row.body,
    author: row.author,
    createdAt: row.created_at.toISOString(),
    verifiedPurchase: row.verified_purchase,
  };
}
