// What the shop owes a seller, and every entry that says why.
import type { Queryable } from '../../lib/db.ts';
import type { Money } from '../../lib/money.ts';
import { loadLedger, loadLedgerSums } from './store.ts';

export type SellerBalance = {
  currency: string;
  owed: number;
  sold: number;
  refunded: number;
  fees: number;
  paidOut: number;
};
export type LedgerLine = {
  postingId: string;
  productId: number;
  account: 'seller' | 'fee';
  kind: 'sale' | 'refund';
  money: Money;
  at: Date;
};

/** One balance a currency, in minor units. In the ledger a debt to the seller is negative; here it is positive. */
export async function sellerBalance(db: Queryable, sellerId: number): Promise<SellerBalance[]> {
  const balances = new Map<string, SellerBalance>();
  for (const row of await loadLedgerSums(db, sellerId)) {
    const balance = balances.get(row.currency) ?? {
      currency: row.currency,
      owed: 0,
      sold: 0,
      refunded: 0,
      fees: 0,
      paidOut: 0,
    };
    balances.set(row.currency, balance);
    if (row.account === 'fee') balance.fees -= row.amount;
    else balance.owed -= row.amount;
    if (row.kind === 'sale') balance.sold -= row.amount;
    else balance.refunded += row.amount;
  }
  return [...balances.values()];
}

export async function sellerLedger(
  db: Queryable,
  sellerId: number,
  page: number,
  size: number,
): Promise<{ items: LedgerLine[]; total: number }> {
  const rows = await loadLedger(db, sellerId, size, (page - 1) * size);
  return {
    items: rows.map((row) => ({
      postingId: row.posting_id,
      productId: row.product_id,
      account: row.account,
      kind: row.kind,
      money: { amount: -row.amount_minor, currency: row.currency },
      at: row.at,
    })),
    total: rows[0]?.total ?? 0,
  };
}
