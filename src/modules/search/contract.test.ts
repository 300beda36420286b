// What any implementation behind the door of search promises. Run against the engine in this process, against a stand-in that
// speaks as much of OpenSearch as is used, and against a real OpenSearch where SEARCH_URL names one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { ListedProduct, ReplicaDocument } from './document.ts';
import type { SearchQuery } from './query.ts';
import { PRODUCTS } from './test-contract-products.ts';
import { type Opened, openEngine, openWithOpenSearch, openWithStandIn } from './test-contract-shops.ts';
import { testDocument, testQuery } from './test-documents.ts';
import { openTestSource, type TestSource } from './test-source.ts';

const TRUE_WITHIN_MS = 15_000;
const { SEARCH_URL } = process.env;

const LISTED_FIELDS = [
  ...(['productId', 'sellerId', 'sellerName', 'title', 'brand', 'category'] as const),
  ...(['familyKey', 'priceMinor', 'currency', 'pictures', 'ratingCounts', 'stock'] as const),
] satisfies (keyof ListedProduct)[];

const documents = PRODUCTS.map((fields, at) => testDocument(at + 1, fields));

function contract(name: string, open: (source: TestSource) => Promise<Opened>): void {
  describe(name, () => {
    const source = openTestSource(documents);
    let opened: Opened;
    before(async () => {
      opened = await open(source);
      opened.replica.teach({ synonyms: 'couch, sofa' });
      await eventually(
        async () => opened.replica.searchFault() === null && opened.replica.documentCount() === documents.length,
      );
    });
    after(() => opened?.close());

    const find = (term: string, fields: Partial<SearchQuery> = {}) => opened.replica.search(testQuery(term, fields));
    const idsOf = async (term: string, fields: Partial<SearchQuery> = {}) =>
      (await find(term, fields)).items.map((item) => item.productId);

    test('plurals, accents, codes, measures and compounds find each other', async () => {
      assert.deepEqual(await idsOf('wireless charger'), [13, 11]);
      assert.deepEqual(await idsOf('cafe mugs'), [7, 8]);
      assert.deepEqual(await idsOf('tn2110'), [9]);
      assert.deepEqual(await idsOf('TN 2110'), [9]);
      assert.deepEqual(await idsOf('128gb'), [10]);
      assert.deepEqual(await idsOf('door bell'), [11]);
      assert.deepEqual(await idsOf('couch'), [12]);
    });

    test('the thing itself comes first, what is for it follows', async () => {
      assert.deepEqual((await idsOf('phone')).slice(0, 2), [6, 5]);
    });

    test('what a list shows comes back as it was put, and of one product the whole document', async () => {
      const { items } = await find('toner');
      const toner = documents[8] as ReplicaDocument;
      assert.equal(items.length, 1);
      for (const field of LISTED_FIELDS) assert.deepEqual(items[0]?.[field], toner[field], field);
      assert.deepEqual(await opened.replica.product(toner.productId), toner);
    });

    test('filters narrow, and fold what they compare', async () => {
      assert.deepEqual((await idsOf('shoes', { brands: ['puma'] })).sort(), [2, 4]);
      assert.deepEqual(await idsOf('shoes', { sellers: ['2'] }), [4]);
      assert.deepEqual(await idsOf('shoes', { minPriceMinor: 4_500, maxPriceMinor: 9_000, sort: 'price_asc' }), [1, 3]);
      assert.deepEqual(await idsOf('shoes', { minRating: 4, sort: 'price_asc' }), [1, 3]);
      assert.deepEqual(await idsOf('mug', { inStock: true }), [7]);
      assert.deepEqual(await idsOf('', { categories: ['home > kitchen'] }), [7, 8]);
      assert.equal((await find('', { categories: ['Home > Kit'] })).total, 0);
    });

    test('each facet is counted under all filters but its own', async () => {
      const { facets, total } = await find('running shoes', { brands: ['Nike'], maxPriceMinor: 5_000 });
      assert.equal(total, 1);
      assert.deepEqual(
        facets.brand.map(({ label, count }) => [label.toLowerCase(), count]),
        [
          ['puma', 2],
          ['nike', 1],
        ],
      );
      assert.equal(
        facets.price.reduce((sum, { count }) => sum + count, 0),
        2,
      );
      assert.deepEqual(facets.rating, [
        { min: 4, count: 1 },
        { min: 3, count: 1 },
        { min: 2, count: 1 },
        { min: 1, count: 1 },
      ]);
      assert.deepEqual(facets.category, [{ value: 'Clothes', label: 'Clothes', count: 1 }]);
      assert.deepEqual(facets.seller, [{ value: '1', label: 'Testseller', count: 1 }]);
    });

    test('category facets show the level below what is chosen', async () => {
      const facet = async (categories: string[]) =>
        (await find('', { categories })).facets.category.map(({ value, label, count }) => [value, label, count]);
      assert.deepEqual(await facet(['Home']), [
        ['Home', 'Home', 2],
        ['Home > Kitchen', 'Kitchen', 2],
      ]);
      assert.deepEqual(await facet(['Home > Kitchen > Mugs']), [['Home > Kitchen > Mugs', 'Mugs', 2]]);
    });

    test('sorts, and pages that follow each other', async () => {
      assert.deepEqual(await idsOf('running shoes', { sort: 'price_asc' }), [4, 2, 1, 3]);
      assert.deepEqual(await idsOf('running shoes', { sort: 'price_desc' }), [3, 1, 2, 4]);
      assert.deepEqual(await idsOf('running shoes', { sort: 'rating' }), [3, 1, 2, 4]);
      assert.deepEqual(await idsOf('running shoes', { sort: 'newest' }), [1, 2, 3, 4]);
      const pages = await Promise.all(
        [1, 2, 3].map((page) => idsOf('running shoes', { sort: 'price_asc', page, size: 3 })),
      );
      assert.deepEqual(pages, [[4, 2, 1], [3], []]);
    });

    test('of equals the sold-out one comes last', async () => {
      assert.deepEqual(await idsOf('mug'), [7, 8]);
      assert.equal((await idsOf('', { size: 100 })).at(-1), 8);
    });

    test('a misspelt word is corrected and said, unless it is wanted as typed', async () => {
      const result = await find('Wireles  chargers');
      assert.deepEqual([result.correctedTerm, result.items[0]?.productId], ['wireless chargers', 13]);
      const byEar = await find('lether case for a fone');
      assert.deepEqual([byEar.correctedTerm, byEar.items[0]?.productId], ['leather case for a phone', 5]);
      const exact = await find('wireles charger', { exact: true });
      assert.deepEqual([exact.correctedTerm, exact.unknownWords], [null, ['wireles']]);
    });

    test('a measure is one thing, however its unit is written', async () => {
      for (const term of ['usb stick 128gb', '128 gigabytes usb stick'])
        assert.equal((await find(term)).fitting, 1, term);
    });

    test('numbers and limits in words are read, and what is wanted without a thing is not asked for it', async () => {
      const cheap = await find('running shoes under forty five');
      assert.deepEqual([cheap.price, cheap.total], [{ text: 'under forty five', maxPriceMinor: 4_500 }, 3]);
      assert.deepEqual((await idsOf('running shoes without trails')).at(-1), 2);
      assert.deepEqual((await find('something for my phone')).unknownWords, []);
      assert.equal((await find('something for my phone')).fitting, (await find('phone')).fitting);
    });

    test('an unfinished last word finds what begins so', async () => {
      assert.deepEqual((await idsOf('running sho')).sort(), [1, 2, 3, 4]);
    });

    test('where no product has all words, the nearest are shown and what they lack is said', async () => {
      const result = await find('leather toner');
      assert.deepEqual([result.fitting, result.relaxedWords.length], [0, 1]);
      assert.deepEqual(
        result.items.map((item) => item.productId).sort((a, b) => a - b),
        [5, 9, 12],
      );
      assert.deepEqual((await find('sofa xqzxqz')).unknownWords, ['xqzxqz']);
      assert.deepEqual(await idsOf('xqzxqz'), []);
    });

    test('who has every word comes before who lacks one; other orders show only the former', async () => {
      const result = await find('red running shoes');
      assert.deepEqual([result.fitting, result.total], [2, 5]);
      assert.deepEqual(
        result.items
          .slice(0, 2)
          .map((item) => item.productId)
          .sort(),
        [1, 2],
      );
      assert.deepEqual(await idsOf('red running shoes', { sort: 'price_desc' }), [1, 2]);
    });

    test('each product is in one price range, which as a filter finds all that it counts', async () => {
      const { price } = (await find('')).facets;
      // Nine cost exactly 10.00, and the ranges part there.
      assert.deepEqual(price, [
        { min: 1_000, max: 2_499, count: 9 },
        { min: 2_500, max: 4_999, count: 3 },
        { min: 5_000, max: 9_999, count: 1 },
      ]);
      for (const { min, max, count } of price)
        assert.equal((await find('', { minPriceMinor: min, maxPriceMinor: max })).total, count);
    });

    test('products that the price or the filters leave out are told from products that are not there', async () => {
      const dear = await find('blue running shoes under 50');
      assert.deepEqual([dear.fitting, dear.leftOut, dear.relaxedWords], [0, 1, ['blue']]);
      assert.deepEqual([(await find('red running shoes', { brands: ['Nokia'] })).leftOut], [2]);
      assert.equal((await find('blue running shoes')).leftOut, 0);
      assert.equal((await find('leather toner')).leftOut, 0);
      assert.equal((await find('', { brands: ['Nokia'], maxPriceMinor: 1 })).leftOut, 0);
    });

    test('one price finds what costs about as much, or else whatever it costs', async () => {
      const near = await find('running shoes $40');
      assert.deepEqual(near.price, { text: '$40', minPriceMinor: 3_200, maxPriceMinor: 4_800, isNear: true });
      assert.deepEqual(near.items.map((item) => item.productId).sort(), [1, 2]);
      const none = await find('€500 running shoes');
      assert.deepEqual([none.price, none.total], [{ text: '€500' }, 4]);
    });

    test('prices are read in the money of the shop', async () => {
      opened.replica.teach({ currency: 'JPY' });
      const result = await find('running shoes under 4500');
      assert.deepEqual([result.currency, result.price?.maxPriceMinor, result.total], ['JPY', 4_500, 3]);
      opened.replica.teach({ currency: 'USD' });
    });

    test('price words filter, and a brand that is named ranks first', async () => {
      const result = await find('running shoes puma under 50');
      assert.deepEqual(result.price, { text: 'under 50', maxPriceMinor: 5_000 });
      assert.deepEqual(result.items.map((item) => item.productId).sort(), [1, 2, 4]);
      assert.equal(result.items.at(-1)?.productId, 1);
    });

    test('suggestions complete words, forgive a slip and lead to products, categories and brands', async () => {
      const said = (await opened.replica.suggest('charg')).map(({ kind, url }) => [kind, url]);
      assert.deepEqual(
        said.filter(([kind]) => kind !== 'query'),
        [
          ['category', '/search/?category=Phones%20%3E%20Charging'],
          ['brand', '/search/?brand=Chargery'],
          ['product', '/product/13/'],
        ],
      );
      assert.ok((await opened.replica.suggest('wireles')).some(({ text }) => text === 'wireless'));
      assert.deepEqual(await opened.replica.suggest(''), []);
    });

    test('products and families are found by what names them', async () => {
      assert.deepEqual(await opened.replica.product(6), documents[5]);
      assert.equal(await opened.replica.product(999), undefined);
      assert.deepEqual(
        (await opened.replica.family('mug', 1)).map(({ productId }) => productId),
        [7, 8],
      );
      assert.deepEqual(await opened.replica.family('none', 1), []);
    });

    test('any text is answered', async () => {
      for (const term of [
        '"',
        '\\ / * ? ~ ^',
        '( [ {',
        'a'.repeat(300),
        '中文 手机',
        '\u0000 \ud800',
        '- + =',
        '= > <',
      ]) {
        assert.ok((await find(term)).total >= 0, term);
      }
    });

    test('changes, new products and removals are found, and age is told', async () => {
      source.put(testDocument(9, { ...PRODUCTS[8], priceMinor: 7_777 }));
      source.put(testDocument(20, { title: 'Zymurgy kit' }));
      source.remove(10);
      await eventually(async () => (await find('', { minPriceMinor: 7_777, maxPriceMinor: 7_777 })).total === 1);
      await eventually(async () => (await find('zymurgy')).total === 1 && (await find('128gb')).total === 0);
      await eventually(async () => (await opened.replica.product(10)) === undefined);
      await eventually(async () => (await opened.replica.product(9))?.priceMinor === 7_777);
      await eventually(() => opened.replica.ageSeconds() < 5);
    });
  });
}

async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + TRUE_WITHIN_MS;
  while (!(await check())) {
    assert.ok(Date.now() < until, `did not come true within ${TRUE_WITHIN_MS} ms`);
    await setTimeout(20);
  }
}

contract('the engine in this process', openEngine);
contract('OpenSearch, as far as its stand-in goes', openWithStandIn);
if (SEARCH_URL === undefined) console.log('SEARCH_URL is not set: the contract is not tried on a real OpenSearch.');
else contract('OpenSearch', (source) => openWithOpenSearch(source, SEARCH_URL));
