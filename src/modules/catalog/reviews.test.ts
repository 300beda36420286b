import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../checks/test-database.ts';
import { addReview } from './add-review.ts';
import { createProduct } from './create-product.ts';
import { ensureSeller } from './create-seller.ts';
import { NEWEST_REVIEWS_KEPT } from './document.ts';
import { listReviews } from './list-reviews.ts';
import { averageRating, loadDocuments } from './load-documents.ts';
import { updateProduct } from './update-product.ts';

const REVIEW = { author: 'Ana', rating: 4, title: 'Good', body: 'It does.' };
const CUP = {
  title: 'Cup',
  description: '',
  brand: null,
  category: ['Kitchen'],
  attributes: {},
  gtin: null,
  priceMinor: 900,
  currency: 'EUR',
};

test('reviews are counted once a buyer, and read newest first', async (t) => {
  const db = await openTestDatabase(t);
  const { sellerId } = await ensureSeller(db, 'Seller');
  const created = await createProduct(db, sellerId, CUP);
  const other = await createProduct(db, sellerId, CUP);
  assert.ok(created.kind === 'created' && other.kind === 'created');
  const { productId } = created;

  // A hundred submits of one buyer are one review.
  const twice = await Promise.all(Array.from({ length: 8 }, () => addReview(db, { ...REVIEW, productId, userId: 1 })));
  assert.deepEqual(twice.map((outcome) => outcome.kind).sort(), ['added', ...Array(7).fill('already-reviewed')]);
  for (let userId = 2; userId <= 25; userId++) {
    const outcome = await addReview(db, {
      ...REVIEW,
      productId,
      userId,
      rating: (userId % 5) + 1,
      title: `Review ${userId}`,
    });
    assert.equal(outcome.kind, 'added');
  }
  assert.equal((await addReview(db, { ...REVIEW, productId: other.productId, userId: 1, rating: 1 })).kind, 'added');

  const [document] = await loadDocuments(db, [productId]);
  assert.ok(document);
  assert.deepEqual(document.ratingCounts, [5, 4, 5, 6, 5]);
  assert.equal(document.sellerRating, averageRating([6, 4, 5, 6, 5]));
  assert.equal(document.newestReviews.length, NEWEST_REVIEWS_KEPT);
  const [newest] = document.newestReviews;
  assert.deepEqual(
    { ...newest, reviewId: '', createdAt: '' },
    {
      ...{
        reviewId: '',
        rating: 1,
        title: 'Review 25',
        body: 'It does.',
        author: 'Ana',
        createdAt: '',
        verifiedPurchase: true,
      },
    },
  );
  const third = await listReviews(db, productId, 3, 10);
  assert.deepEqual(
    [third.page, third.size, third.total, third.items.map((review) => review.title)],
    [3, 10, 25, ['Review 5', 'Review 4', 'Review 3', 'Review 2', 'Good']],
  );
  assert.deepEqual((await listReviews(db, productId, 1, 20)).items, document.newestReviews);
  assert.deepEqual(await listReviews(db, 424_242, 1, 10), { items: [], page: 1, size: 10, total: 0 });
});

test('a review that cannot be is refused by name, and counts nothing', async (t) => {
  const db = await openTestDatabase(t);
  const { sellerId } = await ensureSeller(db, 'Seller');
  const created = await createProduct(db, sellerId, CUP);
  assert.ok(created.kind === 'created');
  const { productId } = created;
  assert.deepEqual(await addReview(db, { ...REVIEW, productId: 999_999, userId: 1 }), { kind: 'product-not-found' });
  for (const rating of [0, 6, 2.5, Number.NaN]) {
    const outcome = await addReview(db, { ...REVIEW, productId, userId: 1, rating });
    assert.deepEqual(outcome, {
      kind: 'invalid',
      errors: [{ pointer: '/rating', message: 'must be a whole number from 1 to 5' }],
    });
  }
  const outcome = await addReview(db, { ...REVIEW, productId, userId: 1, title: '', body: 'a\u0000' });
  assert.deepEqual(outcome.kind === 'invalid' && outcome.errors.map((error) => error.pointer), ['/title', '/body']);
  await updateProduct(db, sellerId, productId, { status: 'hidden' });
  assert.deepEqual(await addReview(db, { ...REVIEW, productId, userId: 1 }), { kind: 'product-not-found' });
  assert.deepEqual((await listReviews(db, productId, 1, 10)).total, 0);
});
