import { type Html, html, nothing } from '../../../lib/html.ts';

const NEIGHBOURS = 1; // pages shown on each side of the present one

/** The page numbers worth a link: first, last, the present one and its neighbours; null where some are left out. */
export function pageNumbers(page: number, pageCount: number): (number | null)[] {
  const worth = new Set([1, pageCount]);
  for (let near = page - NEIGHBOURS; near <= page + NEIGHBOURS; near++) {
    if (near >= 1 && near <= pageCount) worth.add(near);
  }
  const numbers: (number | null)[] = [];
  let before = 0;
  for (const number of [...worth].sort((a, b) => a - b)) {
    // A gap of one page is shown as that page: the dots would take the same room.
    if (number - before === 2) numbers.push(number - 1);
    else if (number - before > 2) numbers.push(null);
    numbers.push(number);
    before = number;
  }
  return numbers;
}

export type Pages = { page: number; size: number; total: number };

/** Nothing where there is only one page. */
export function pagination(pages: Pages, url: (page: number) => string, label: string): Html {
  const pageCount = Math.ceil(pages.total / pages.size);
  if (pageCount <= 1) return nothing;
  const { page } = pages;
  return html`<nav class="pagination" aria-label="${label}"><ul>
${page > 1 ? html`<li><a rel="prev" href="${url(page - 1)}">Previous</a></li>` : nothing}
${pageNumbers(page, pageCount).map((number) => {
  if (number === null) return html`<li class="gap" aria-hidden="true">…</li>`;
  const current = number === page ? html` aria-current="page"` : nothing;
  return html`<li><a href="${url(number)}" aria-label="Page ${number}"${current}>${number}</a></li>`;
})}
${page < pageCount ? html`<li><a rel="next" href="${url(page + 1)}">Next</a></li>` : nothing}
</ul></nav>`;
}
