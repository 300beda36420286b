import { type Html, type HtmlValue, html } from '../../../lib/html.ts';

/** Nothing to show, and what to do about it. */
export function emptyState(title: string, content: HtmlValue): Html {
  return html`<div class="empty-state"><svg viewBox="0 0 64 72" width="64" height="72" aria-hidden="true" focusable="false"><path d="M8 68V34C8 20 20 14 32 4c12 10 24 16 24 30v34z"/><path d="M20 68V40c0-8 6-11 12-16 6 5 12 8 12 16v28"/></svg><h2>${title}</h2>${content}</div>`;
}
