import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import sharp from 'sharp';
import { openTestDatabase, type TestDatabase } from '../../checks/test-database.ts';
import type { Queryable } from '../../lib/db.ts';
import { addPicture } from './add-picture.ts';
import { addReview } from './add-review.ts';
import { createProduct } from './create-product.ts';
import { createSeller, ensureSeller, slugOf } from './create-seller.ts';
import { listReviews } from './list-reviews.ts';
import { listOwnProducts, loadDocuments, loadOwnProduct, scanDocuments } from './load-documents.ts';
import { MAX_PICTURES, type ProductFields } from './product-row.ts';
import { assignSeller, findSeller, findSellersOfUser } from './store-sellers.ts';
import { updateProduct } from './update-product.ts';

const LAMP: ProductFields = {
  title: 'Desk Lamp',
  description: 'Bends.',
  brand: 'Lumo',
  category: ['Home', 'Lamps'],
  attributes: { Watts: '7', Arm: 'Long' },
  gtin: '4006381333931',
  priceMinor: 4900,
  currency: 'EUR',
};

async function openShop(t: TestContext): Promise<{ db: TestDatabase; mine: number; theirs: number }> {
  const db = await openTestDatabase(t);
  const mine = await ensureSeller(db, 'Mine');
  const theirs = await ensureSeller(db, 'Theirs');
  return { db, mine: mine.sellerId, theirs: theirs.sellerId };
}

async function create(db: TestDatabase, sellerId: number, fields: ProductFields = LAMP): Promise<number> {
  const created = await createProduct(db, sellerId, fields);
  assert.ok(created.kind === 'created');
  return created.productId;
}

async function newsOf(db: TestDatabase): Promise<number[]> {
  const rows = await db.query<{ key: number }>({
    name: 'test_news',
    text: `delete from feed_change where topic = 'product' returning key`,
  });
  return rows.map((row) => row.key);
}

test('a seller changes what a patch names and nothing else', async (t) => {
  const { db, mine } = await openShop(t);
  const productId = await create(db, mine);
  assert.deepEqual(await newsOf(db), [productId]);
  const [before] = await loadDocuments(db, [productId]);
  assert.ok(before);
  assert.deepEqual(
    { ...before, createdAtMs: 0 },
    {
      ...LAMP,
      ...{
        productId,
        sellerId: mine,
        sellerName: 'Mine',
        sellerRating: null,
        familyKey: null,
        variant: {},
        pictures: [],
      },
      ...{ ratingCounts: [0, 0, 0, 0, 0], newestReviews: [], createdAtMs: 0 },
    },
  );
  assert.deepEqual(await updateProduct(db, mine, productId, { brand: null, priceMinor: 3900 }), { kind: 'updated' });
  assert.deepEqual(await loadDocuments(db, [productId]), [{ ...before, brand: null, priceMinor: 3900 }]);
  assert.deepEqual(await newsOf(db), [productId]);
  const rest = {
    title: 'Lamp',
    description: '',
    category: ['Light'],
    attributes: { Arm: 'Short' },
    gtin: null,
    currency: 'USD',
  };
  assert.deepEqual(await updateProduct(db, mine, productId, rest), { kind: 'updated' });
  assert.deepEqual(await loadDocuments(db, [productId]), [{ ...before, brand: null, priceMinor: 3900, ...rest }]);
});

test('a hidden product is gone for shoppers and there for its seller', async (t) => {
  const { db, mine } = await openShop(t);
  const first = await create(db, mine);
  const second = await create(db, mine, { ...LAMP, title: 'Second' });
  assert.deepEqual(await updateProduct(db, mine, first, { status: 'hidden' }), { kind: 'updated' });
  assert.deepEqual(
    (await loadDocuments(db, [first, second])).map((document) => document.productId),
    [second],
  );
  assert.deepEqual(
    (await scanDocuments(db, 0, 10)).map((document) => document.productId),
    [second],
  );
  assert.equal((await loadOwnProduct(db, mine, first))?.status, 'hidden');
  const own = await listOwnProducts(db, mine, 1, 10);
  assert.deepEqual(
    [own.total, own.items.map(({ document, status }) => [document.productId, status])],
    [
      2,
      [
        [second, 'active'],
        [first, 'hidden'],
      ],
    ],
  );
  const secondPage = await listOwnProducts(db, mine, 2, 1);
  assert.deepEqual(
    secondPage.items.map(({ document }) => document.productId),
    [first],
  );
});

test("another seller's product is not found, and not changed", async (t) => {
  const { db, mine, theirs } = await openShop(t);
  const directory = await mkdtemp(join(tmpdir(), 'souk-pictures-'));
  t.after(() => rm(directory, { recursive: true }));
  const productId = await create(db, mine);
  const before = await loadDocuments(db, [productId]);
  await newsOf(db);
  assert.deepEqual(await updateProduct(db, theirs, productId, { title: 'Taken' }), { kind: 'not-found' });
  assert.deepEqual(await updateProduct(db, mine, 999_999, { title: 'Taken' }), { kind: 'not-found' });
  assert.deepEqual(await addPicture(db, directory, theirs, productId, Buffer.alloc(10)), { kind: 'not-found' });
  assert.equal(await loadOwnProduct(db, theirs, productId), undefined);
  assert.equal((await listOwnProducts(db, theirs, 1, 10)).total, 0);
  assert.deepEqual(await loadDocuments(db, [productId]), before);
  assert.deepEqual(await newsOf(db), []);
});

test('bad fields are named and change nothing', async (t) => {
  const { db, mine } = await openShop(t);
  const bad: [fields: Partial<ProductFields>, pointer: string][] = [
    [{ title: ' ' }, '/title'],
    [{ title: 'a\u0000b' }, '/title'],
    [{ description: '\udc00' }, '/description'],
    [{ category: [] }, '/category'],
    [{ category: ['a', ''] }, '/category'],
    [{ attributes: { '': 'x' } }, '/attributes'],
    [{ gtin: '12' }, '/gtin'],
    [{ priceMinor: -1 }, '/price/amount'],
    [{ priceMinor: 1.5 }, '/price/amount'],
    [{ currency: 'usd' }, '/price/currency'],
  ];
  const productId = await create(db, mine);
  const before = await loadDocuments(db, [productId]);
  for (const [fields, pointer] of bad) {
    for (const outcome of [
      await createProduct(db, mine, { ...LAMP, ...fields }),
      await updateProduct(db, mine, productId, fields),
    ]) {
      assert.ok(outcome.kind === 'invalid');
      assert.deepEqual(
        outcome.errors.map((error) => error.pointer),
        [pointer],
      );
    }
  }
  assert.deepEqual(await scanDocuments(db, 0, 10), before);
});

test('pictures stand in the order they came, once each, up to the bound', async (t) => {
  const { db, mine } = await openShop(t);
  const directory = await mkdtemp(join(tmpdir(), 'souk-pictures-'));
  t.after(() => rm(directory, { recursive: true }));
  const productId = await create(db, mine);
  const pictures = await Promise.all(
    Array.from({ length: MAX_PICTURES + 1 }, (_, i) =>
      sharp({ create: { width: i + 1, height: 2, channels: 3, background: '#123456' } })
        .png()
        .toBuffer(),
    ),
  );
  await newsOf(db);
  const outcomes = [];
  for (const bytes of [...pictures.slice(0, 2), ...pictures])
    outcomes.push(await addPicture(db, directory, mine, productId, bytes));
  assert.deepEqual(outcomes.at(-1), { kind: 'refused', reason: `the product has ${MAX_PICTURES} pictures already` });
  const [document] = await loadDocuments(db, [productId]);
  assert.deepEqual(
    document?.pictures.map(({ width, height, alt }) => [width, height, alt]),
    Array.from({ length: MAX_PICTURES }, (_, i) => [i + 1, 2, LAMP.title]),
  );
  assert.deepEqual(new Set(await newsOf(db)), new Set([productId]));
  assert.deepEqual(await addPicture(db, directory, mine, productId, Buffer.from('<svg/>')), {
    kind: 'refused',
    reason: 'not a JPEG, PNG, WebP or AVIF picture',
  });
});

test('sellers have a slug each, and a user finds theirs', async (t) => {
  const { db, mine } = await openShop(t);
  const [account] = await db.query<{ user_id: number }>({
    name: 'test_account',
    text: `insert into account (email, email_folded, name, password_hash) values ('a@b', 'a@b', 'A', 'x') returning user_id`,
  });
  const userId = account?.user_id ?? 0;
  assert.equal((await ensureSeller(db, 'Mine')).sellerId, mine);
  const twin = await createSeller(db, { userId, name: 'Mine', address: '1 Road', taxNumber: null });
  assert.match(twin.slug, /^mine-\d{4}$/);
  assert.deepEqual(await findSeller(db, twin.sellerId), {
    ...twin,
    userId,
    name: 'Mine',
    address: '1 Road',
    taxNumber: null,
  });
  assert.deepEqual((await assignSeller(db, 'mine', userId))?.sellerId, mine);
  assert.deepEqual(
    (await findSellersOfUser(db, userId)).map((seller) => seller.sellerId),
    [mine, twin.sellerId],
  );
  assert.equal(await assignSeller(db, 'nobody', userId), undefined);
  assert.deepEqual([slugOf('Café & Co.'), slugOf('株式会社')], ['cafe-co', slugOf('株式会社')]);
  assert.match(slugOf('株式会社'), /^seller-[0-9a-f]{8}$/);
  const same = await Promise.all(Array.from({ length: 5 }, () => ensureSeller(db, 'Racing')));
  assert.equal(new Set(same.map((seller) => seller.sellerId)).size, 1);
});

test('what is read for pages and replicas is read by indexes', async (t) => {
  const { db, mine } = await openShop(t);
  const productId = await create(db, mine);
  await addReview(db, { productId, userId: 1, author: 'Ana', rating: 5, title: 'Good', body: '' });
  const asked: { text: string; values: readonly unknown[] }[] = [];
  const noting: Queryable = {
    query: (statement, values = []) => {
      asked.push({ text: statement.text, values });
      return db.query(statement, values);
    },
  };
  await loadDocuments(noting, [productId]);
  await scanDocuments(noting, 0, 100);
  await listOwnProducts(noting, mine, 1, 10);
  await listReviews(noting, productId, 1, 10);
  await findSellersOfUser(noting, 1);
  assert.equal(asked.length, 3 + 3 + 4 + 2 + 1);
  await db.transaction(async (tx) => {
    // Tables this small are scanned whatever the indexes; forbidding it shows whether there is another way.
    await tx.query({ name: '', text: 'set local enable_seqscan = off' });
    for (const { text, values } of asked) {
      const plan = await tx.query<{ 'QUERY PLAN': string }>({ name: '', text: `explain ${text}` }, values);
      assert.doesNotMatch(plan.map((row) => row['QUERY PLAN']).join('\n'), /Seq Scan/, text);
    }
  });
});
