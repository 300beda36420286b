import type { Database, Queryable } from '../../lib/db.ts';
import { newKeyedId } from '../../lib/ids.ts';
import { type DemoProduct, generateDemo } from './demo/generate-demo.ts';
import { demoPictureSize } from './demo/pictures/render-picture.ts';
import type { ProductRow } from './product-row.ts';
import { insertReviews, type NewReview } from './store-reviews.ts';
import { ensureSellers } from './store-sellers.ts';
import { type UpsertedProduct, upsertProducts } from './upsert-products.ts';

export type SeedDemoOptions = {
  db: Database;
  products: number;
  /** What the ages of products and reviews are counted back from. */
  today: Date;
  /** Runs in the transaction of each batch with the products that are new or changed. */
  afterBatch(tx: Queryable, products: { productId: number; stock: number | null }[]): Promise<void>;
  onProgress?(progress: { done: number; total: number }): void;
};

const BATCH_PRODUCTS = 500;
const DAY_MS = 86_400_000;

/** Sellers, products and reviews of the demo market. Again, with as many products or more, it adds only what is missing. */
export async function seedDemo(options: SeedDemoOptions): Promise<{ products: number; reviews: number }> {
  const demo = generateDemo({ products: options.products });
  const sellers = await ensureSellers(options.db, demo.sellers);
  const sellerIds = new Map(sellers.map((seller) => [seller.slug, seller.sellerId]));
  const waiting = new Map<number, DemoProduct[]>();
  const seeded = { products: 0, reviews: 0 };

  async function flush(sellerId: number, batch: DemoProduct[]): Promise<void> {
    waiting.delete(sellerId);
    seeded.reviews += await seedBatch(options, sellerId, batch);
    seeded.products += batch.length;
    options.onProgress?.({ done: seeded.products, total: options.products });
  }

  for (const product of demo.products) {
    const sellerId = sellerIds.get(product.sellerSlug);
    if (sellerId === undefined) throw new Error(`no demo seller ${product.sellerSlug}`);
    const batch = waiting.get(sellerId) ?? [];
    waiting.set(sellerId, batch);
    if (batch.push(product) === BATCH_PRODUCTS) await flush(sellerId, batch);
  }
  for (const [sellerId, batch] of waiting) await flush(sellerId, batch);
  return seeded;
}

function seedBatch(options: SeedDemoOptions, sellerId: number, batch: DemoProduct[]): Promise<number> {
  return options.db.transaction(async (tx) => {
    const rows = batch.map((product) => productRow(product, options.today));
    const upserted = await upsertProducts(tx, sellerId, rows);
    const touched = upserted.filter((product) => product.outcome !== 'unchanged');
    if (touched.length === 0) return 0;
    await options.afterBatch(tx, touched);
    const reviews = upserted.flatMap((product, i) => reviewsOf(product, batch[i], options.today));
    return reviews.length > 0 ? (await insertReviews(tx, reviews)).size : 0;
  });
}

function productRow(product: DemoProduct, today: Date): ProductRow {
  const { sellerSlug: _seller, pictureIds, ageDays, reviews: _reviews, ...fields } = product;
  return {
    ...fields,
    status: 'active',
    pictures: pictureIds.map((pictureId) => ({ pictureId, ...demoPictureSize, alt: product.title })),
    createdAt: daysBefore(today, ageDays),
  };
}

/** Only of a product that is new: reviews have no id of their own to be found again by. */
function reviewsOf(
  { productId, outcome }: UpsertedProduct,
  product: DemoProduct | undefined,
  today: Date,
): NewReview[] {
  if (outcome !== 'created' || !product) return [];
  return product.reviews.map(({ ageDays, ...review }) => ({
    ...review,
    productId,
    reviewId: newKeyedId(productId),
    userId: null,
    createdAt: daysBefore(today, ageDays),
  }));
}

function daysBefore(today: Date, days: number): Date {
  return new Date(today.getTime() - days * DAY_MS);
}
