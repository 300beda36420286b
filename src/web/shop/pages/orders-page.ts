import { type Html, html } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import type { OrderSummary } from '../../../modules/orders/index.ts';
import { buttonLink } from '../../kit/components/button.ts';
import { emptyState } from '../../kit/components/empty-state.ts';
import { type Pages, pagination } from '../../kit/components/pagination.ts';
import { noPicture, picture, type ShownPicture } from '../../kit/components/picture.ts';
import { pageHead } from '../../kit/components/section.ts';
import { badge } from '../../kit/components/stock-badge.ts';
import { longDay } from '../../kit/components/time.ts';
import { stateText } from '../../kit/components/timeline.ts';
import { layout } from '../../kit/layout.ts';
import { trackUrl } from '../../kit/order-json.ts';

type ShownOrder = { order: OrderSummary; picture: ShownPicture | undefined };

export function ordersPage(
  shown: { caller: { name: string; roles: readonly string[] }; items: readonly ShownOrder[] } & Pages,
): Html {
  const { caller, items, page, size, total } = shown;
  return layout({
    title: 'Your orders',
    caller,
    robots: 'noindex',
    main:
      total === 0
        ? html`${pageHead('Your orders')}${emptyState(
            'Nothing here yet',
            html`<p>What you buy appears here, with its way to you and its receipt.</p>${buttonLink('/search', 'Look around')}`,
          )}`
        : html`${pageHead('Your orders', html`<p class="muted">${total === 1 ? '1 order' : `${total} orders`}</p>`)}
<ul class="order-list">${items.map(orderItem)}</ul>
${pagination({ page, size, total }, (to) => `/me/orders?page=${to}&size=${size}`, 'Pages of orders')}`,
  });
}

function orderItem({ order, picture: shownPicture }: ShownOrder): Html {
  return html`<li><div class="thumb">${shownPicture ? picture(shownPicture, '5rem', 'lazy', '') : noPicture}</div>
<div><h2 class="card-title"><a href="${trackUrl(order.orderId)}">${order.title}</a></h2>
<p class="muted">${longDay(order.placedAt)} · ${formatMoney(order.priceMinor, order.currency)}</p></div>
${badge(order.state === 'delivered' ? 'good' : 'plain', stateText(order.state))}</li>`;
}
