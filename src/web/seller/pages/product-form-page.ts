import { type Html, html, nothing } from '../../../lib/html.ts';
import { minorDigits } from '../../../lib/money.ts';
import type { DropFigures } from '../../../modules/inventory/index.ts';
import { button } from '../../kit/components/button.ts';
import { selectField, textArea, textField } from '../../kit/components/field.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { panel } from '../../kit/components/section.ts';
import type { OwnProductJson } from '../own-product-json.ts';
import { dropPart } from './drop-form.ts';
import { type SellerCaller, sellerFrame } from './seller-frame.ts';

const DEFAULT_CURRENCY = 'USD';

/** A new product, or one that is there with its stock and pictures. */
export function productFormPage(shown: {
  caller: SellerCaller;
  product: OwnProductJson | undefined;
  drop: DropFigures | undefined;
}): Html {
  const { caller, product } = shown;
  return sellerFrame({
    title: product ? product.title : 'New product',
    caller,
    here: '/seller/products',
    beside:
      product?.status === 'active' ? html`<a href="/product/${product.productId}">As shoppers see it</a>` : nothing,
    main: product
      ? html`<div class="columns">${panel('What it is', fieldsForm(product))}<div>${panel('Stock', stockForm(product))}${panel('Pictures', picturesForm(product))}${panel('Drop', dropPart(product.productId, shown.drop))}</div></div>`
      : panel('What it is', fieldsForm(undefined)),
  });
}

function fieldsForm(product: OwnProductJson | undefined): Html {
  const price = product?.price ?? { amount: undefined, currency: DEFAULT_CURRENCY };
  const attributes = Object.entries(product?.attributes ?? {}).map(([name, value]) => `${name}: ${value}`);
  return html`<form class="form" method="post" action="${product ? `/seller/products/${product.productId}` : '/seller/products'}">
${textField({ name: 'title', label: 'Title', value: product?.title ?? '', required: true, maxLength: 300 })}
${textArea({ name: 'description', label: 'Description', value: product?.description ?? '', rows: 8, maxLength: 20_000 })}
${textField({ name: 'brand', label: 'Brand', value: product?.brand ?? '', maxLength: 100, width: 'half' })}
${textField({ name: 'gtin', label: 'GTIN', value: product?.gtin ?? '', maxLength: 14, width: 'half', inputMode: 'numeric', hint: '8 to 14 digits' })}
${textField({ name: 'categoryPath', label: 'Category', value: product?.category.join(' > ') ?? '', required: true, maxLength: 800, hint: 'From the department down: Electronics > Phones > Chargers' })}
${textField({ name: 'price.decimal', label: 'Price', value: price.amount === undefined ? '' : decimal(price.amount, price.currency), required: true, inputMode: 'decimal', width: 'half', maxLength: 20 })}
${textField({ name: 'price.currency', label: 'Currency', value: price.currency, required: true, maxLength: 3, width: 'half' })}
${product ? statusField(product.status) : textField({ name: 'stock', label: 'Units in stock', type: 'number', value: '1', required: true, min: 0, step: 1, width: 'half' })}
${textArea({ name: 'attributeLines', label: 'Attributes', value: attributes.join('\n'), rows: 5, hint: 'One a line: Colour: Black' })}
<p class="actions">${button(product ? 'Save' : 'Put on sale')}</p></form>`;
}

function statusField(status: string): Html {
  const options = [
    { value: 'active', text: 'Yes, on sale' },
    { value: 'hidden', text: 'No, hidden' },
  ];
  return selectField({
    name: 'status',
    label: 'Shown in the shop',
    value: status,
    required: true,
    options,
    width: 'half',
  });
}

function stockForm(product: OwnProductJson): Html {
  const { available, held, sold } = product.stock;
  return html`${keyValues([
    ['Available', available],
    ['Held by buyers', held],
    ['Sold', sold],
  ])}
<form class="form" method="post" action="/seller/products/${product.productId}/stock">
${textField({ name: 'change', label: 'Units more, or fewer', type: 'number', value: '1', required: true, step: 1, width: 'half', hint: '-5 takes five off' })}
${textField({ name: 'note', label: 'Note', maxLength: 300 })}
<p class="actions">${button('Change the stock', 'quiet')}</p></form>`;
}

function picturesForm(product: OwnProductJson): Html {
  return html`${
    product.images.length === 0
      ? html`<p class="muted">None yet: products with a picture are looked at far more.</p>`
      : html`<ul class="chips">${product.images.map((image) => html`<li class="thumb"><img src="${image.url}" alt="${image.alt}" width="${image.width}" height="${image.height}" loading="lazy"></li>`)}</ul>`
  }
<form class="form" method="post" enctype="multipart/form-data" action="/seller/products/${product.productId}/pictures">
<div class="field"><label for="field-picture">Add a picture</label><p class="hint" id="field-picture-hint">JPEG, PNG, WebP or AVIF, 10 MB at most</p>
<input id="field-picture" name="picture" type="file" accept="image/jpeg,image/png,image/webp,image/avif" required aria-describedby="field-picture-hint"></div>
<p class="actions">${button('Add the picture', 'quiet')}</p></form>`;
}

/** 2999 USD -> "29.99", without signs or separators: what the field takes back. */
function decimal(amountMinor: number, currency: string): string {
  const digits = minorDigits(currency);
  return (amountMinor / 10 ** digits).toFixed(digits);
}
