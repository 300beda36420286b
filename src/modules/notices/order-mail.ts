// What the mails about an order say. Mail programs know no style sheets, so styles stand in the tags.
import { type Html, html, nothing } from '../../lib/html.ts';
import { formatMoney } from '../../lib/money.ts';
import type { OrderState, TrackedOrder } from '../orders/index.ts';

type MailWords = { subject: (title: string) => string; heading: string; text: (order: TrackedOrder) => string };

/** States that the buyer hears of by mail. */
export const MAIL_WORDS: Partial<Record<OrderState, MailWords>> = {
  placed: {
    subject: (title) => `Your order: ${title}`,
    heading: 'Thank you for your order',
    text: (order) =>
      `${order.seller.name} is getting it ready. It should be with you between ${day(order.earliestDelivery)} and ${day(order.latestDelivery)}.`,
  },
  shipped: {
    subject: (title) => `On its way: ${title}`,
    heading: 'Your order is on its way',
    text: (order) =>
      order.trackingNumber
        ? `${order.carrier ?? 'The carrier'} has it, under the number ${order.trackingNumber}. It should be with you by ${day(order.latestDelivery)}.`
        : `It should be with you by ${day(order.latestDelivery)}.`,
  },
  delivered: {
    subject: (title) => `Delivered: ${title}`,
    heading: 'Your order has arrived',
    text: () => 'We hope you like it. If it did not arrive, please tell us soon.',
  },
  cancelled: {
    subject: (title) => `Cancelled: ${title}`,
    heading: 'Your order was cancelled',
    text: (order) => `${price(order)} goes back to the card that you paid with. Banks take a few days to show it.`,
  },
  refunded: {
    subject: (title) => `Refunded: ${title}`,
    heading: 'Your money is on its way back',
    text: (order) => `${price(order)} goes back to the card that you paid with. Banks take a few days to show it.`,
  },
};

const MAX_SUBJECT_TITLE = 60;
const dayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });

function day(date: string): string {
  return dayFormat.format(new Date(date));
}

function price(order: TrackedOrder): string {
  return formatMoney(order.priceMinor, order.currency);
}

function shortened(title: string): string {
  const oneLine = title.replace(/\s+/g, ' ').trim();
  return oneLine.length <= MAX_SUBJECT_TITLE ? oneLine : `${oneLine.slice(0, MAX_SUBJECT_TITLE - 1).trimEnd()}…`;
}

export type ComposedMail = { subject: string; textBody: string; htmlBody: string };

export function composeOrderMail(
  words: MailWords,
  order: TrackedOrder,
  recipientName: string,
  trackUrl: string,
): ComposedMail {
  const text = words.text(order);
  return {
    subject: words.subject(shortened(order.title)),
    textBody: [
      `Hello ${recipientName},`,
      `${words.heading}.\n${text}`,
      `${order.title}\n${price(order)} · sold by ${order.seller.name}\nOrder ${order.orderId}`,
      `Follow it here, without signing in:\n${trackUrl}`,
      'Whoever has this link can see the order, so keep it to yourself.\n\nSouk',
      '',
    ].join('\n\n'),
    htmlBody: String(page(words.heading, text, order, recipientName, trackUrl)),
  };
}

function page(heading: string, text: string, order: TrackedOrder, recipientName: string, trackUrl: string): Html {
  const quiet = 'margin:0;color:#56625e;font-size:14px;line-height:21px';
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${heading}</title></head>
<body style="margin:0;background:#f6f6f2;color:#18211f;font-family:Helvetica,Arial,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:32px 20px">
<p style="margin:0 0 20px;font-size:18px;font-weight:bold;color:#0b6152">Souk</p>
<div style="background:#fff;border:1px solid #dddfd7;border-radius:12px;padding:28px">
<h1 style="margin:0 0 12px;font-size:24px;line-height:30px">${heading}</h1>
<p style="margin:0 0 8px;font-size:16px;line-height:24px">Hello ${recipientName},</p>
<p style="margin:0 0 20px;font-size:16px;line-height:24px">${text}</p>
<div style="border-top:1px solid #dddfd7;border-bottom:1px solid #dddfd7;padding:16px 0;margin:0 0 24px">
<p style="margin:0 0 4px;font-size:16px;line-height:22px;font-weight:bold">${order.title}</p>
<p style="${quiet}">${price(order)} · sold by ${order.seller.name}</p>
<p style="${quiet}">Order ${order.orderId}</p>${
    order.trackingNumber ? html`<p style="${quiet}">${order.carrier} ${order.trackingNumber}</p>` : nothing
  }
</div>
<a href="${trackUrl}" target="_blank" style="display:inline-block;background:#0b6152;color:#fff;padding:12px 22px;border-radius:8px;font-weight:bold;text-decoration:none">Follow your order</a>
</div>
<p style="margin:20px 0 0;color:#56625e;font-size:13px;line-height:19px">Whoever has this link can see the order, so keep it to yourself.</p>
</div>
</body></html>`;
}
