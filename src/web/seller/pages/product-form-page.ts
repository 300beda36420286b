import { type Html, type HtmlValue, html, nothing } from '../../../lib/html.ts';
import { minorDigits } from '../../../lib/money.ts';
import type { DropFigures } from '../../../modules/inventory/index.ts';
import { button } from '../../kit/components/button.ts';
import { countText } from '../../kit/components/count.ts';
import { type FieldErrors, selectField, textArea, textField } from '../../kit/components/field.ts';
import { formFault } from '../../kit/components/form-fault.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { notice } from '../../kit/components/notice.ts';
import { panel } from '../../kit/components/section.ts';
import { exactTime } from '../../kit/components/time.ts';
import { EMPTY_FORM, type FormState } from '../../kit/form-again.ts';
import type { OwnProductJson } from '../own-product-json.ts';
import { formErrors } from '../product-body.ts';
import type { SavedOfProduct } from '../saved.ts';
import { dropPart } from './drop-form.ts';
import { type SellerCaller, sellerFrame } from './seller-frame.ts';

const DEFAULT_CURRENCY = 'USD';

/** Which of the page's forms came back, and how it was filled in. */
export type ReturnedForm = { name: 'fields' | 'stock' | 'drop' | 'picture'; state: FormState };

/** A new product, or one that is there with its stock and pictures. */
export function productFormPage(shown: {
  caller: SellerCaller;
  product: OwnProductJson | undefined;
  drop: DropFigures | undefined;
  returned?: ReturnedForm;
  saved?: SavedOfProduct | undefined;
}): Html {
  const { caller, product, returned, saved } = shown;
  const stateOf = (name: ReturnedForm['name']): FormState => (returned?.name === name ? returned.state : EMPTY_FORM);
  return sellerFrame({
    title: product ? product.title : 'New product',
    caller,
    here: '/seller/products',
    beside:
      product?.status === 'active' ? html`<a href="/product/${product.productId}">As shoppers see it</a>` : nothing,
    main: product
      ? html`${returned ? faultOf(returned) : saved ? notice('good', savedText(saved, product, shown.drop)) : nothing}<div class="columns">${panel('What it is', fieldsForm(product, stateOf('fields')))}<div>${panel('Stock', stockForm(product, stateOf('stock')))}${panel('Pictures', picturesForm(product))}${panel('Drop', dropPart(product.productId, shown.drop, stateOf('drop')))}</div></div>`
      : html`${returned ? faultOf(returned) : nothing}${panel('What it is', fieldsForm(undefined, stateOf('fields')))}`,
  });
}

/** Where the page begins, whichever form it was: on a phone the others lie more than a screen below. */
function faultOf({ name, state }: ReturnedForm): Html {
  return html`${formFault({ ...state, errors: formErrors(state.errors) })}${name === 'fields' ? nothing : html`<p><a href="#${name}">To what you filled in</a></p>`}`;
}

function savedText(saved: SavedOfProduct, product: OwnProductJson, drop: DropFigures | undefined): HtmlValue {
  switch (saved) {
    case 'new':
      return 'Your product is on sale. Shoppers find it within a second.';
    case 'fields':
      return product.status === 'active'
        ? 'Saved. Shoppers see it within a second.'
        : 'Saved. Shoppers do not see this product.';
    case 'stock':
      return `The stock is changed: ${countText(product.stock.available)} available now.`;
    case 'picture':
      return 'The picture is added.';
    case 'drop':
      return drop ? html`The drop is saved. It opens on ${exactTime(drop.opensAt)}.` : 'The drop is saved.';
  }
}

function fieldsForm(product: OwnProductJson | undefined, state: FormState): Html {
  const price = product?.price ?? { amount: undefined, currency: DEFAULT_CURRENCY };
  const attributes = Object.entries(product?.attributes ?? {}).map(([name, value]) => `${name}: ${value}`);
  const errors = formErrors(state.errors);
  /** As it was typed, or else as it stands. */
  const filled = (name: string, standing: string) => ({ name, errors, value: state.values[name] ?? standing });
  return html`<form class="form" method="post" action="${product ? `/seller/products/${product.productId}` : '/seller/products'}">
${textField({ ...filled('title', product?.title ?? ''), label: 'Title', required: true, maxLength: 300 })}
${textArea({ ...filled('description', product?.description ?? ''), label: 'Description', rows: 8, maxLength: 20_000 })}
${textField({ ...filled('brand', product?.brand ?? ''), label: 'Brand', maxLength: 100, width: 'half' })}
${textField({ ...filled('gtin', product?.gtin ?? ''), label: 'GTIN', maxLength: 14, width: 'half', inputMode: 'numeric', hint: '8 to 14 digits' })}
${textField({ ...filled('categoryPath', product?.category.join(' > ') ?? ''), label: 'Category', required: true, maxLength: 800, hint: 'From the department down: Electronics > Phones > Chargers' })}
${textField({ ...filled('price.decimal', price.amount === undefined ? '' : decimal(price.amount, price.currency)), label: 'Price', required: true, inputMode: 'decimal', width: 'half', maxLength: 20 })}
${textField({ ...filled('price.currency', price.currency), label: 'Currency', required: true, maxLength: 3, width: 'half' })}
${product ? statusField(filled('status', product.status)) : textField({ ...filled('stock', '1'), label: 'Units in stock', type: 'number', required: true, min: 0, step: 1, width: 'half' })}
${textArea({ ...filled('attributeLines', attributes.join('\n')), label: 'Attributes', rows: 5, hint: 'One a line: Colour: Black' })}
<p class="actions">${button(product ? 'Save' : 'Put on sale')}</p></form>`;
}

function statusField(filled: { name: string; errors: FieldErrors; value: string }): Html {
  const options = [
    { value: 'active', text: 'Yes, on sale' },
    { value: 'hidden', text: 'No, hidden' },
  ];
  return selectField({
    ...filled,
    label: 'Shown in the shop',
    required: true,
    options,
    width: 'half',
  });
}

function stockForm(product: OwnProductJson, { values, errors }: FormState): Html {
  const { available, held, sold } = product.stock;
  return html`${keyValues([
    ['Available', available],
    ['Held by buyers', held],
    ['Sold', sold],
  ])}
<form class="form" id="stock" method="post" action="/seller/products/${product.productId}/stock">
${textField({ name: 'change', label: 'Units more, or fewer', type: 'number', value: values.change ?? '1', errors, required: true, step: 1, width: 'half', hint: '-5 takes five off' })}
${textField({ name: 'note', label: 'Note', value: values.note ?? '', errors, maxLength: 300 })}
<p class="actions">${button('Change the stock', 'quiet')}</p></form>`;
}

function picturesForm(product: OwnProductJson): Html {
  return html`${
    product.images.length === 0
      ? html`<p class="muted">None yet: products with a picture are looked at far more.</p>`
      : html`<ul class="chips">${product.images.map((image) => html`<li class="thumb"><img src="${image.url}" alt="${image.alt}" width="${image.width}" height="${image.height}" loading="lazy"></li>`)}</ul>`
  }
<form class="form" id="picture" method="post" enctype="multipart/form-data" action="/seller/products/${product.productId}/pictures">
<div class="field"><label for="field-picture">Add a picture</label><p class="hint" id="field-picture-hint">JPEG, PNG, WebP or AVIF, 10 MB at most</p>
<input id="field-picture" name="picture" type="file" accept="image/jpeg,image/png,image/webp,image/avif" required aria-describedby="field-picture-hint"></div>
<p class="actions">${button('Add the picture', 'quiet')}</p></form>`;
}

/** 2999 USD -> "29.99", without signs or separators: what the field takes back. */
function decimal(amountMinor: number, currency: string): string {
  const digits = minorDigits(currency);
  return (amountMinor / 10 ** digits).toFixed(digits);
}
