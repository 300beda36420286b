import { dirname, resolve } from 'node:path';
import type { Database, Queryable } from '../../lib/db.ts';
import { FileFault } from './file-fault.ts';
import { importPictures } from './import-pictures.ts';
import { addReason, emptyReport, type ImportReport } from './import-report.ts';
import type { ImportedRow } from './import-row.ts';
import { openImport } from './open-import.ts';
import { checkProductRow, type ProductRow } from './product-row.ts';
import { type UpsertedProduct, upsertProducts } from './upsert-products.ts';

export type ImportOptions = {
  db: Database;
  path: string;
  sellerId: number;
  /** Units of a new product whose row does not say. */
  defaultStock: number;
  /** What picture paths are relative to; the file's directory when absent. */
  picturesFrom?: string;
  /** Where this shop keeps its pictures. */
  picturesDirectory: string;
  /** Runs in the transaction of each batch with what is new or changed. Stock null: the file does not say, leave it. */
  afterBatch(tx: Queryable, products: { productId: number; stock: number | null }[]): Promise<void>;
  onProgress?(progress: { bytesRead: number; bytesTotal: number; rows: number }): void;
};

// The change feed delivers what a transaction wrote when it commits, so a batch stays well under a second. Pictures are made before
// it begins, and a batch of them is small so that the progress moves.
const BATCH_ROWS = 500;
const BATCH_CHARACTERS = 4_000_000;
const BATCH_PICTURES = 50;
// To name rows that repeat an id; about 60 MB. Beyond it, the last row of an id wins.
const MAX_IDS_REMEMBERED = 1_000_000;

type ImportedProduct = Extract<ImportedRow, { kind: 'product' }>;

/** Brings the seller's products to what the file says. The same file again changes nothing and doubles nothing. */
export async function importFile(options: ImportOptions): Promise<ImportReport> {
  const startedMs = performance.now();
  const report = emptyReport();
  try {
    await importRows(options, report);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    report.fault = error.message;
  }
  report.durationMs = Math.round(performance.now() - startedMs);
  return report;
}

async function importRows(options: ImportOptions, report: ImportReport): Promise<void> {
  const file = await openImport(options.path);
  const seen = new Set<string>();
  let batch: ImportedProduct[] = [];
  let characters = 0;
  let pictures = 0;

  async function flush(): Promise<void> {
    const full = batch;
    batch = [];
    characters = 0;
    pictures = 0;
    if (full.length > 0) await importBatch(options, full, report);
    options.onProgress?.({ bytesRead: file.bytesRead(), bytesTotal: file.bytesTotal, rows: report.rows });
  }

  try {
    for await (const imported of file.rows()) {
      report.rows++;
      const product = accepted(imported, seen, report);
      if (!product) continue;
      batch.push(product);
      characters += charactersOf(product.row);
      pictures += product.picturePaths.length;
      if (batch.length >= BATCH_ROWS || characters >= BATCH_CHARACTERS || pictures >= BATCH_PICTURES) await flush();
    }
  } finally {
    // A fault of the file too leaves good rows behind it.
    await flush();
  }
}

function accepted(imported: ImportedRow, seen: Set<string>, report: ImportReport): ImportedProduct | undefined {
  if (imported.kind !== 'product') {
    addReason(imported.kind === 'bad' ? report.leftOut : report.passedOver, imported.line, imported.reason);
    return undefined;
  }
  const { line, row } = imported;
  const [error] = checkProductRow(row);
  if (error) addReason(report.leftOut, line, `${error.pointer}: ${error.message}`);
  else if (seen.has(row.externalId)) addReason(report.leftOut, line, '/id: is that of an earlier row');
  else {
    if (seen.size < MAX_IDS_REMEMBERED) seen.add(row.externalId);
    return imported;
  }
  return undefined;
}

async function importBatch(options: ImportOptions, batch: ImportedProduct[], report: ImportReport): Promise<void> {
  const { db, path, sellerId, defaultStock, picturesFrom = dirname(path), picturesDirectory } = options;
  await importPictures(batch, resolve(picturesFrom), picturesDirectory, report);
  const upserted = await db.transaction(async (tx) => {
    const products = await upsertProducts(tx, sellerId, lastOfEachId(batch));
    const touched = products.filter((product) => product.outcome !== 'unchanged');
    if (touched.length > 0)
      await options.afterBatch(
        tx,
        touched.map((product) => initialStock(product, defaultStock)),
      );
    return products;
  });
  for (const { outcome } of upserted) report[outcome]++;
}

function initialStock(
  { productId, outcome, stock }: UpsertedProduct,
  defaultStock: number,
): { productId: number; stock: number | null } {
  return { productId, stock: stock ?? (outcome === 'created' ? defaultStock : null) };
}

function lastOfEachId(batch: ImportedProduct[]): ProductRow[] {
  return [...new Map(batch.map(({ row }) => [row.externalId, row])).values()];
}

function charactersOf(row: ProductRow): number {
  return Object.values(row.attributes).reduce((total, value) => total + value.length, row.description.length);
}
