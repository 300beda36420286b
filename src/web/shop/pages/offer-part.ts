// What a product's buy box offers: a unit, a place in the line of a drop, or why there is neither now.
import { type Html, html, nothing } from '../../../lib/html.ts';
import { CATEGORY_SEPARATOR, type ReplicaDocument } from '../../../modules/search/index.ts';
import { postButton } from '../../kit/components/button.ts';
import { countText } from '../../kit/components/count.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { badge, stockBadge } from '../../kit/components/stock-badge.ts';
import { exactTime, shortDay } from '../../kit/components/time.ts';
import type { LiveDrop } from '../../kit/live-drop.ts';
import type { ProductMoment } from '../../kit/product-json.ts';
import { searchFor } from '../search-url.ts';

export function offer(document: ReplicaDocument, moment: ProductMoment): Html {
  if (document.stock.state === 'sold_out')
    return html`<p>This one is sold out for now. Units that others let go come back here within a second.</p>
${somethingElse(document)}`;
  return html`${arrival(moment)}
${buyButton(document, 'Buy now')}
<p class="muted">One unit is kept for you while you pay.</p>`;
}

export function dropOffer(document: ReplicaDocument, drop: LiveDrop, moment: ProductMoment): Html {
  const content = drop.mode === 'open' ? openSale(document, drop, moment) : lineSale(document, drop, moment);
  return html`<p>Limited sale.${drop.perCustomerLimit === null ? nothing : ` At most ${drop.perCustomerLimit} for each customer.`}</p>
${content}`;
}

/** Of this moment, where the stock of the document may lie behind. */
export function dropBadge({ stock }: ReplicaDocument, { mode, state }: LiveDrop): Html {
  if (state === 'closed') return badge('bad', 'Sold out');
  if (state !== 'sold_out') return stockBadge(stock);
  return mode === 'open' ? badge('bad', 'Sold out') : badge('warn', 'All held or paid for');
}

/** First come, first served, from the opening on. */
function openSale(document: ReplicaDocument, drop: LiveDrop, moment: ProductMoment): Html {
  if (drop.state === 'announced') return opening(drop, moment, 'It is open. Reload the page to buy.');
  if (drop.paused) return html`<p>The sale is paused for a moment.</p>`;
  if (drop.state === 'closed') return html`<p>Sold out: every unit has been paid for.</p>${somethingElse(document)}`;
  return offer(document, moment);
}

function lineSale(document: ReplicaDocument, drop: LiveDrop, moment: ProductMoment): Html {
  if (drop.state === 'closed') return html`<p>Sold out: every unit has been paid for.</p>${somethingElse(document)}`;
  return html`${whereItStands(drop, moment)}
${drop.paused ? html`<p>The sale is paused for a moment. The line keeps its order.</p>` : nothing}
${waitingLine(drop)}
${buyButton(document, joinText(drop))}
<p class="muted">${howItGoes(drop)} Who has a place keeps it: the button leads back to it.</p>`;
}

function whereItStands(drop: LiveDrop, moment: ProductMoment): Html {
  switch (drop.state) {
    case 'announced':
      return opening(drop, moment, 'It is open: units are given out in the order of the line.');
    case 'sold_out':
      return html`<p>What is not paid for in time goes to the first in line.</p>`;
    default:
      return arrival(moment);
  }
}

function isBeforeDraw({ mode, state }: LiveDrop): boolean {
  return mode === 'lottery' && state === 'announced';
}

function joinText(drop: LiveDrop): string {
  if (isBeforeDraw(drop)) return 'Join the draw';
  return drop.state === 'sold_out' ? 'Join the waiting list' : 'Join the line';
}

function waitingLine(drop: LiveDrop): Html {
  const { waiting } = drop;
  if (waiting === 0) return html`<p>Nobody waits yet.</p>`;
  const what = isBeforeDraw(drop)
    ? `${waiting === 1 ? 'is' : 'are'} in the draw`
    : `${waiting === 1 ? 'waits' : 'wait'} in line`;
  return html`<p><strong>${countText(waiting)}</strong> ${what}.</p>`;
}

function howItGoes(drop: LiveDrop): string {
  const hold = `When it is your turn, a unit is held for you for ${duration(drop.holdSeconds)}.`;
  return isBeforeDraw(drop) ? `Everybody who joins before the opening is drawn in random order. ${hold}` : hold;
}

function duration(seconds: number): string {
  if (seconds % 3_600 === 0) return counted(seconds / 3_600, 'hour');
  return seconds % 60 === 0 ? counted(seconds / 60, 'minute') : counted(seconds, 'second');
}

function counted(count: number, unit: string): string {
  return `${countText(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** client/countdown.ts counts down to it. */
function opening({ opensAt }: LiveDrop, { nowMs }: ProductMoment, ended: string): Html {
  return html`<p data-countdown="${opensAt}" data-now="${new Date(nowMs).toISOString()}" data-ended="${ended}">Opens ${exactTime(opensAt)}</p>`;
}

function arrival({ delivery }: ProductMoment): Html {
  return html`<p>Arrives ${shortDay(delivery.earliest)} to ${shortDay(delivery.latest)}</p>`;
}

function buyButton({ productId }: ReplicaDocument, text: string): Html {
  return postButton('/product/purchase', text, { productId });
}

function somethingElse({ category }: ReplicaDocument): Html {
  const like = searchFor({ categories: [category.join(CATEGORY_SEPARATOR)], inStock: true });
  return html`<p><a href="${like}">See what is like it and in stock</a></p>`;
}

/** How anyone can check that the draw was not arranged. */
export function drawPart({ productId }: ReplicaDocument, drop: LiveDrop | null): Html {
  if (!drop?.draw) return nothing;
  const { commitment, seed, drawnAt } = drop.draw;
  return html`<section class="product-part" id="draw"><h2>The draw</h2>
<p class="prose">The seed of the draw was chosen when the sale was announced, and its SHA-256 told then. ${
    seed
      ? html`The seed is told now: places were given in the order of SHA-256 of the seed’s bytes followed by the ticket’s id. <a href="/product/${productId}/drop/tickets">All tickets and their places</a> are published, so anyone can compute it again.`
      : 'It is told at the opening, together with all tickets, so that anyone can compute the order again.'
  }</p>
${keyValues([
  ['SHA-256 of the seed', html`<code>${commitment}</code>`],
  ...(seed ? [['Seed', html`<code>${seed}</code>`] as const] : []),
  ...(drawnAt ? [['Drawn', exactTime(drawnAt)] as const] : []),
])}</section>`;
}
