import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { importFile } from './import-file.ts';
import { scanDocuments } from './load-documents.ts';
import { DEFAULT_STOCK, type ImportShop, importOptions, line, openImportShop } from './test-import-shop.ts';

test('a line of every field becomes a document of every field', async (t) => {
  const shop = await openImportShop(t);
  const report = await shop.importText(
    'full.jsonl',
    line({
      id: 'K-1',
      title: '  Glass\tKettle ',
      brand: 'Aqua',
      gtin: '4006381333931',
      stock: 12,
      attributes: { Volume: 1.7, Cordless: true, 'Keeps warm': false, Colour: 'Clear', 10: 'ten', Unknown: null },
    }) + line({ id: 17, category: ['Ski/boarding', 'Boots'], price: { amount: 0, currency: 'JPY' } }),
  );
  assert.deepEqual(
    { ...report, durationMs: 0 },
    {
      ...{ rows: 2, created: 2, changed: 0, unchanged: 0, pictures: 0, fault: null, durationMs: 0 },
      ...{ leftOut: none(), passedOver: none(), picturesRefused: none() },
    },
  );
  const documents = await shop.documents();
  const [kettle, boots] = documents;
  assert.ok(kettle && boots);
  assert.deepEqual(
    { ...kettle, createdAtMs: 0 },
    {
      productId: kettle.productId,
      sellerId: shop.sellerId,
      sellerName: 'Test Seller',
      sellerRating: null,
      title: 'Glass Kettle',
      description: 'Boils water.',
      brand: 'Aqua',
      category: ['Kitchen', 'Kettles'],
      attributes: { 10: 'ten', Volume: '1.7', Cordless: 'Yes', 'Keeps warm': 'No', Colour: 'Clear' },
      gtin: '4006381333931',
      familyKey: null,
      variant: {},
      priceMinor: 2999,
      currency: 'USD',
      pictures: [],
      ratingCounts: [0, 0, 0, 0, 0],
      createdAtMs: 0,
      newestReviews: [],
    },
  );
  assert.deepEqual(Object.keys(kettle.attributes), ['10', 'Volume', 'Cordless', 'Keeps warm', 'Colour']);
  assert.deepEqual([boots.category, boots.priceMinor, boots.currency], [['Ski/boarding', 'Boots'], 0, 'JPY']);
  assert.deepEqual(
    shop.stock,
    new Map([
      [kettle.productId, 12],
      [boots.productId, DEFAULT_STOCK],
    ]),
  );
});

test('the same file again touches nothing, and a changed row changes its product alone', async (t) => {
  const shop = await openImportShop(t);
  const rows = [
    line({ id: 'a' }),
    line({ id: 'b', stock: 3 }),
    line({ title: 'No id', gtin: '12345678' }),
    line({ title: 'No id at all' }),
  ];
  assert.equal((await shop.importText('shop.jsonl', rows.join(''))).created, 4);
  const before = await shop.documents();
  const versions = await rowVersions(shop);

  shop.stock.clear();
  const again = await shop.importText('shop.jsonl', rows.join(''));
  assert.deepEqual([again.created, again.changed, again.unchanged], [0, 0, 4]);
  assert.deepEqual(await shop.documents(), before);
  assert.deepEqual(await rowVersions(shop), versions);
  assert.deepEqual(shop.stock, new Map());

  rows[0] = line({ id: 'a', price: { amount: 1999, currency: 'USD' } });
  rows[1] = line({ id: 'b', stock: 5 });
  const changed = await shop.importText('shop.jsonl', rows.join(''));
  assert.deepEqual([changed.created, changed.changed, changed.unchanged], [0, 2, 2]);
  const after = await shop.documents();
  assert.deepEqual(
    after,
    before.map((document, i) => (i === 0 ? { ...document, priceMinor: 1999 } : document)),
  );
  assert.deepEqual(
    shop.stock,
    new Map([
      [after[0]?.productId, null],
      [after[1]?.productId, 5],
    ]),
  );
});

test('bad rows are named by line and reason, and the rest go in', async (t) => {
  const shop = await openImportShop(t);
  const bad: [content: string | Buffer, reason: string][] = [
    ['{"title": "cut off\n', 'not JSON'],
    ['[1, 2]\n', 'not a JSON object'],
    [line({ title: 7 }), '/title: must be text'],
    [line({ title: ' ' }), '/title: must not be empty'],
    [line({ title: 'x'.repeat(301) }), '/title: may have 300 characters at most'],
    [line({ description: 'x'.repeat(20_001) }), '/description: may have 20000 characters at most'],
    [line({ title: 'NUL \u0000' }), '/title: must not hold control characters'],
    [line({ brand: 'half \ud83d' }), '/brand: must be well-formed Unicode (it holds half a surrogate pair)'],
    [line({ attributes: { 'a\u0000': 'b' } }), '/attributes: must not hold control characters'],
    [line({ attributes: { a: ['b'] } }), '/attributes: may hold text, numbers, true and false'],
    [
      line({ attributes: Object.fromEntries(Array.from({ length: 251 }, (_, i) => [`a${i}`, i])) }),
      '/attributes: may be 250 at most',
    ],
    [line({ category: undefined }), '/category: must be text or a list of texts'],
    [line({ category: [] }), '/category: must have at least one level'],
    [line({ price: 12.5 }), '/price: must be an object of amount and currency'],
    [line({ price: { amount: -1, currency: 'USD' } }), '/price/amount: must be a whole number from 0 to 1000000000000'],
    [
      line({ price: { amount: 12.5, currency: 'USD' } }),
      '/price/amount: must be a whole number from 0 to 1000000000000',
    ],
    [line({ price: { amount: '12', currency: 'USD' } }), '/price/amount: must be a whole number of minor units'],
    [line({ price: { amount: 12, currency: 'XYZ' } }), '/price/currency: must be an ISO 4217 code such as USD'],
    [line({ stock: -3 }), '/stock: must be a whole number from 0 to 1000000000'],
    [line({ gtin: 'ABC' }), '/gtin: must be 8 to 14 digits'],
    [line({ description: 'x'.repeat(2 * 1024 * 1024) }), 'longer than 1024 KB'],
    [Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a]), 'not UTF-8'],
    [line({ id: 'first' }), '/id: is that of an earlier row'],
  ];
  const content = Buffer.concat([
    Buffer.from(`\ufeff${line({ id: 'first' }).trimEnd()}\r\n\r\n`),
    ...bad.map(([text]) => Buffer.from(text)),
    Buffer.from(line({ id: 'last' }).trimEnd()),
  ]);
  const report = await shop.importText('broken.jsonl', content);
  assert.deepEqual(
    report.leftOut.first,
    bad.map(([, reason], i) => ({ line: i + 3, reason })),
  );
  assert.equal(report.leftOut.count, bad.length);
  assert.deepEqual([report.rows, report.created, report.fault], [bad.length + 2, 2, null]);
  assert.equal((await shop.documents()).length, 2);
});

test('a file that ends too early leaves what came before', async (t) => {
  const shop = await openImportShop(t);
  const whole = gzipSync(
    Array.from({ length: 3_000 }, (_, i) => line({ id: `${i}`, title: `Kettle ${i} ${Math.sin(i)}` })).join(''),
  );
  const report = await shop.importText('cut.jsonl.gz', whole.subarray(0, whole.length / 2));
  assert.equal(report.fault, 'the gzip data is damaged or cut off');
  assert.ok(report.created > 500 && report.created < 3_000, `${report.created} went in`);
  const missing = await importFile({
    ...importOptions(shop.db, shop.sellerId, shop.directory, shop.stock),
    path: join(shop.directory, 'missing.csv'),
  });
  assert.equal(missing.fault, 'there is no such file');
  assert.equal(
    (await shop.importText('unknown.csv', 'a,b,c\n1,2,3\n')).fault?.startsWith('not a product CSV that is known here'),
    true,
  );
  assert.deepEqual((await shop.importText('empty.csv', '')).rows, 0);
});

test('two imports of one file at once make each product once', async (t) => {
  const shop = await openImportShop(t);
  const path = join(shop.directory, 'shop.jsonl');
  await writeFile(path, Array.from({ length: 1_200 }, (_, i) => line({ id: `${i}` })).join(''));
  const options = { ...importOptions(shop.db, shop.sellerId, shop.directory, shop.stock), path };
  const reports = await Promise.all([importFile(options), importFile(options)]);
  assert.equal(
    reports.reduce((total, { created }) => total + created, 0),
    1_200,
  );
  assert.equal(
    reports.reduce((total, { unchanged }) => total + unchanged, 0),
    1_200,
  );
  assert.equal((await scanDocuments(shop.db, 0, 2_000)).length, 1_200);
});

function none() {
  return { count: 0, byReason: {}, first: [] };
}

async function rowVersions({ db }: ImportShop): Promise<unknown[]> {
  return db.query({
    name: 'test_row_versions',
    text: `select product_id, p.xmin::text as product, x.xmin::text as external, (select count(*) from feed_change) as news
           from product p join product_external_id x using (product_id) order by product_id`,
  });
}
