import { type Html, html } from '../../../lib/html.ts';
import type { OrderSummary } from '../../../modules/orders/index.ts';
import { buttonLink } from '../../kit/components/button.ts';
import { emptyState } from '../../kit/components/empty-state.ts';
import { panel } from '../../kit/components/section.ts';
import { orderTable } from './orders-page.ts';
import { type SellerCaller, sellerFrame } from './seller-frame.ts';

export function dashboardPage(shown: {
  caller: SellerCaller;
  shopName: string;
  productCount: number;
  toPackCount: number;
  toShipCount: number;
  latest: readonly OrderSummary[];
}): Html {
  const { caller, shopName, productCount, toPackCount, toShipCount, latest } = shown;
  return sellerFrame({
    title: shopName,
    caller,
    here: '/seller',
    beside: buttonLink('/seller/products/new', 'New product'),
    main: html`<div class="columns">
${panel('To pack', figure(toPackCount, '/seller/orders?state=placed', 'New orders'))}
${panel('To ship', figure(toShipCount, '/seller/orders?state=packed', 'Packed orders'))}
${panel('On sale', figure(productCount, '/seller/products', 'Your products'))}
</div>
<h2>Latest orders</h2>
${latest.length === 0 ? emptyState('No orders yet', html`<p>They appear here the moment somebody pays.</p>`) : orderTable('Latest orders', latest)}`,
  });
}

function figure(count: number, href: string, text: string): Html {
  return html`<p class="figure">${count.toLocaleString('en-US')}</p><p><a href="${href}">${text}</a></p>`;
}
