import { type Html, html } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import type { Picture } from '../../../modules/catalog/index.ts';
import { addressLines, methodName, receiptNumber, type TrackedOrder } from '../../../modules/orders/index.ts';
import { buttonLink } from '../../kit/components/button.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { noPicture, picture } from '../../kit/components/picture.ts';
import { pageHead, sheet } from '../../kit/components/section.ts';
import { shortDay } from '../../kit/components/time.ts';
import { layout } from '../../kit/layout.ts';
import { receiptUrl, trackUrl } from '../../kit/order-json.ts';

export function thanksPage(shown: {
  order: TrackedOrder;
  picture: Picture | undefined;
  caller: { name: string; roles: readonly string[] } | undefined;
}): Html {
  const { order } = shown;
  return layout({
    title: 'Thank you',
    caller: shown.caller,
    robots: 'noindex',
    main: sheet(html`${pageHead('Thank you. It is yours.')}
<div class="buying"><div class="buying-picture">${shown.picture ? picture(shown.picture, '88px', 'first', '') : noPicture}</div>
<div><p><strong>${order.title}</strong></p><p>Sold by ${order.seller.name}</p></div></div>
${keyValues([
  ['Order', order.orderId],
  [
    'Receipt',
    html`<a href="${receiptUrl(order.orderId)}">${receiptNumber(order.seller.sellerId, order.receipt.number)}</a>`,
  ],
  [
    'Paid',
    `${formatMoney(order.priceMinor, order.currency)} (${methodName(order.receipt.methodBrand)} •••• ${order.receipt.methodLast4})`,
  ],
  ['Arrives', html`${shortDay(order.earliestDelivery)} to ${shortDay(order.latestDelivery)}`],
  ['Ships to', addressLines(order.shippingAddress).join(', ')],
])}
<p class="actions">${buttonLink(trackUrl(order.orderId), 'Follow the parcel')} <a href="/me/orders">All your orders</a></p>`),
  });
}
