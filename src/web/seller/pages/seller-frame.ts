import { type Html, type HtmlValue, html } from '../../../lib/html.ts';
import { pageHead } from '../../kit/components/section.ts';
import { layout } from '../../kit/layout.ts';

export type SellerCaller = { name: string; roles: readonly string[] };

const PLACES = [
  { href: '/seller', text: 'Overview' },
  { href: '/seller/products', text: 'Products' },
  { href: '/seller/orders', text: 'Orders' },
  { href: '/seller/balance', text: 'Money' },
] as const;

/** A page of the seller's side: its own small navigation under the shop's frame. */
export function sellerFrame(page: {
  title: string;
  caller: SellerCaller;
  here: (typeof PLACES)[number]['href'];
  beside?: HtmlValue;
  main: HtmlValue;
}): Html {
  return layout({
    title: page.title,
    caller: page.caller,
    robots: 'noindex',
    main: html`<nav aria-label="Your shop"><ul class="chips">${PLACES.map((place) =>
      place.href === page.here
        ? html`<li><a class="chip" href="${place.href}" aria-current="true">${place.text}</a></li>`
        : html`<li><a class="chip" href="${place.href}">${place.text}</a></li>`,
    )}</ul></nav>
${pageHead(page.title, page.beside)}
${page.main}`,
  });
}
