import { type Queryable, sql } from '../../lib/db.ts';
import type { ReviewRecord } from './store-documents.ts';

// Counted where it is written: the rating of a product and of its seller is read with every page, and a review is rare.
// A review of a hidden or unknown product, or a second one of the same buyer, is not inserted and so not counted.
const addReviews = sql(
  'catalog_add_reviews',
  `with added as (
     insert into review (product_id, review_id, user_id, author, rating, title, body, verified_purchase, created_at)
     select r.product_id, r.review_id, r.user_id, r.author, r.rating, r.title, r.body, r.verified_purchase, coalesce(r.created_at, now())
     from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::boolean[], $9::timestamptz[])
       as r(product_id, review_id, user_id, author, rating, title, body, verified_purchase, created_at)
     join product p on p.product_id = r.product_id and p.status = 'active'
     on conflict do nothing
     returning product_id, review_id, rating),
   counted as (
     select product_id, count(*) filter (where rating = 1) as n1, count(*) filter (where rating = 2) as n2,
            count(*) filter (where rating = 3) as n3, count(*) filter (where rating = 4) as n4, count(*) filter (where rating = 5) as n5
     from added group by product_id),
   rated as (
     update product p set rating_counts =
       array[p.rating_counts[1] + c.n1, p.rating_counts[2] + c.n2, p.rating_counts[3] + c.n3, p.rating_counts[4] + c.n4, p.rating_counts[5] + c.n5]
     from counted c where p.product_id = c.product_id
     returning p.product_id, p.seller_id, c.n1, c.n2, c.n3, c.n4, c.n5),
   sellers as (
     update seller s set rating_counts =
       array[s.rating_counts[1] + c.n1, s.rating_counts[2] + c.n2, s.rating_counts[3] + c.n3, s.rating_counts[4] + c.n4, s.rating_counts[5] + c.n5]
     from (select seller_id, sum(n1) as n1, sum(n2) as n2, sum(n3) as n3, sum(n4) as n4, sum(n5) as n5 from rated group by seller_id) c
     where s.seller_id = c.seller_id),
   news as (insert into feed_change (topic, key) select 'product', product_id from rated on conflict do nothing)
   select review_id from added`,
);

const isActive = sql('catalog_is_active', `select product_id from product where product_id = $1 and status = 'active'`);

// The total is the sum of the stars: counting rows would read all reviews for each page.
const countReviews = sql(
  'catalog_count_reviews',
  'select (select sum(n) from unnest(rating_counts) as n)::int as total from product where product_id = $1',
);

const listReviews = sql(
  'catalog_list_reviews',
  `select product_id, review_id, rating, title, body, author, created_at, verified_purchase from review
   where product_id = $1 order by created_at desc, review_id limit $2 offset $3`,
);

export type NewReview = {
  productId: number;
  reviewId: string;
  userId: number | null;
  author: string;
  rating: number;
  title: string;
  body: string;
  verifiedPurchase: boolean;
  /** null: now, by the database's clock. */
  createdAt: Date | null;
};

/** The ids of those that were new. */
export async function insertReviews(db: Queryable, reviews: NewReview[]): Promise<Set<string>> {
  const rows = await db.query<{ review_id: string }>(addReviews, [
    reviews.map((review) => review.productId),
    reviews.map((review) => review.reviewId),
    reviews.map((review) => review.userId),
    reviews.map((review) => review.author),
    reviews.map((review) => review.rating),
    reviews.map((review) => review.title),
    reviews.map((review) => review.body),
    reviews.map((review) => review.verifiedPurchase),
    reviews.map((review) => review.createdAt),
  ]);
  return new Set(rows.map((row) => row.review_id));
}

export async function isActiveProduct(db: Queryable, productId: number): Promise<boolean> {
  return (await db.query(isActive, [productId])).length > 0;
}

export async function readReviews(
  db: Queryable,
  productId: number,
  limit: number,
  offset: number,
): Promise<ReviewRecord[]> {
  return db.query(listReviews, [productId, limit, offset]);
}

export async function countReviewsOf(db: Queryable, productId: number): Promise<number> {
  const [row] = await db.query<{ total: number }>(countReviews, [productId]);
  return row?.total ?? 0;
}
