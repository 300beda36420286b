import { type Html, type HtmlValue, html, nothing } from '../../../lib/html.ts';

export type Column = { title: string; kind?: 'number' };

/**
 * The first cell of a row is its heading. The frame scrolls by itself where a table is too wide, so it must be reachable by
 * keyboard. On a phone each row is a card and each cell names its column (5-lists.css); Safari forgets then what a table is, so
 * the roles are told.
 */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly HtmlValue[])[]): Html {
  const kindOf = (index: number): Html => (columns[index]?.kind === 'number' ? html` class="number"` : nothing);
  return html`<div class="table-frame" role="region" aria-label="${caption}" tabindex="0"><table role="table"><caption class="visually-hidden">${caption}</caption><thead role="rowgroup"><tr role="row">${columns.map(
    (column, index) => html`<th scope="col" role="columnheader"${kindOf(index)}>${column.title}</th>`,
  )}</tr></thead><tbody role="rowgroup">${rows.map(
    (row) =>
      html`<tr role="row">${row.map((cell, index) =>
        index === 0
          ? html`<th scope="row" role="rowheader"${kindOf(index)}>${cell}</th>`
          : html`<td role="cell" data-column="${columns[index]?.title}"${kindOf(index)}><div>${cell}</div></td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}
