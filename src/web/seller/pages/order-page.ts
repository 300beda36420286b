import { type Html, html, nothing } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import {
  addressLines,
  canMove,
  type OrderState,
  parcelStatesAfter,
  type TrackedOrder,
} from '../../../modules/orders/index.ts';
import { button } from '../../kit/components/button.ts';
import { selectField, textField } from '../../kit/components/field.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { notice } from '../../kit/components/notice.ts';
import { panel } from '../../kit/components/section.ts';
import { longDay } from '../../kit/components/time.ts';
import { orderTimeline, stateText } from '../../kit/components/timeline.ts';
import { receiptUrl, trackUrl } from '../../kit/order-json.ts';
import { type SellerCaller, sellerFrame } from './seller-frame.ts';

/** `saved`: the step that was just reported. */
export function orderPage(caller: SellerCaller, order: TrackedOrder, saved: OrderState | undefined): Html {
  const steps = parcelStatesAfter(order.state);
  return sellerFrame({
    title: order.title,
    caller,
    here: '/seller/orders',
    beside: html`<a href="${trackUrl(order.orderId)}">As the buyer sees it</a>`,
    main: html`${saved ? notice('good', savedText(saved)) : nothing}<div class="columns">
<div>${steps.length > 0 ? panel('Report a step', stepForm(order, steps)) : nothing}
${panel('The order', facts(order))}
${canMove(order.state, 'refunded') ? panel('Give the money back', refundForm(order)) : nothing}</div>
${panel('What happened', orderTimeline(order.state, order.events))}</div>`,
  });
}

function savedText(saved: OrderState): string {
  if (saved === 'refunded') return 'Refunded: all of the money goes back to the buyer.';
  return `Reported: ${stateText(saved)}. The buyer sees it now.`;
}

function stepForm(order: TrackedOrder, steps: readonly string[]): Html {
  const options = steps.map((step) => ({ value: step, text: stateText(step) }));
  return html`<form class="form" method="post" action="/seller/orders/${order.orderId}/events">
${selectField({ name: 'state', label: 'It is now', required: true, options, value: options[0]?.value ?? '' })}
${textField({ name: 'carrier', label: 'Carrier', maxLength: 60, width: 'half', value: order.carrier ?? '' })}
${textField({ name: 'trackingNumber', label: 'Tracking number', maxLength: 60, width: 'half', value: order.trackingNumber ?? '' })}
${textField({ name: 'place', label: 'Place', maxLength: 100, width: 'half' })}
${textField({ name: 'note', label: 'Note to the buyer', maxLength: 300, width: 'half' })}
<p class="actions">${button('Report')}</p></form>`;
}

function refundForm(order: TrackedOrder): Html {
  return html`<form class="form" method="post" action="/seller/orders/${order.orderId}/refund">
${textField({ name: 'reason', label: 'Reason', hint: 'The buyer reads it.', required: true, maxLength: 300 })}
<p class="actions">${button(`Refund ${formatMoney(order.priceMinor, order.currency)}`, 'danger')}</p></form>`;
}

function facts(order: TrackedOrder): Html {
  const lines = addressLines(order.shippingAddress).map((line, n) => html`${n === 0 ? nothing : html`<br>`}${line}`);
  return keyValues([
    ['Send to', lines],
    ['Price', formatMoney(order.priceMinor, order.currency)],
    ['Ordered on', longDay(order.placedAt)],
    ['Order number', order.orderId],
    ['Receipt', html`<a href="${receiptUrl(order.orderId)}">Open</a>`],
  ]);
}
