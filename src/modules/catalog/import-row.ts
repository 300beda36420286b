import type { ProductRow } from './product-row.ts';

/** What a reader of any format makes of a row; reading and checking are apart, so every format is checked alike. */
export type ImportedRow =
  | { kind: 'product'; line: number; row: ProductRow; picturePaths: string[] }
  | { kind: 'bad'; line: number; reason: string }
  | { kind: 'passed-over'; line: number; reason: string };

/** Rows and CSV records: what is longer is no product, and would be held in memory. */
export const MAX_ROW_BYTES = 1024 * 1024;

/** "Kitchen -> Kettles" or "Kitchen > Kettles". A slash stays: "Ski/boarding" is one category. */
export function categoryPath(text: string): string[] {
  return text
    .split(/\s*-?>\s*/)
    .map((level) => level.trim())
    .filter((level) => level !== '');
}

/** What stands in one line everywhere it is shown. */
export function oneLine(text: string): string {
  return text.replace(/[\t\r\n ]+/g, ' ').trim();
}
