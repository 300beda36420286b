// What sellers send of a product: as JSON like in the contract, or from the form of the seller's pages.
import { type Static, Type } from 'typebox';
import { isCurrency, parseDecimal } from '../../lib/money.ts';
import { type FieldError, invalid } from '../../lib/problem.ts';
import type { ProductPatch } from '../../modules/catalog/index.ts';
import { type Form, isForm } from '../kit/forms.ts';
import { Line, Nullable } from '../kit/schemas.ts';

const MAX_TITLE_CHARACTERS = 300;
const MAX_DESCRIPTION_CHARACTERS = 20_000;
const MAX_CATEGORY_LEVELS = 8;
const MAX_ATTRIBUTES = 250;
const MAX_ATTRIBUTE_CHARACTERS = 10_000;
const MAX_PRICE_MINOR = 1_000_000_000_000;
const MAX_STOCK = 1_000_000_000;

const Price = Type.Object(
  {
    amount: Type.Integer({ minimum: 0, maximum: MAX_PRICE_MINOR, description: 'Minor units of the currency' }),
    currency: Type.String({ minLength: 3, maxLength: 3, description: 'ISO 4217' }),
  },
  { additionalProperties: false },
);
const fields = {
  title: Line(MAX_TITLE_CHARACTERS),
  description: Type.String({ maxLength: MAX_DESCRIPTION_CHARACTERS }),
  brand: Type.Optional(Nullable(Line(100))),
  category: Type.Array(Line(100), {
    minItems: 1,
    maxItems: MAX_CATEGORY_LEVELS,
    description: 'From the department down',
  }),
  price: Price,
  attributes: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: MAX_ATTRIBUTE_CHARACTERS }), { maxProperties: MAX_ATTRIBUTES }),
  ),
  gtin: Type.Optional(Nullable(Type.String({ maxLength: 14 }))),
};

export const NewProductBody = Type.Object(
  { ...fields, stock: Type.Integer({ minimum: 0, maximum: MAX_STOCK }) },
  { additionalProperties: false },
);
export const ProductPatchBody = Type.Object(
  {
    ...Type.Partial(Type.Object(fields)).properties,
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('hidden')])),
  },
  { additionalProperties: false, minProperties: 1 },
);

export function patchOf(body: Static<typeof ProductPatchBody>): ProductPatch {
  const { price, ...others } = body;
  return { ...others, ...(price ? { priceMinor: price.amount, currency: price.currency } : {}) };
}

/**
 * The form's fields as the JSON body that they stand for: a price with a point, a category path with `>`, attributes a
 * line each. A form always sends all it has, so what is empty is meant to be empty.
 */
export function productBody(body: unknown): unknown {
  if (!isForm(body)) return body;
  const { price, categoryPath, attributeLines, stock, description, brand, gtin, ...others } = body as Form;
  return {
    ...others,
    description: description ?? '',
    brand: brand ?? null,
    gtin: gtin ?? null,
    category: textOf(categoryPath).split('>').map(trimmed).filter(Boolean),
    attributes: attributesOf(textOf(attributeLines)),
    price: priceOf(price),
    ...(stock === undefined ? {} : { stock: /^\d{1,15}$/.test(textOf(stock)) ? Number(stock) : stock }),
  };
}

/** The fields that come back when the form was filled in wrongly. */
export const PRODUCT_FORM_FIELDS = [
  'title',
  'description',
  'brand',
  'gtin',
  'categoryPath',
  'price.decimal',
  'price.currency',
  'stock',
  'status',
  'attributeLines',
];

/** Where the form has the field that a pointer into the JSON body means. */
export function formErrors(errors: readonly FieldError[]): FieldError[] {
  return errors.map(({ pointer, message }) => ({
    pointer: pointer
      .replace(/^\/category(\/.*)?$/, '/categoryPath')
      .replace(/^\/attributes(\/.*)?$/, '/attributeLines')
      .replace(/^\/price(\/amount)?$/, '/price/decimal'),
    message,
  }));
}

function priceOf(price: Form[string] | undefined): { amount: number; currency: string } {
  const given = typeof price === 'object' && !Array.isArray(price) ? price : {};
  const currency = textOf(given.currency).toUpperCase();
  if (!isCurrency(currency))
    throw invalid([{ pointer: '/price/currency', message: 'must be an ISO 4217 code such as USD' }]);
  const amount = parseDecimal(textOf(given.decimal), currency);
  if (amount === undefined) throw invalid([{ pointer: '/price/decimal', message: 'must be an amount such as 29.99' }]);
  return { amount, currency };
}

function attributesOf(lines: string): Record<string, string> {
  const pairs = lines.split('\n').map(trimmed).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split(':');
      if (value.length === 0)
        throw invalid([{ pointer: '/attributeLines', message: 'must have a name, a colon and a value in each line' }]);
      return [name.trim(), value.join(':').trim()];
    }),
  );
}

function textOf(value: Form[string] | undefined): string {
  return typeof value === 'string' ? value : '';
}

function trimmed(text: string): string {
  return text.trim();
}
