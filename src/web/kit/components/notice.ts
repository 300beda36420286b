import { type Html, type HtmlValue, html } from '../../../lib/html.ts';

/** 'bad' is read out at once by screen readers, the others when the reader comes to them. */
export function notice(kind: 'good' | 'info' | 'warn' | 'bad', content: HtmlValue): Html {
  return html`<div class="notice notice-${kind}" role="${kind === 'bad' ? 'alert' : 'note'}">${content}</div>`;
}
