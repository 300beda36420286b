// Shopify's product CSV. The first row of a handle carries the product and its first variant, the next ones further variants,
// and rows with nothing but a picture follow. There is no column for the currency.
import {
  type CsvDialect,
  type CsvRecord,
  field,
  type NumberedRecord,
  optionsOf,
  productRow,
  stockOf,
  variantTitle,
} from './csv-record.ts';
import { htmlToText } from './html-to-text.ts';
import { categoryPath, type ImportedRow, oneLine } from './import-row.ts';

const CURRENCY = 'USD';
const OTHER = 'Other';
const OPTION_NUMBERS = [1, 2, 3];
const NO_VARIANT = 'Default Title';
const GTIN = /^\d{8,14}$/;

export const shopify: CsvDialect = {
  columns: ['Handle', 'Title', 'Variant Price'],
  groupOf: (record) => field(record, 'Handle'),
  readGroup(group) {
    const [first] = group;
    if (!first) return [];
    if (field(first.record, 'Title') === '') {
      return group.map(({ line }) => ({ kind: 'bad', line, reason: 'a row without the row of its product before it' }));
    }
    const pictures = picturesOf(group);
    const variants = group.filter(
      ({ record }) => field(record, 'Variant Price') !== '' || field(record, 'Option1 Value') !== '',
    );
    if (variants.length === 0)
      return [{ kind: 'bad', line: first.line, reason: '/price: must be an amount such as 12.99' }];
    return variants.map((variant) => read(first.record, variant, pictures));
  },
};

function read(product: CsvRecord, { line, record }: NumberedRecord, pictures: string[]): ImportedRow {
  const handle = field(product, 'Handle');
  // Only the first row names the options.
  const variant = optionsOf(
    OPTION_NUMBERS.map((n) => [
      field(product, `Option${n} Name`),
      field(record, `Option${n} Value`).replace(NO_VARIANT, ''),
    ]),
  );
  const values = Object.values(variant);
  const barcode = field(record, 'Variant Barcode').replace(/^'/, '');
  const row = {
    // Not the SKU: shops leave it empty or give it twice.
    externalId: [handle, ...values].join('/'),
    familyKey: values.length > 0 ? handle : null,
    variant,
    title: variantTitle(oneLine(field(product, 'Title')), variant),
    description: htmlToText(field(product, 'Body (HTML)')),
    brand: oneLine(field(product, 'Vendor')) || null,
    category: categoryPath(field(product, 'Product Category') || field(product, 'Type') || OTHER),
    attributes: {},
    gtin: GTIN.test(barcode) ? barcode : null,
    currency: CURRENCY,
    status: isShown(product) ? ('active' as const) : ('hidden' as const),
    stock: stockOf(field(record, 'Variant Inventory Qty')),
  };
  return productRow(line, row, field(record, 'Variant Price'), [field(record, 'Variant Image'), ...pictures]);
}

function isShown(product: CsvRecord): boolean {
  return (
    field(product, 'Published').toUpperCase() !== 'FALSE' &&
    ['', 'active'].includes(field(product, 'Status').toLowerCase())
  );
}

function picturesOf(group: NumberedRecord[]): string[] {
  return group
    .filter(({ record }) => field(record, 'Image Src') !== '')
    .sort((a, b) => positionOf(a.record) - positionOf(b.record))
    .map(({ record }) => field(record, 'Image Src'));
}

function positionOf(record: CsvRecord): number {
  return Number(field(record, 'Image Position')) || Number.MAX_SAFE_INTEGER;
}
