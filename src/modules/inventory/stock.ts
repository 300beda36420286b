// How many units there are: changed by the seller, brought by an import, read for pages and the replica.
import type { Queryable } from '../../lib/db.ts';
import { newKeyedId } from '../../lib/ids.ts';
import { type StockLevel, stockLevel } from './reservation.ts';
import { type LineMode, loadOffers, loadStockCounts, runChangeStock, runSetImportedStock } from './store.ts';

export type ChangeStockOutcome =
  | { kind: 'changed'; available: number; held: number; sold: number }
  | { kind: 'not-found' }
  | { kind: 'below-zero'; available: number }
  | { kind: 'too-many' };

/** Adds or takes units of the seller's own product; never takes what is held or sold. */
export async function changeStock(
  db: Queryable,
  change: { productId: number; sellerId: number; userId: number; units: number; note: string | null },
): Promise<ChangeStockOutcome> {
  const row = await runChangeStock(db, { ...change, changeId: newKeyedId(change.productId), reason: 'seller' });
  if (row.outcome === 'not-found') return { kind: 'not-found' };
  if (row.outcome === 'too-many') return { kind: 'too-many' };
  if (row.outcome === 'below-zero') return { kind: 'below-zero', available: row.available_after };
  const counts = await stockCounts(db, change.productId);
  return { kind: 'changed', ...counts };
}

export async function stockCounts(
  db: Queryable,
  productId: number,
): Promise<{ available: number; held: number; sold: number }> {
  const [row] = await loadStockCounts(db, [productId]);
  return { available: row?.available ?? 0, held: row?.held ?? 0, sold: row?.sold ?? 0 };
}

/** Makes the imported part of each product's stock what the file says; what the seller added by hand stays. Null: only make sure there is a row. */
export async function setImportedStock(
  tx: Queryable,
  items: readonly { productId: number; stock: number | null }[],
): Promise<void> {
  if (items.length === 0) return;
  await runSetImportedStock(
    tx,
    items.map((item) => item.productId),
    items.map((item) => item.stock),
    items.map((item) => newKeyedId(item.productId)),
  );
}

export type Offer = {
  productId: number;
  stock: StockLevel;
  opensAt: Date | null;
  customerLimit: number | null;
  holdSeconds: number;
  lineMode: LineMode;
};

/** What shoppers may know of the stock of these products; a product without a row has none. */
export async function loadOffersOf(db: Queryable, productIds: number[]): Promise<Map<number, Offer>> {
  const rows = await loadOffers(db, productIds);
  return new Map(
    rows.map((row) => [
      row.product_id,
      {
        productId: row.product_id,
        stock: stockLevel(row.available),
        opensAt: row.opens_at,
        customerLimit: row.customer_limit,
        holdSeconds: row.hold_seconds,
        lineMode: row.line_mode,
      },
    ]),
  );
}
