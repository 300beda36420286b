// Buttons do, links go. A form of one button is how a page changes something without a script.
import { type Html, html } from '../../../lib/html.ts';
import { hiddenField } from './field.ts';

export type ButtonKind = 'primary' | 'quiet' | 'danger';

export function button(text: string, kind: ButtonKind = 'primary'): Html {
  return html`<button type="submit" class="button button-${kind}">${text}</button>`;
}

export function buttonLink(href: string, text: string, kind: ButtonKind = 'primary'): Html {
  return html`<a class="button button-${kind}" href="${href}">${text}</a>`;
}

export function postButton(
  action: string,
  text: string,
  fields: Record<string, string | number> = {},
  kind: ButtonKind = 'primary',
): Html {
  return html`<form class="post-button" method="post" action="${action}">${Object.entries(fields).map(([name, value]) =>
    hiddenField(name, value),
  )}${button(text, kind)}</form>`;
}
