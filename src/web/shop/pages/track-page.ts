import { type Html, type HtmlValue, html, nothing } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import { addressLines, canMove, isAtRest, type TrackedOrder } from '../../../modules/orders/index.ts';
import { button, buttonLink, postButton } from '../../kit/components/button.ts';
import { selectField, textArea, textField } from '../../kit/components/field.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { methodText } from '../../kit/components/method.ts';
import { noPicture, picture, type ShownPicture } from '../../kit/components/picture.ts';
import { pageHead, panel } from '../../kit/components/section.ts';
import { badge } from '../../kit/components/stock-badge.ts';
import { longDay } from '../../kit/components/time.ts';
import { orderTimeline, stateText } from '../../kit/components/timeline.ts';
import { layout } from '../../kit/layout.ts';
import { receiptPdfUrl, receiptUrl, trackUrl } from '../../kit/order-json.ts';

type Viewer = { userId: number; name: string; roles: readonly string[] };

export function trackPage(shown: {
  order: TrackedOrder;
  link: string | undefined;
  picture: ShownPicture | undefined;
  caller: Viewer | undefined;
}): Html {
  const { order, link, caller } = shown;
  const sequence = order.events.at(-1)?.sequence ?? 0;
  return layout({
    title: `${stateText(order.state)}: ${order.title}`,
    caller,
    robots: 'noindex',
    scripts: isAtRest(order.state) ? [] : ['live-tracking'],
    // The mark stays when there is no more to come: the last refresh looks for it.
    main: html`<div data-live="${trackUrl(order.orderId, link)}" data-sequence="${sequence}">
${pageHead(headline(order), orderBadge(order))}
<div class="columns">
${panel('The way of your order', orderTimeline(order.state, order.events))}
<div>
${panel('What you bought', whatWasBought(order, shown.picture, link))}
${panel('Delivery', delivery(order))}
${mayCancel(order, caller) ? cancelForm(order) : nothing}
${mayReview(order, caller) ? reviewForm(order) : nothing}
</div></div></div>
<p class="visually-hidden" data-live-status role="status"></p>
${isAtRest(order.state) ? nothing : html`<noscript><p class="muted"><a href="${trackUrl(order.orderId, link)}">Look again</a> for the latest.</p></noscript>`}`,
  });
}

function mayReview(order: TrackedOrder, caller: Viewer | undefined): boolean {
  return caller?.userId === order.userId && order.state === 'delivered';
}

const RATINGS = [
  ['5', '5, excellent'],
  ['4', '4, good'],
  ['3', '3, in between'],
  ['2', '2, poor'],
  ['1', '1, bad'],
] as const;

function reviewForm(order: TrackedOrder): Html {
  const rating = selectField({
    name: 'rating',
    label: 'Stars',
    required: true,
    width: 'half',
    options: RATINGS.map(([value, text]) => ({ value, text })),
  });
  return panel(
    'How is it?',
    html`<form class="form" method="post" action="/product/${order.productId}/reviews">${rating}
${textField({ name: 'title', label: 'In one line', required: true, maxLength: 150 })}
${textArea({ name: 'body', label: 'In more words', rows: 4, maxLength: 5000 })}
<p class="actions">${button('Publish your review')}</p></form>`,
  );
}

const dayFormat = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});

function headline(order: TrackedOrder): string {
  if (order.state === 'delivered') return 'Your order has arrived';
  if (order.state === 'out_for_delivery') return 'It arrives today';
  if (order.state === 'cancelled') return 'This order was cancelled';
  if (order.state === 'refunded') return 'Your money is on its way back';
  if (order.state === 'returned') return 'This order came back';
  return `Arrives ${dayFormat.formatRange(new Date(order.earliestDelivery), new Date(order.latestDelivery))}`;
}

function orderBadge(order: TrackedOrder): Html {
  const lost = order.state === 'cancelled' || order.state === 'refunded' || order.state === 'returned';
  return badge(order.state === 'delivered' ? 'good' : lost ? 'bad' : 'plain', stateText(order.state));
}

function whatWasBought(order: TrackedOrder, shownPicture: ShownPicture | undefined, link: string | undefined): Html {
  return html`<div class="buying"><div class="buying-picture">${shownPicture ? picture(shownPicture, '88px', 'first', '') : noPicture}</div>
<p><a href="/product/${order.productId}">${order.title}</a><br><span class="muted">sold by ${order.seller.name}</span></p></div>
${keyValues([
  ['Price', formatMoney(order.priceMinor, order.currency)],
  ...moneyBack(order),
  ['Ordered on', longDay(order.placedAt)],
  ['Order number', order.orderId],
])}
<p class="actions">${buttonLink(receiptUrl(order.orderId, link), 'Receipt', 'quiet')} <a href="${receiptPdfUrl(order.orderId, link)}">Receipt as PDF</a></p>`;
}

/** The first thing that is asked of an order that was taken back. */
function moneyBack({ state, receipt }: TrackedOrder): [string, string][] {
  if (state !== 'cancelled' && state !== 'refunded') return [];
  return [['Money back', `all of it, to ${methodText({ brand: receipt.methodBrand, last4: receipt.methodLast4 })}`]];
}

function delivery(order: TrackedOrder): Html {
  const carrier: [string, HtmlValue][] = order.carrier ? [['Carrier', order.carrier]] : [];
  const number: [string, HtmlValue][] = order.trackingNumber ? [['Tracking number', order.trackingNumber]] : [];
  const lines = addressLines(order.shippingAddress).map((line, n) => html`${n === 0 ? nothing : html`<br>`}${line}`);
  return keyValues([...carrier, ...number, ['To', lines]]);
}

function mayCancel(order: TrackedOrder, caller: Viewer | undefined): boolean {
  return caller?.userId === order.userId && canMove(order.state, 'cancelled');
}

function cancelForm(order: TrackedOrder): Html {
  return panel(
    'Changed your mind?',
    html`<p>Until it is shipped you can cancel, and get all of your money back.</p>
${postButton(`/orders/${order.orderId}/cancel`, 'Cancel this order', {}, 'danger')}`,
  );
}
