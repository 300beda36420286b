import type { Queryable } from '../../lib/db.ts';
import { newKeyedId } from '../../lib/ids.ts';
import type { FieldError } from '../../lib/problem.ts';
import { checkText } from './product-row.ts';
import { insertReviews, isActiveProduct } from './store-reviews.ts';

const MAX_REVIEW_TITLE_CHARACTERS = 150;
const MAX_REVIEW_BODY_CHARACTERS = 5_000;

export type ReviewInput = {
  productId: number;
  userId: number;
  author: string;
  rating: number;
  title: string;
  body: string;
};
export type AddReviewOutcome =
  | { kind: 'added'; reviewId: string }
  | { kind: 'already-reviewed' }
  | { kind: 'product-not-found' }
  | { kind: 'invalid'; errors: FieldError[] };

/** One review a buyer and product, counted with it. Whether the user bought the product is the caller's to know. */
export async function addReview(db: Queryable, review: ReviewInput): Promise<AddReviewOutcome> {
  const errors = checkReview(review);
  if (errors.length > 0) return { kind: 'invalid', errors };
  const reviewId = newKeyedId(review.productId);
  const added = await insertReviews(db, [{ ...review, reviewId, verifiedPurchase: true, createdAt: null }]);
  if (added.has(reviewId)) return { kind: 'added', reviewId };
  return { kind: (await isActiveProduct(db, review.productId)) ? 'already-reviewed' : 'product-not-found' };
}

function checkReview(review: ReviewInput): FieldError[] {
  const whole = Number.isInteger(review.rating) && review.rating >= 1 && review.rating <= 5;
  return [
    ...(whole ? [] : [{ pointer: '/rating', message: 'must be a whole number from 1 to 5' }]),
    ...checkText('/title', review.title, 1, MAX_REVIEW_TITLE_CHARACTERS),
    ...checkText('/body', review.body, 0, MAX_REVIEW_BODY_CHARACTERS),
  ];
}
