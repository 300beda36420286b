// Spree's product CSV. A row with a name is a product; rows after it with the same slug and option values are its variants, which
// are sold, and take from it what they do not say themselves. Rows with neither repeat a price in another currency.
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

const OPTION_NUMBERS = [1, 2, 3];
const PICTURE_NUMBERS = [1, 2, 3];
const CUSTOM_FIELD = 'custom_field.';

export const spree: CsvDialect = {
  columns: ['slug', 'sku', 'name', 'price', 'currency', 'category1'],
  groupOf: (record) => field(record, 'slug'),
  readGroup([first, ...rest]) {
    if (!first) return [];
    if (field(first.record, 'name') === '') return [first, ...rest].map(withoutProduct);
    const variants = rest.filter(({ record }) => isVariant(record));
    const products = variants.length > 0 ? variants : [first];
    return [
      ...products.map((product) => read(first.record, product)),
      ...rest.filter(({ record }) => !isVariant(record)).map(withoutProduct),
    ];
  },
};

function isVariant(record: CsvRecord): boolean {
  return field(record, 'option1_value') !== '';
}

function withoutProduct({ line, record }: NumberedRecord): ImportedRow {
  if (isVariant(record)) return { kind: 'bad', line, reason: 'a variant without the row of its product before it' };
  if (field(record, 'name') !== '') return { kind: 'bad', line, reason: 'the slug is of the product before it' };
  return { kind: 'passed-over', line, reason: 'a further price of a product: the first one counts' };
}

function read(parent: CsvRecord, { line, record }: NumberedRecord): ImportedRow {
  const own = (name: string) => field(record, name) || field(parent, name);
  const variant = optionsOf(
    OPTION_NUMBERS.map((n) => [field(record, `option${n}_name`), field(record, `option${n}_value`)]),
  );
  const slug = field(parent, 'slug');
  const row = {
    externalId: field(record, 'sku') || [slug, ...Object.values(variant)].join('/'),
    familyKey: record === parent ? null : slug,
    variant,
    title: variantTitle(oneLine(field(parent, 'name')), variant),
    description: htmlToText(own('description')),
    brand: null,
    category: categoryPath(own('category1')),
    attributes: attributesOf(own, Object.keys(parent)),
    gtin: null,
    currency: own('currency'),
    status: ['', 'active'].includes(own('status')) ? ('active' as const) : ('hidden' as const),
    stock: stockOf(field(record, 'inventory_count')),
  };
  const pictures = [record, parent].flatMap((source) => PICTURE_NUMBERS.map((n) => field(source, `image${n}_src`)));
  return productRow(line, row, field(record, 'price'), pictures);
}

function attributesOf(own: (name: string) => string, columns: string[]): Record<string, string> {
  const custom = columns.filter((name) => name.startsWith(CUSTOM_FIELD)).map((name) => [label(name), own(name)]);
  const measures = [
    ...['width', 'height', 'depth'].map((name) => [label(name), own(name), own('dimensions_unit')]),
    [label('weight'), own('weight'), own('weight_unit')],
  ].map(([name, value, unit]) => [name, value && `${value} ${unit}`.trim()]);
  return Object.fromEntries([...custom, ...measures].filter(([, value]) => value));
}

/** "custom_field.custom.room_coverage" -> "Room coverage" */
function label(column: string): string {
  const words = column.slice(column.lastIndexOf('.') + 1).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
