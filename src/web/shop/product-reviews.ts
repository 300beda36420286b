// Pages of reviews. The newest are in the product's document, so the first pages need no database.
import type { Database } from '../../lib/db.ts';
import { listReviews, NEWEST_REVIEWS_KEPT } from '../../modules/catalog/index.ts';
import type { ReplicaDocument } from '../../modules/search/index.ts';
import { ratingOf } from '../kit/components/stars.ts';
import { perDocument } from '../kit/per-document.ts';
import type { ReviewPage } from '../kit/product-json.ts';

export const DEFAULT_REVIEWS_SIZE = 10;

const firstPage = perDocument((document: ReplicaDocument) => keptPage(document, 1, DEFAULT_REVIEWS_SIZE));

export async function reviewsOf(
  db: Database,
  document: ReplicaDocument,
  page: number,
  size: number,
): Promise<ReviewPage> {
  if (page === 1 && size === DEFAULT_REVIEWS_SIZE) return firstPage(document);
  const holdsAll = document.newestReviews.length < NEWEST_REVIEWS_KEPT;
  if (holdsAll || page * size <= NEWEST_REVIEWS_KEPT) return keptPage(document, page, size);
  return listReviews(db, document.productId, page, size);
}

function keptPage(document: ReplicaDocument, page: number, size: number): ReviewPage {
  const items = document.newestReviews.slice((page - 1) * size, page * size);
  return { items, page, size, total: ratingOf(document.ratingCounts).count };
}
