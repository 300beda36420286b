import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { DEPARTMENTS, KINDS } from './catalogue-tables.ts';
import { type DemoProduct, demoFlagship, generateDemo } from './generate-demo.ts';
import { checkDigit } from './gtin.ts';
import { emojiFile } from './pictures/cut-out.ts';
import { parseDemoPicture } from './pictures/picture-id.ts';
import { MAX_REVIEWS } from './reviews.ts';

const DEMO_PRODUCTS = 5000;
const PRICE_ENDINGS = new Set([0, 49, 79, 95, 99]);
const demo = generateDemo({ products: DEMO_PRODUCTS });
const products = [...demo.products];

function hashOf(request: { products: number; seed?: number }): string {
  const hash = createHash('sha256');
  for (const product of generateDemo(request).products) hash.update(JSON.stringify(product));
  return hash.digest('hex');
}

function textsOf(product: DemoProduct): string[] {
  const reviews = product.reviews.flatMap(({ title, body, author }) => [title, body, author]);
  return [product.title, product.description, product.brand, ...Object.entries(product.attributes).flat(), ...reviews];
}

test('a seed makes the same catalogue every time, and another one another', () => {
  assert.equal(hashOf({ products: 400 }), hashOf({ products: 400 }));
  assert.notEqual(hashOf({ products: 400 }), hashOf({ products: 400, seed: 7 }));
});

test('a smaller catalogue is the beginning of a larger one', () => {
  assert.deepEqual([...generateDemo({ products: 300 }).products], products.slice(0, 300));
});

test('5,000 products stand in fifteen departments of many kinds', () => {
  const counts = new Map<string, number>();
  for (const { category } of products) counts.set(category[0] ?? '', (counts.get(category[0] ?? '') ?? 0) + 1);
  assert.equal(products.length, DEMO_PRODUCTS);
  assert.deepEqual([...counts.keys()].sort(), DEPARTMENTS.map(({ name }) => name).sort());
  for (const [name, count] of counts) assert.ok(count >= 150 && count <= 800, `${name}: ${count}`);
  assert.ok(KINDS.length >= 120);
  for (const { name, kinds } of DEPARTMENTS) assert.ok(kinds.length >= 6, name);
});

test('ids, GTINs and titles are unique, and GTINs have the right check digit', () => {
  const ids = new Set(products.map(({ externalId }) => externalId));
  const gtins = new Set(products.map(({ gtin }) => gtin));
  const titles = new Set(products.map(({ title, variant }) => title + JSON.stringify(variant)));
  assert.deepEqual([ids.size, gtins.size, titles.size], [DEMO_PRODUCTS, DEMO_PRODUCTS, DEMO_PRODUCTS]);
  for (const { gtin } of products) {
    assert.match(gtin, /^2\d{12}$/);
    assert.equal(checkDigit(gtin.slice(0, 12)), gtin.slice(12));
  }
  assert.equal(checkDigit('400638133393'), '1', 'the example of the GS1 specifications');
});

test('prices are positive, end as shop prices do, and follow what is sold', () => {
  for (const { title, priceMinor, currency, stock } of products) {
    assert.ok(priceMinor >= 100 && PRICE_ENDINGS.has(priceMinor % 100), `${title}: ${priceMinor}`);
    assert.equal(currency, 'USD');
    assert.ok(Number.isInteger(stock) && stock >= 0 && stock <= 400);
  }
  const soldOut = products.filter(({ stock }) => stock === 0).length;
  assert.ok(soldOut > 40 && soldOut < 180, `${soldOut} sold out`);
  const flagships = products.filter(({ familyKey }) => familyKey === demoFlagship.familyKey);
  const priceOf = (storage: string) => flagships.find(({ variant }) => variant.Storage === storage)?.priceMinor ?? 0;
  assert.equal(flagships.length, 12);
  assert.ok(priceOf('256 GB') < priceOf('512 GB') && priceOf('512 GB') < priceOf('1 TB'));
});

test('texts are whole: no placeholder, no double space, no stray value', () => {
  for (const product of products) {
    for (const text of textsOf(product)) {
      assert.ok(text.length > 0, product.title);
      assert.doesNotMatch(
        text,
        /[{}|]|undefined|null|NaN| {2}|^\s|\s$|\b([Tt]he) \1\b|\.\.|,\./,
        `${product.title}: ${text}`,
      );
    }
    assert.ok(product.title.length <= 120, product.title);
    const sentences = product.description.split(/[.!?](?= |$)/).filter((sentence) => sentence !== '').length;
    assert.ok(sentences >= 3 && sentences <= 9, product.description);
    assert.ok(product.category.length >= 2 && product.category.length <= 3);
    const attributes = Object.keys(product.attributes).length;
    assert.ok(attributes >= 4 && attributes <= 9, product.title);
  }
});

test('a family shares its seller, brand and category, and its variants differ in what they name', () => {
  const families = Map.groupBy(
    products.filter(({ familyKey }) => familyKey !== null),
    ({ familyKey }) => familyKey ?? '',
  );
  families.delete(products.at(-1)?.familyKey ?? ''); // the last one may be cut short
  assert.ok(families.size > 300);
  for (const [familyKey, members] of families) {
    assert.ok(members.length >= 2 && members.length <= 12, familyKey);
    assert.equal(new Set(members.map(({ sellerSlug, brand }) => sellerSlug + brand)).size, 1, familyKey);
    assert.equal(new Set(members.map(({ category }) => category.join())).size, 1, familyKey);
    assert.equal(new Set(members.map(({ variant }) => JSON.stringify(variant))).size, members.length, familyKey);
    for (const { variant, attributes } of members) {
      for (const [name, value] of Object.entries(variant)) assert.equal(attributes[name], value);
    }
  }
});

test('every picture id can be drawn', () => {
  for (const { pictureIds, title } of products) {
    assert.ok(pictureIds.length >= 1 && pictureIds.length <= 3, title);
    for (const pictureId of pictureIds) {
      const picture = parseDemoPicture(pictureId);
      assert.ok(picture && existsSync(emojiFile(picture.emoji)), `${title}: ${pictureId}`);
    }
  }
  const first = new Set(products.map(({ pictureIds }) => pictureIds[0]));
  assert.ok(first.size > DEMO_PRODUCTS * 0.99, `${first.size} different first pictures`);
});

test('reviews are well formed, skewed as in real shops, and differ on a page', () => {
  const counts = [0, 0, 0, 0, 0];
  for (const { reviews, ageDays, title } of products) {
    assert.ok(reviews.length <= MAX_REVIEWS);
    const firstPage = reviews.slice(0, 10).map(({ title: heading, body }) => heading + body);
    assert.equal(new Set(firstPage).size, firstPage.length, title);
    for (const { rating, body, ageDays: reviewAgeDays } of reviews) {
      counts[rating - 1] = (counts[rating - 1] ?? 0) + 1;
      assert.ok(reviewAgeDays >= 1 && reviewAgeDays <= ageDays);
      assert.match(body, /^[A-Z0-9].*[.!?]$/, title);
    }
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  assert.ok(total / DEMO_PRODUCTS >= 6 && total / DEMO_PRODUCTS <= 10, `${total} reviews`);
  const [one = 0, two = 0, , four = 0, five = 0] = counts;
  assert.ok(five / total > 0.5 && four < five && one + two < four && one > 0);
  assert.ok(products.some(({ reviews }) => reviews.length >= 60));
  assert.ok(products.some(({ reviews }) => reviews.length === 0));
});

test('sellers are unique, all of them sell, and none is unknown', () => {
  const slugs = demo.sellers.map(({ slug }) => slug);
  assert.equal(new Set(slugs).size, 24);
  assert.deepEqual([...new Set(products.map(({ sellerSlug }) => sellerSlug))].sort(), slugs.sort());
});

test('a million products are made one by one as they are asked for, without repeating a title', () => {
  const looked = 50_000;
  const titles = new Set<string>();
  const start = performance.now();
  let reviews = 0;
  for (const product of generateDemo({ products: 1_000_000 }).products) {
    titles.add(product.title + JSON.stringify(product.variant));
    reviews += product.reviews.length;
    if (titles.size === looked) break;
  }
  const seconds = (performance.now() - start) / 1000;
  assert.equal(titles.size, looked);
  assert.ok(reviews < looked, `${reviews} reviews: a million products must not bring millions of them`);
  // Five times that on a free machine of 2 cores; the bound only catches something quadratic.
  assert.ok(looked / seconds > 10_000, `${Math.round(looked / seconds)} products a second`);
});
