// A product as sellers give it to us, and what makes one acceptable. Too long is refused, never cut: a cut description
// would be sold under.
import { isCurrency } from '../../lib/money.ts';
import type { FieldError } from '../../lib/problem.ts';
import type { Picture } from './document.ts';

export type ProductStatus = 'active' | 'hidden';

/** A picture whose files are stored already (or are drawn when first asked for, in the demo). */
export type PictureSource = Picture;

export type ProductFields = {
  title: string;
  description: string;
  brand: string | null;
  category: string[];
  attributes: Record<string, string>;
  gtin: string | null;
  priceMinor: number;
  currency: string;
};

export type ProductRow = ProductFields & {
  /** The seller's own id; the same id is the same product for ever. */
  externalId: string;
  familyKey: string | null;
  variant: Record<string, string>;
  status: ProductStatus;
  /** Units to start with; null where the source does not say. */
  stock: number | null;
  pictures: PictureSource[];
  /** Since when it is on offer; a new product without it is so from now on. */
  createdAt?: Date;
};

const MAX_EXTERNAL_ID_CHARACTERS = 200;
const MAX_TITLE_CHARACTERS = 300;
const MAX_DESCRIPTION_CHARACTERS = 20_000;
const MAX_BRAND_CHARACTERS = 100;
const MAX_CATEGORY_LEVELS = 8;
const MAX_CATEGORY_CHARACTERS = 100;
// Data sheets are long: of 19,406 products of the Icecat set one has 183 attributes, and one value has 6,898 characters.
const MAX_ATTRIBUTES = 250;
const MAX_ATTRIBUTE_NAME_CHARACTERS = 100;
const MAX_ATTRIBUTE_VALUE_CHARACTERS = 10_000;
const MAX_VARIANT_OPTIONS = 5;
const MAX_PRICE_MINOR = 1_000_000_000_000;
const MAX_STOCK = 1_000_000_000;
export const MAX_PICTURES = 20;

const GTIN = /^\d{8,14}$/;
// C0 controls but tab and line ends. PostgreSQL cannot store NUL, and nobody means the others.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** What is wrong with the fields, by JSON pointer of the HTTP contract; empty when nothing is. */
export function checkProductFields(fields: ProductFields): FieldError[] {
  return [
    ...checkText('/title', fields.title, 1, MAX_TITLE_CHARACTERS),
    ...checkText('/description', fields.description, 0, MAX_DESCRIPTION_CHARACTERS),
    ...(fields.brand === null ? [] : checkText('/brand', fields.brand, 1, MAX_BRAND_CHARACTERS)),
    ...checkCategory(fields.category),
    ...checkPairs('/attributes', fields.attributes, MAX_ATTRIBUTES),
    ...(fields.gtin === null || GTIN.test(fields.gtin) ? [] : [fault('/gtin', 'must be 8 to 14 digits')]),
    ...checkWhole('/price/amount', fields.priceMinor, MAX_PRICE_MINOR),
    ...(isCurrency(fields.currency) ? [] : [fault('/price/currency', 'must be an ISO 4217 code such as USD')]),
  ];
}

export function checkProductRow(row: ProductRow): FieldError[] {
  return [
    ...checkText('/id', row.externalId, 1, MAX_EXTERNAL_ID_CHARACTERS),
    ...checkProductFields(row),
    ...(row.familyKey === null ? [] : checkText('/family', row.familyKey, 1, MAX_EXTERNAL_ID_CHARACTERS)),
    ...checkPairs('/variant', row.variant, MAX_VARIANT_OPTIONS),
    ...(row.stock === null ? [] : checkWhole('/stock', row.stock, MAX_STOCK)),
    ...(row.pictures.length <= MAX_PICTURES ? [] : [fault('/pictures', `may be ${MAX_PICTURES} at most`)]),
  ];
}

export function checkText(pointer: string, text: string, minCharacters: number, maxCharacters: number): FieldError[] {
  if (text.trim().length < minCharacters) return [fault(pointer, 'must not be empty')];
  if (text.length > maxCharacters) return [fault(pointer, `may have ${maxCharacters} characters at most`)];
  if (CONTROL.test(text)) return [fault(pointer, 'must not hold control characters')];
  return text.isWellFormed() ? [] : [fault(pointer, 'must be well-formed Unicode (it holds half a surrogate pair)')];
}

function checkWhole(pointer: string, value: number, max: number): FieldError[] {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return [];
  return [fault(pointer, `must be a whole number from 0 to ${max}`)];
}

function checkCategory(path: string[]): FieldError[] {
  if (path.length === 0) return [fault('/category', 'must have at least one level')];
  if (path.length > MAX_CATEGORY_LEVELS) return [fault('/category', `may have ${MAX_CATEGORY_LEVELS} levels at most`)];
  return path.flatMap((level) => checkText('/category', level, 1, MAX_CATEGORY_CHARACTERS)).slice(0, 1);
}

function checkPairs(pointer: string, pairs: Record<string, string>, max: number): FieldError[] {
  const entries = Object.entries(pairs);
  if (entries.length > max) return [fault(pointer, `may be ${max} at most`)];
  return entries
    .flatMap(([name, value]) => [
      ...checkText(pointer, name, 1, MAX_ATTRIBUTE_NAME_CHARACTERS),
      ...checkText(pointer, value, 0, MAX_ATTRIBUTE_VALUE_CHARACTERS),
    ])
    .slice(0, 1);
}

function fault(pointer: string, message: string): FieldError {
  return { pointer, message };
}
