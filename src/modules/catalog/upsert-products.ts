import { createHash } from 'node:crypto';
import type { Queryable } from '../../lib/db.ts';
import type { ProductRow } from './product-row.ts';
import {
  claimIds,
  type HashedId,
  lockIds,
  type StoredRow,
  storeHashes,
  storePictures,
  storeProducts,
} from './store.ts';

export type UpsertedProduct = {
  productId: number;
  externalId: string;
  outcome: 'created' | 'changed' | 'unchanged';
  stock: number | null;
};

/** Brings a seller's products to what the rows say, in six statements for all of them. Rows that say what they said the
 * last time touch nothing, so what the seller changed by hand since then stays. */
export async function upsertProducts(tx: Queryable, sellerId: number, rows: ProductRow[]): Promise<UpsertedProduct[]> {
  const hashed = rows.map((row) => ({ row, externalId: row.externalId, contentHash: hashOf(row) }));
  if (new Set(hashed.map((entry) => entry.externalId)).size < rows.length)
    throw new RangeError('an external id occurs twice in a batch');

  const created = await claimIds(tx, sellerId, hashed);
  const known = await lockIds(
    tx,
    sellerId,
    hashed.map((entry) => entry.externalId),
  );
  const stored: StoredRow[] = [];
  const rehashed: HashedId[] = [];
  const outcomes = new Map<string, UpsertedProduct>();
  for (const { row, externalId, contentHash } of hashed) {
    const product = known.get(externalId);
    if (!product) throw new Error(`the external id ${externalId} was neither claimed nor found`);
    const outcome = created.has(externalId)
      ? 'created'
      : product.contentHash.equals(contentHash)
        ? 'unchanged'
        : 'changed';
    outcomes.set(externalId, { productId: product.productId, externalId, outcome, stock: row.stock });
    if (outcome !== 'unchanged') stored.push({ ...row, productId: product.productId });
    if (outcome === 'changed') rehashed.push({ externalId, contentHash });
  }
  if (stored.length > 0) {
    stored.sort((a, b) => a.productId - b.productId);
    await storeProducts(tx, sellerId, stored);
    await storePictures(tx, stored);
  }
  if (rehashed.length > 0) await storeHashes(tx, sellerId, rehashed);
  return rows.flatMap((row) => outcomes.get(row.externalId) ?? []);
}

function hashOf(row: ProductRow): Buffer {
  const { externalId, familyKey, variant, title, description, brand, category, attributes, gtin } = row;
  const content = [
    ...[
      externalId,
      familyKey,
      Object.entries(variant),
      title,
      description,
      brand,
      category,
      Object.entries(attributes),
      gtin,
    ],
    ...[row.priceMinor, row.currency, row.status, row.stock],
    ...row.pictures.map((picture) => [picture.pictureId, picture.alt]),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest();
}
