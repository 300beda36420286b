// Reading products as the documents that every node keeps. Three statements for any number of products, each by an index.
import { type Queryable, sql } from '../../lib/db.ts';
import type { Picture } from './document.ts';
import type { ProductStatus } from './product-row.ts';

const COLUMNS = `p.product_id, p.seller_id, s.name as seller_name, s.rating_counts as seller_rating_counts, p.family_key, p.variant,
   p.title, p.description, p.brand, p.category, p.attributes, p.gtin, p.price_minor, p.currency, p.status, p.rating_counts, p.created_at`;

const loadProducts = sql(
  'catalog_load_products',
  `select ${COLUMNS} from product p join seller s on s.seller_id = p.seller_id
   where p.product_id = any($1::bigint[]) and p.status = 'active' order by p.product_id`,
);

const scanProducts = sql(
  'catalog_scan_products',
  `select ${COLUMNS} from product p join seller s on s.seller_id = p.seller_id
   where p.product_id > $1 and p.status = 'active' order by p.product_id limit $2`,
);

const loadOwnProduct = sql(
  'catalog_load_own_product',
  `select ${COLUMNS} from product p join seller s on s.seller_id = p.seller_id where p.product_id = $1 and p.seller_id = $2`,
);

const listOwnProducts = sql(
  'catalog_list_own_products',
  `select ${COLUMNS} from product p join seller s on s.seller_id = p.seller_id
   where p.seller_id = $1 order by p.product_id desc limit $2 offset $3`,
);

const countOwnProducts = sql(
  'catalog_count_own_products',
  'select count(*) as total from product where seller_id = $1',
);

const loadPictures = sql(
  'catalog_load_pictures',
  `select product_id, picture_id, width, height, alt from product_picture
   where product_id = any($1::bigint[]) order by product_id, position`,
);

const loadNewestReviews = sql(
  'catalog_load_newest_reviews',
  `select r.product_id, r.review_id, r.rating, r.title, r.body, r.author, r.created_at, r.verified_purchase
   from unnest($1::bigint[]) as p(product_id)
   cross join lateral (
     select product_id, review_id, rating, title, body, author, created_at, verified_purchase from review
     where review.product_id = p.product_id order by review.created_at desc, review.review_id limit $2) as r`,
);

export type ProductRecord = {
  product_id: number;
  seller_id: number;
  seller_name: string;
  seller_rating_counts: number[];
  family_key: string | null;
  variant: Record<string, string>;
  title: string;
  description: string;
  brand: string | null;
  category: string[];
  attributes: Record<string, string>;
  gtin: string | null;
  price_minor: number;
  currency: string;
  status: ProductStatus;
  rating_counts: number[];
  created_at: Date;
};

export type ReviewRecord = {
  product_id: number;
  review_id: string;
  rating: number;
  title: string;
  body: string;
  author: string;
  created_at: Date;
  verified_purchase: boolean;
};

export function readActiveProducts(db: Queryable, productIds: number[]): Promise<ProductRecord[]> {
  return db.query(loadProducts, [productIds]);
}

export function readActiveProductsAfter(
  db: Queryable,
  afterProductId: number,
  limit: number,
): Promise<ProductRecord[]> {
  return db.query(scanProducts, [afterProductId, limit]);
}

export function readOwnProduct(db: Queryable, sellerId: number, productId: number): Promise<ProductRecord[]> {
  return db.query(loadOwnProduct, [productId, sellerId]);
}

export function readOwnProducts(
  db: Queryable,
  sellerId: number,
  limit: number,
  offset: number,
): Promise<ProductRecord[]> {
  return db.query(listOwnProducts, [sellerId, limit, offset]);
}

export async function countProductsOfSeller(db: Queryable, sellerId: number): Promise<number> {
  const [row] = await db.query<{ total: number }>(countOwnProducts, [sellerId]);
  return row?.total ?? 0;
}

export async function readPictures(db: Queryable, productIds: number[]): Promise<Map<number, Picture[]>> {
  type Row = { product_id: number; picture_id: string; width: number; height: number; alt: string };
  const rows = await db.query<Row>(loadPictures, [productIds]);
  return grouped(rows, ({ picture_id: pictureId, width, height, alt }) => ({ pictureId, width, height, alt }));
}

export async function readNewestReviews(
  db: Queryable,
  productIds: number[],
  each: number,
): Promise<Map<number, ReviewRecord[]>> {
  return grouped(await db.query<ReviewRecord>(loadNewestReviews, [productIds, each]), (row) => row);
}

function grouped<Row extends { product_id: number }, Value>(
  rows: Row[],
  pick: (row: Row) => Value,
): Map<number, Value[]> {
  const groups = new Map<number, Value[]>();
  for (const row of rows) {
    const group = groups.get(row.product_id);
    if (group) group.push(pick(row));
    else groups.set(row.product_id, [pick(row)]);
  }
  return groups;
}
