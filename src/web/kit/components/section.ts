// Page furniture: a heading with what belongs beside it, a narrow column for forms, a sheet of paper for receipts.
import { type Html, type HtmlValue, html, nothing } from '../../../lib/html.ts';

export function pageHead(title: string, beside: HtmlValue = nothing): Html {
  return html`<div class="page-head"><h1>${title}</h1>${beside}</div>`;
}

/** A framed part of a page with its own heading. */
export function panel(title: string, content: HtmlValue): Html {
  return html`<section class="panel"><h2>${title}</h2>${content}</section>`;
}

/** One thing to do: signing in, an address, a payment. */
export function narrow(content: HtmlValue): Html {
  return html`<div class="narrow">${content}</div>`;
}

/** What is printed: a receipt. Leaves out the frame of the page when it goes to paper. */
export function sheet(content: HtmlValue): Html {
  return html`<article class="sheet">${content}</article>`;
}
