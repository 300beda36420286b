// A shop with one seller, for tests that bring it files.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../checks/test-database.ts';
import { ensureSeller } from './create-seller.ts';
import type { CatalogDocument } from './document.ts';
import { type ImportOptions, importFile } from './import-file.ts';
import type { ImportReport } from './import-report.ts';
import { scanDocuments } from './load-documents.ts';

export const DEFAULT_STOCK = 7;

export type ImportShop = {
  db: TestDatabase;
  sellerId: number;
  directory: string;
  /** What afterBatch was given, by product. */
  stock: Map<number, number | null>;
  importText(name: string, content: string | Buffer): Promise<ImportReport>;
  documents(): Promise<CatalogDocument[]>;
};

export async function openImportShop(t: TestContext): Promise<ImportShop> {
  const db = await openTestDatabase(t);
  const directory = await mkdtemp(join(tmpdir(), 'souk-import-'));
  t.after(() => rm(directory, { recursive: true }));
  const { sellerId } = await ensureSeller(db, 'Test Seller');
  const stock = new Map<number, number | null>();
  return {
    db,
    sellerId,
    directory,
    stock,
    async importText(name, content) {
      const path = join(directory, name);
      await writeFile(path, content);
      return importFile({ ...importOptions(db, sellerId, directory, stock), path });
    },
    documents: () => scanDocuments(db, 0, 1_000),
  };
}

export function importOptions(
  db: TestDatabase,
  sellerId: number,
  directory: string,
  stock: Map<number, number | null>,
): Omit<ImportOptions, 'path'> {
  return {
    db,
    sellerId,
    defaultStock: DEFAULT_STOCK,
    picturesDirectory: join(directory, 'pictures'),
    async afterBatch(_tx, products) {
      for (const product of products) stock.set(product.productId, product.stock);
    },
  };
}

export function line(fields: object): string {
  return `${JSON.stringify({ title: 'Kettle', description: 'Boils water.', category: 'Kitchen > Kettles', price: { amount: 2999, currency: 'USD' }, ...fields })}\n`;
}
