import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { demoFlagship } from './demo/generate-demo.ts';
import { isDemoPicture } from './demo/pictures/picture-id.ts';
import { averageRating, loadDocuments, scanDocuments } from './load-documents.ts';
import { checkProductRow } from './product-row.ts';
import { seedDemo } from './seed-demo.ts';

const TODAY = new Date('2026-11-20T12:00:00Z');

test('the demo market: loaded once however often, and extended by asking for more', async (t) => {
  const db = await openTestDatabase(t);
  const stock = new Map<number, number | null>();
  const progress: number[] = [];
  const seed = (products: number) =>
    seedDemo({
      ...{ db, products, today: TODAY },
      onProgress: ({ done }) => progress.push(done),
      async afterBatch(_tx, touched) {
        for (const product of touched) stock.set(product.productId, product.stock);
      },
    });

  const first = await seed(600);
  assert.equal(first.products, 600);
  assert.equal(progress.at(-1), 600);
  const documents = await scanDocuments(db, 0, 2_000);
  assert.equal(documents.length, 600);
  assert.deepEqual(new Set(stock.keys()), new Set(documents.map((document) => document.productId)));
  let reviews = 0;
  for (const document of documents) {
    const { productId, ratingCounts, newestReviews, pictures, createdAtMs, gtin, title } = document;
    const row = { ...document, externalId: 'x', status: 'active' as const, stock: stock.get(productId) ?? null };
    assert.deepEqual(checkProductRow(row), [], title);
    assert.ok(pictures.length > 0 && pictures.every(({ pictureId }) => isDemoPicture(pictureId)), title);
    assert.ok(createdAtMs < TODAY.getTime() && gtin !== null, title);
    const count = ratingCounts.reduce((total, stars) => total + stars, 0);
    assert.equal(newestReviews.length, Math.min(count, 20), title);
    reviews += count;
  }
  assert.equal(reviews, first.reviews);
  assert.ok(documents.some((document) => document.familyKey === demoFlagship.familyKey));
  const ofOneSeller = documents.filter((document) => document.sellerId === documents[0]?.sellerId);
  const counts = [0, 1, 2, 3, 4].map((star) =>
    ofOneSeller.reduce((total, { ratingCounts }) => total + (ratingCounts[star] ?? 0), 0),
  );
  assert.equal(documents[0]?.sellerRating, averageRating(counts));

  assert.deepEqual(await seed(600), { products: 600, reviews: 0 });
  assert.deepEqual(await scanDocuments(db, 0, 2_000), documents);
  await seed(650);
  assert.equal((await scanDocuments(db, 0, 2_000)).length, 650);
  const withoutSeller = ({ sellerRating: _, ...rest }: (typeof documents)[number]) => rest;
  const later = await loadDocuments(
    db,
    documents.map((document) => document.productId),
  );
  assert.deepEqual(later.map(withoutSeller), documents.map(withoutSeller));
});
