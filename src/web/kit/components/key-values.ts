import { type Html, type HtmlValue, html } from '../../../lib/html.ts';

export function keyValues(entries: readonly (readonly [string, HtmlValue])[]): Html {
  return html`<dl class="key-values">${entries.map(([key, value]) => html`<div><dt>${key}</dt><dd>${value}</dd></div>`)}</dl>`;
}
