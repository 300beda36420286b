// The demo catalogue behind the replica's port, made as it is read: a million products would not fit beside their index.
import { setTimeout } from 'node:timers/promises';
import { type DemoProduct, generateDemo } from '../src/modules/catalog/demo/generate-demo.ts';
import type { ReplicaDocument, ReplicaSource } from '../src/modules/search/index.ts';

const SAMPLED_ONE_IN = 200;
const NEWEST_REVIEWS_KEPT = 20;
const DAY_MS = 86_400_000;

export type DemoShop = ReplicaSource & {
  samples: ReplicaDocument[];
  /** Spent on making products, which is no part of indexing them. */
  makingMs(): number;
  makingCpuMs(): number;
  /** From now on the feed tells of it. */
  change(document: ReplicaDocument): void;
};

export function openDemoShop(products: number): DemoShop {
  let making = 0;
  let makingCpu = 0;
  let iterator: Iterator<DemoProduct> | undefined;
  let made = 0;
  const samples: ReplicaDocument[] = [];
  const changed = new Map<number, ReplicaDocument>();
  const feed: number[] = [];
  return {
    samples,
    makingMs: () => making,
    makingCpuMs: () => makingCpu,
    change(document) {
      changed.set(document.productId, document);
      feed.push(document.productId);
    },
    databaseId: async () => 'bench',
    async openFeed(offset) {
      let at = Number(offset ?? feed.length);
      return {
        async poll(maxKeys) {
          // What a statement on a near database takes.
          await setTimeout(1);
          const keys = feed.slice(at, at + maxKeys);
          at += keys.length;
          return { keys, offset: String(at), caughtUp: at === feed.length };
        },
      };
    },
    async scan(afterProductId, limit) {
      const startedAt = performance.now();
      const before = process.cpuUsage();
      if (afterProductId === 0) {
        iterator = generateDemo({ products }).products[Symbol.iterator]();
        made = 0;
      }
      const documents: ReplicaDocument[] = [];
      while (iterator && documents.length < limit) {
        const next = iterator.next();
        if (next.done) break;
        const document = documentOf(++made, next.value);
        if (made % SAMPLED_ONE_IN === 0 && samples.length < products / SAMPLED_ONE_IN) samples.push(document);
        documents.push(document);
      }
      making += performance.now() - startedAt;
      const { user, system } = process.cpuUsage(before);
      makingCpu += (user + system) / 1_000;
      return documents;
    },
    async load(productIds) {
      await setTimeout(1);
      return productIds.flatMap((productId) => changed.get(productId) ?? []);
    },
  };
}

function documentOf(productId: number, product: DemoProduct): ReplicaDocument {
  const ratingCounts = [0, 0, 0, 0, 0];
  for (const { rating } of product.reviews) ratingCounts[rating - 1] = (ratingCounts[rating - 1] ?? 0) + 1;
  return {
    productId,
    sellerId: 1 + (product.sellerSlug.length % 40),
    sellerName: product.sellerSlug,
    sellerRating: 4.5,
    title: product.title,
    description: product.description,
    brand: product.brand,
    category: product.category,
    attributes: product.attributes,
    gtin: product.gtin,
    familyKey: product.familyKey,
    variant: product.variant,
    priceMinor: product.priceMinor,
    currency: product.currency,
    pictures: product.pictureIds.map((pictureId) => ({ pictureId, width: 1_200, height: 1_200, alt: product.title })),
    ratingCounts,
    createdAtMs: 1_760_000_000_000 - product.ageDays * DAY_MS,
    newestReviews: product.reviews.slice(0, NEWEST_REVIEWS_KEPT).map((review, n) => ({
      reviewId: String(productId * 100 + n),
      rating: review.rating,
      title: review.title,
      body: review.body,
      author: review.author,
      createdAt: '2026-01-01T00:00:00.000Z',
      verifiedPurchase: true,
    })),
    stock: { state: product.stock === 0 ? 'sold_out' : 'in_stock', available: null },
    drop: null,
  };
}
