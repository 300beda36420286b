import { type Html, html } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';

export function price(amountMinor: number, currency: string): Html {
  return html`<span class="price">${formatMoney(amountMinor, currency)}</span>`;
}
