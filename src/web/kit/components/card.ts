// A product in a grid. The whole card is one target, but only the title is the link's text.
import { type Html, html, nothing } from '../../../lib/html.ts';
import { markupPerDocument } from '../per-document.ts';
import { noPicture, picture, type ShownPicture } from './picture.ts';
import { price } from './price.ts';
import { ratingLine, ratingOf } from './stars.ts';
import { stockBadge } from './stock-badge.ts';

export type CardProduct = {
  productId: number;
  title: string;
  brand: string | null;
  priceMinor: number;
  currency: string;
  pictures: readonly ShownPicture[];
  ratingCounts: readonly number[];
  stock: { state: 'in_stock' | 'low' | 'sold_out'; available: number | null };
};

const CARD_SIZES = '(min-width: 70rem) 15rem, (min-width: 45rem) 28vw, 45vw';

// The first row of a grid is in view at once, so its pictures are not lazy.
const EAGER_CARDS = 4;

// Drawn once for each product; most are only ever drawn lazy.
const eagerCard = markupPerDocument((product: CardProduct) => card(product, 'first'));
const lazyCard = markupPerDocument((product: CardProduct) => card(product, 'lazy'));

function card(product: CardProduct, when: 'first' | 'lazy'): Html {
  const [first] = product.pictures;
  return html`<li class="card">
<div class="card-picture">${first ? picture(first, CARD_SIZES, when, '') : noPicture}</div>
<div class="card-text">${product.brand ? html`<p class="card-brand">${product.brand}</p>` : nothing}
<h3 class="card-title"><a href="/product/${product.productId}">${product.title}</a></h3>
${ratingLine(ratingOf(product.ratingCounts))}
<p class="card-price">${price(product.priceMinor, product.currency)}${product.stock.state === 'in_stock' ? nothing : html` ${stockBadge(product.stock)}`}</p></div>
</li>`;
}

/** `heading` names the list for those who cannot see where it stands. */
export function productGrid(products: readonly CardProduct[], heading: string, place: 'top' | 'below'): Html {
  return html`<ul class="grid" aria-label="${heading}">${products.map((product, index) =>
    place === 'top' && index < EAGER_CARDS ? eagerCard(product) : lazyCard(product),
  )}</ul>`;
}
