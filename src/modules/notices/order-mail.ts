// What the mails about an order say.
import { type Html, html, nothing } from '../../lib/html.ts';
import { formatMoney } from '../../lib/money.ts';
import type { OrderState, TrackedOrder } from '../orders/index.ts';
import { boldLine, mailFrame, QUIET, shortened } from './mail-frame.ts';

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

const LINK_IS_KEY = 'Whoever has this link can see the order, so keep it to yourself.';
const dayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });

function day(date: string): string {
  return dayFormat.format(new Date(date));
}

function price(order: TrackedOrder): string {
  return formatMoney(order.priceMinor, order.currency);
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
      `${LINK_IS_KEY}\n\nSouk`,
      '',
    ].join('\n\n'),
    htmlBody: String(page(words.heading, text, order, recipientName, trackUrl)),
  };
}

function page(heading: string, text: string, order: TrackedOrder, recipientName: string, trackUrl: string): Html {
  return mailFrame({
    heading,
    recipientName,
    text,
    box: html`${boldLine(order.title)}
<p style="${QUIET}">${price(order)} · sold by ${order.seller.name}</p>
<p style="${QUIET}">Order ${order.orderId}</p>${
      order.trackingNumber ? html`<p style="${QUIET}">${order.carrier} ${order.trackingNumber}</p>` : nothing
    }`,
    action: { url: trackUrl, label: 'Follow your order' },
    footnote: LINK_IS_KEY,
  });
}
