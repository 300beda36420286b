import { type Html, html } from '../../../lib/html.ts';

/** Say it in words; the colour only helps. */
export function stockBadge(stock: { state: 'in_stock' | 'low' | 'sold_out'; available: number | null }): Html {
  if (stock.state === 'sold_out') return html`<span class="badge badge-bad">Sold out</span>`;
  if (stock.state === 'low' && stock.available !== null) {
    return html`<span class="badge badge-warn">Only ${stock.available} left</span>`;
  }
  return html`<span class="badge badge-good">In stock</span>`;
}

/** A state of anything (an order, a payment) as a badge. */
export function badge(kind: 'good' | 'warn' | 'bad' | 'plain', text: string): Html {
  return html`<span class="badge badge-${kind}">${text}</span>`;
}
