import { isCurrency, parseDecimal } from '../../lib/money.ts';
import type { ImportedRow } from './import-row.ts';
import type { ProductRow } from './product-row.ts';

/** A row of a CSV by its header's names; fields that are missing at its end are undefined. */
export type CsvRecord = Record<string, string | undefined>;
export type NumberedRecord = { line: number; record: CsvRecord };

/** How one shop system writes its products: several rows are one product, and stand together. */
export type CsvDialect = {
  /** The header must have these. */
  columns: string[];
  groupOf(record: CsvRecord): string;
  readGroup(group: NumberedRecord[]): ImportedRow[];
};

export function field(record: CsvRecord, name: string): string {
  return record[name]?.trim() ?? '';
}

/** {"Color": "Black"} of as many pairs of name and value columns as there are. */
export function optionsOf(pairs: [name: string, value: string][]): Record<string, string> {
  return Object.fromEntries(pairs.filter(([name, value]) => name !== '' && value !== ''));
}

/** "Toaster – Black / Large" */
export function variantTitle(name: string, variant: Record<string, string>): string {
  const values = Object.values(variant);
  return values.length === 0 ? name : `${name} – ${values.join(' / ')}`;
}

/** Empty: not counted. Below zero is what a shop shows that has sold more than it had. */
export function stockOf(text: string): number | null {
  return text === '' ? null : Math.max(0, Number(text));
}

export function productRow(
  line: number,
  row: Omit<ProductRow, 'priceMinor' | 'pictures'>,
  price: string,
  picturePaths: string[],
): ImportedRow {
  if (!isCurrency(row.currency))
    return { kind: 'bad', line, reason: '/price/currency: must be an ISO 4217 code such as USD' };
  const priceMinor = parseDecimal(price, row.currency);
  if (priceMinor === undefined) return { kind: 'bad', line, reason: '/price: must be an amount such as 12.99' };
  const paths = [...new Set(picturePaths.filter((path) => path !== ''))];
  return { kind: 'product', line, row: { ...row, priceMinor, pictures: [] }, picturePaths: paths };
}
