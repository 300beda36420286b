import { type Html, html, nothing } from '../../../lib/html.ts';
import type { ListedProduct } from '../../../modules/search/index.ts';
import { productGrid } from '../../kit/components/card.ts';
import { countText } from '../../kit/components/count.ts';
import { noPicture, picture, type ShownPicture } from '../../kit/components/picture.ts';
import { searchFor } from '../search-url.ts';
import { ageNotice } from './age-notice.ts';

export type Department = { value: string; label: string; count: number; picture: ShownPicture | undefined };

export type ShopWindow = {
  departments: readonly Department[];
  topRated: readonly ListedProduct[];
  newest: readonly ListedProduct[];
};

export function homePage(shopWindow: ShopWindow, ageSeconds: number): Html {
  return html`${ageNotice(ageSeconds)}
<div class="welcome"><h1>Come in, look around.</h1><p>One market of many independent sellers. What you take off the shelf is kept for you while you pay.</p></div>
${arcade(shopWindow.departments)}
${shelf('Loved by their owners', shopWindow.topRated, searchFor({ sort: 'rating' }))}
${shelf('New on the shelves', shopWindow.newest, searchFor({ sort: 'newest' }))}`;
}

const ARCH_SIZES = '(min-width: 70rem) 11rem, (min-width: 45rem) 18vw, 30vw';
const IN_VIEW_AT_ONCE = 6;

function arcade(departments: readonly Department[]): Html {
  if (departments.length === 0) return nothing;
  return html`<section aria-labelledby="departments"><h2 class="visually-hidden" id="departments">Departments</h2><ul class="arcade">${departments.map(
    (department, index) =>
      html`<li><div class="arch">${
        department.picture
          ? picture(department.picture, ARCH_SIZES, index < IN_VIEW_AT_ONCE ? 'first' : 'lazy', '')
          : noPicture
      }</div><a href="${searchFor({ categories: [department.value] })}">${department.label}</a><p class="muted">${countText(department.count)} ${department.count === 1 ? 'product' : 'products'}</p></li>`,
  )}</ul></section>`;
}

function shelf(title: string, products: readonly ListedProduct[], all: string): Html {
  if (products.length === 0) return nothing;
  return html`<section class="shelf"><div class="shelf-head"><h2>${title}</h2><a href="${all}">See all<span class="visually-hidden">: ${title}</span></a></div>${productGrid(products, title, 'below')}</section>`;
}
