import { type Html, type HtmlValue, html, nothing } from '../../../lib/html.ts';

export type Column = { title: string; kind?: 'number' };

/**
 * The first cell of a row is its heading. The frame scrolls by itself on a narrow screen, so it must be reachable by
 * keyboard.
 */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly HtmlValue[])[]): Html {
  const kindOf = (index: number): Html => (columns[index]?.kind === 'number' ? html` class="number"` : nothing);
  return html`<div class="table-frame" role="region" aria-label="${caption}" tabindex="0"><table><caption class="visually-hidden">${caption}</caption><thead><tr>${columns.map(
    (column, index) => html`<th scope="col"${kindOf(index)}>${column.title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, index) =>
        index === 0 ? html`<th scope="row"${kindOf(index)}>${cell}</th>` : html`<td${kindOf(index)}>${cell}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}
