// Real catalogues, where they are: the project stands on its own without them.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../checks/test-database.ts';
import { ensureSeller } from './create-seller.ts';
import type { CatalogDocument } from './document.ts';
import { importFile } from './import-file.ts';
import type { ImportReport } from './import-report.ts';
import { scanDocuments } from './load-documents.ts';

const DATA = join(import.meta.dirname, '../../../../shared/data');
const options = existsSync(DATA) ? {} : { skip: `the shared data sets are not at ${DATA}` };

type Import = { db: TestDatabase; run(): Promise<ImportReport> };

/** With a few of the pictures: each takes a third of a second. */
async function prepare(t: TestContext, set: string, file: string, pictures: string[]): Promise<Import> {
  const db = await openTestDatabase(t);
  const { sellerId } = await ensureSeller(db, set);
  const directory = await mkdtemp(join(tmpdir(), 'souk-import-'));
  t.after(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'pictures'));
  for (const picture of pictures)
    copyFileSync(join(DATA, set, 'pictures', picture), join(directory, 'pictures', picture));
  return {
    db,
    run: () =>
      importFile({
        ...{
          db,
          sellerId,
          path: join(DATA, set, file),
          defaultStock: 5,
          picturesFrom: directory,
          picturesDirectory: join(directory, 'stored'),
        },
        afterBatch: async () => {},
      }),
  };
}

test('19,406 electronics of a gzipped JSON Lines file', options, async (t) => {
  const { db, run } = await prepare(t, 'icecat', 'products.jsonl.gz', []);
  const report = await run();
  assert.deepEqual([report.rows, report.created, report.leftOut.count, report.fault], [19_406, 19_406, 0, null]);
  const [first] = await scanDocuments(db, 0, 1);
  assert.ok(first);
  const { title, brand, category, gtin, priceMinor, currency, attributes } = first;
  assert.deepEqual(
    { title, brand, category, gtin, priceMinor, currency, attributes },
    {
      title: 'Xerox 006R90321 toner cartridge Original Black 6 pc(s)',
      ...{ brand: 'Xerox', category: ['toner cartridge'], gtin: '0095205603217', priceMinor: 30_099, currency: 'USD' },
      attributes: {
        type: 'Original',
        printing_colours: 'Black',
        print_technology: 'Laser printing',
        compatibility: 'CopyCentre C65',
        quantity_per_pack: '6',
        black_toner_page_yield: '23000',
      },
    },
  );
  const again = await run();
  assert.deepEqual([again.created, again.changed, again.unchanged], [0, 0, 19_406]);
  t.diagnostic(
    `${Math.round((report.rows / report.durationMs) * 1_000)} products/s, again ${Math.round((again.rows / again.durationMs) * 1_000)}`,
  );
});

test('101 products of an outdoor shop with their pictures', options, async (t) => {
  const { db, run } = await prepare(t, 'outdoor', 'products.jsonl', ['1.webp', '2.webp']);
  const report = await run();
  assert.deepEqual([report.created, report.leftOut.count, report.pictures], [101, 0, 2]);
  assert.deepEqual(report.picturesRefused.byReason, { 'no such file in the directory of pictures': 99 });
  const [boots] = await scanDocuments(db, 0, 1);
  assert.deepEqual(
    boots?.pictures.map(({ alt }) => alt),
    ['Wanderer Black Hiking Boots'],
  );
  const again = await run();
  assert.deepEqual([again.created, again.changed, again.unchanged], [0, 0, 101]);
});

test('household appliances of a shop CSV, each variant a product of its family', options, async (t) => {
  const { db, run } = await prepare(t, 'appliances', 'products.csv', [
    '2-slice-toaster.webp',
    '2-slice-toaster-black.webp',
  ]);
  const report = await run();
  // 37 products in 87 variants, then 87 rows with the same variants' prices in euros.
  assert.deepEqual([report.created, report.leftOut.count, report.passedOver.count, report.pictures], [87, 0, 87, 4]);
  const documents = await scanDocuments(db, 0, 100);
  assert.equal(new Set(documents.map((document) => document.familyKey)).size, 37);
  const toasters = documents.filter((document) => document.familyKey === '2-slice-toaster');
  assert.deepEqual(toasters.map(summary), [
    ['2-Slice Toaster – White', { Color: 'White' }, 3999, 'USD', 1],
    ['2-Slice Toaster – Black', { Color: 'Black' }, 3999, 'USD', 2],
    ['2-Slice Toaster – Stainless Steel', { Color: 'Stainless Steel' }, 3999, 'USD', 1],
  ]);
  assert.deepEqual(toasters[0]?.category, ['Kitchen', 'Toasters']);
  assert.deepEqual(toasters[0]?.attributes, {
    Wattage: '850W',
    Voltage: '220-240V',
    Warranty: '2 Years',
    Width: '11.4 in',
    Height: '7.1 in',
    Depth: '5.9 in',
    Weight: '2.6 lb',
  });
  const again = await run();
  assert.deepEqual([again.created, again.changed, again.unchanged], [0, 0, 87]);
});

function summary({ title, variant, priceMinor, currency, pictures }: CatalogDocument): unknown[] {
  return [title, variant, priceMinor, currency, pictures.length];
}
