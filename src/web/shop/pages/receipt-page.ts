import { type Html, html, nothing } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import { addressLines, formatTaxRate, methodName, type Receipt } from '../../../modules/orders/index.ts';
import { buttonLink } from '../../kit/components/button.ts';
import { pageHead, sheet } from '../../kit/components/section.ts';
import { longDay } from '../../kit/components/time.ts';
import { layout } from '../../kit/layout.ts';
import { receiptPdfUrl, trackUrl } from '../../kit/order-json.ts';

export function receiptPage(shown: {
  receipt: Receipt;
  link: string | undefined;
  caller: { name: string; roles: readonly string[] } | undefined;
}): Html {
  const { receipt, link, caller } = shown;
  return layout({
    title: `Receipt ${receipt.receiptNumber}`,
    caller,
    robots: 'noindex',
    main: html`${sheet(html`${pageHead('Receipt', html`<p class="muted">${receipt.receiptNumber}</p>`)}
<div class="columns">${parties(receipt)}</div>
${lines(receipt)}
<p class="muted">Order ${receipt.orderId} of ${longDay(receipt.placedAt)}, paid with ${methodName(receipt.method.brand)} ending in ${receipt.method.last4} on ${longDay(receipt.paidAt)}. All prices include tax.</p>
<p class="actions">${buttonLink(receiptPdfUrl(receipt.orderId, link), 'Save as PDF')} <a href="${trackUrl(receipt.orderId, link)}">Follow the order</a></p>`)}`,
  });
}

function parties(receipt: Receipt): Html {
  const { seller } = receipt;
  const sellerLines = [seller.name, ...(seller.address?.split('\n') ?? [])];
  if (seller.taxNumber) sellerLines.push(`Tax number ${seller.taxNumber}`);
  return html`${party('Sold by', sellerLines)}${party('Sold and shipped to', addressLines(receipt.buyer))}`;
}

function party(heading: string, lines: readonly string[]): Html {
  return html`<section><h2 class="muted">${heading}</h2><p>${lines.map((line, n) => html`${n === 0 ? nothing : html`<br>`}${line}`)}</p></section>`;
}

function lines(receipt: Receipt): Html {
  const money = (amountMinor: number): string => formatMoney(amountMinor, receipt.currency);
  return html`<table class="receipt-lines"><caption class="visually-hidden">What was bought</caption>
<thead><tr><th scope="col">Item</th><th scope="col" class="number">Quantity</th><th scope="col" class="number">Amount</th></tr></thead>
<tbody>${receipt.lines.map((line) => html`<tr><td>${line.title}</td><td class="number">${line.quantity}</td><td class="number">${money(line.amountMinor)}</td></tr>`)}</tbody>
<tfoot>${totals([
    ['Net amount', money(receipt.amountMinor - receipt.taxMinor)],
    [`Tax included (${formatTaxRate(receipt.taxBasisPoints)})`, money(receipt.taxMinor)],
    ['Total paid', money(receipt.amountMinor)],
  ])}</tfoot></table>`;
}

function totals(rows: readonly (readonly [string, string])[]): Html[] {
  return rows.map(
    ([label, amount]) =>
      html`<tr><th scope="row" colspan="2" class="number">${label}</th><td class="number">${amount}</td></tr>`,
  );
}
