import { type Html, html } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import {
  ORDER_STATES,
  type OrderPage,
  type OrderState,
  type OrderSummary,
  parcelStatesAfter,
} from '../../../modules/orders/index.ts';
import { postButton } from '../../kit/components/button.ts';
import { emptyState } from '../../kit/components/empty-state.ts';
import { pagination } from '../../kit/components/pagination.ts';
import { badge } from '../../kit/components/stock-badge.ts';
import { table } from '../../kit/components/table.ts';
import { longDay } from '../../kit/components/time.ts';
import { stateText } from '../../kit/components/timeline.ts';
import { type SellerCaller, sellerFrame } from './seller-frame.ts';

export function ordersPage(caller: SellerCaller, orders: OrderPage, state: OrderState | undefined): Html {
  const query = state ? `&state=${state}` : '';
  return sellerFrame({
    title: 'Orders',
    caller,
    here: '/seller/orders',
    main: html`<nav aria-label="Orders by state"><ul class="chips">${chip('All', '/seller/orders', state === undefined)}${ORDER_STATES.map(
      (one) => chip(stateText(one), `/seller/orders?state=${one}`, one === state),
    )}</ul></nav>
${orders.total === 0 ? emptyState('No orders here', html`<p>New orders appear the moment somebody pays.</p>`) : orderTable('Orders', orders.items)}
${pagination(orders, (to) => `/seller/orders?page=${to}&size=${orders.size}${query}`, 'Pages of orders')}`,
  });
}

export function orderTable(caption: string, orders: readonly OrderSummary[]): Html {
  return table(
    caption,
    [
      { title: 'Order' },
      { title: 'Ordered on' },
      { title: 'For' },
      { title: 'Price', kind: 'number' },
      { title: 'State' },
      { title: 'Next step' },
    ],
    orders.map((order) => [
      html`<a href="/seller/orders/${order.orderId}">${order.title}</a>`,
      longDay(order.placedAt),
      order.recipient,
      formatMoney(order.priceMinor, order.currency),
      badge(order.state === 'delivered' ? 'good' : 'plain', stateText(order.state)),
      nextStep(order),
    ]),
  );
}

/** The likeliest step in one press; all of them, with carrier and number, are on the order's page. */
function nextStep(order: OrderSummary): Html {
  const [next] = parcelStatesAfter(order.state);
  if (!next || order.state === 'delivered') return html`<span class="muted">None</span>`;
  return postButton(`/seller/orders/${order.orderId}/events`, stateText(next), { state: next }, 'quiet');
}

function chip(text: string, href: string, isCurrent: boolean): Html {
  return isCurrent
    ? html`<li><a class="chip" href="${href}" aria-current="true">${text}</a></li>`
    : html`<li><a class="chip" href="${href}">${text}</a></li>`;
}
