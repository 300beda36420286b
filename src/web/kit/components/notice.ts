import { type Html, type HtmlValue, html } from '../../../lib/html.ts';

/** 'bad' interrupts screen readers, 'good' is read out after what they are at, the others when the reader comes to them. */
const ROLES = { good: 'status', info: 'note', warn: 'note', bad: 'alert' } as const;

export function notice(kind: keyof typeof ROLES, content: HtmlValue): Html {
  return html`<div class="notice notice-${kind}" role="${ROLES[kind]}">${content}</div>`;
}
