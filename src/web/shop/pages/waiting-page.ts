import { type Html, html } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import type { Payment } from '../../../modules/payments/index.ts';
import { notice } from '../../kit/components/notice.ts';
import { narrow, pageHead } from '../../kit/components/section.ts';
import { layout } from '../../kit/layout.ts';

/** The outcome of a charge is not known yet. The page asks again by itself. */
export function waitingPage(shown: { caller: { name: string; roles: readonly string[] }; payment: Payment }): Html {
  const { payment } = shown;
  return layout({
    title: 'Waiting for the bank',
    caller: shown.caller,
    robots: 'noindex',
    main: narrow(html`${pageHead('Waiting for the bank')}
${notice('info', html`<p>Your payment of ${formatMoney(payment.amountMinor, payment.currency)} is under way. The unit stays yours until we know.</p>`)}
<p>This page looks again every two seconds. You can close it: if the payment succeeds, the order appears under <a href="/me/orders">your orders</a> and you get a mail. You are charged once at most.</p>
<p><a href="/payment/${payment.paymentId}">Look again now</a></p>`),
  });
}
