// Mails to those who waited in line: a unit is held for them, or the money comes back because none was left.
import { html } from '../../lib/html.ts';
import { formatMoney } from '../../lib/money.ts';
import { boldLine, mailFrame, QUIET, shortened } from './mail-frame.ts';
import type { NotifyDeps } from './notify-order.ts';
import { type SendOutcome, sendMail } from './send-mail.ts';
import { selectRecipient, selectTitle } from './store.ts';

export type GrantNews = { reservationId: string; userId: number; productId: number; expiresAt: string };
export type UnsoldNews = {
  paymentId: string;
  userId: number;
  productId: number;
  title: string;
  amountMinor: number;
  currency: string;
};

type Deps = Pick<NotifyDeps, 'db' | 'mailer' | 'publicOrigin'>;

const untilFormat = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** Safe to repeat: one grant, one mail. After the hold has ended it would only send people to a page that says so. */
export async function notifyGranted(deps: Deps, news: GrantNews): Promise<SendOutcome | { kind: 'too-late' }> {
  const until = new Date(news.expiresAt);
  if (until.getTime() <= Date.now()) return { kind: 'too-late' };
  const recipient = await recipientOf(deps, news.userId, `reservation ${news.reservationId}`);
  const title = await selectTitle(deps.db, news.productId);
  if (title === undefined) throw new Error(`no mail for reservation ${news.reservationId}: product missing`);
  const url = `${deps.publicOrigin}/pay/${news.reservationId}`;
  const heading = 'It is your turn';
  const text = `A unit is held for you until ${untilFormat.format(until)} UTC. If it is not paid by then, it goes to the next in line.`;
  return sendMail(deps.db, deps.mailer, {
    mailId: `line-granted:${news.reservationId}`,
    recipient: recipient.email,
    subject: `It is your turn: ${shortened(title)}`,
    textBody: [`Hello ${recipient.name},`, `${heading}.\n${text}`, title, `Pay here:\n${url}`, 'Souk', ''].join('\n\n'),
    htmlBody: String(
      mailFrame({
        heading,
        recipientName: recipient.name,
        text,
        box: boldLine(title),
        action: { url, label: 'Pay now' },
      }),
    ),
  });
}

/** Safe to repeat: one payment, one mail. */
export async function notifyUnsold(deps: Deps, news: UnsoldNews): Promise<SendOutcome> {
  const recipient = await recipientOf(deps, news.userId, `payment ${news.paymentId}`);
  const amount = formatMoney(news.amountMinor, news.currency);
  const heading = 'Your money is on its way back';
  const text = `Your payment came through after the hold had ended, and no unit was left. ${amount} goes back to the card that you paid with by itself. Banks take a few days to show it.`;
  return sendMail(deps.db, deps.mailer, {
    mailId: `payment-unsold:${news.paymentId}`,
    recipient: recipient.email,
    subject: `Not sold, and refunded: ${shortened(news.title)}`,
    textBody: [
      `Hello ${recipient.name},`,
      text,
      `${news.title}\n${amount}\nPayment ${news.paymentId}`,
      'Souk',
      '',
    ].join('\n\n'),
    htmlBody: String(
      mailFrame({
        heading,
        recipientName: recipient.name,
        text,
        box: html`${boldLine(news.title)}<p style="${QUIET}">${amount}</p><p style="${QUIET}">Payment ${news.paymentId}</p>`,
      }),
    ),
  });
}

async function recipientOf(deps: Deps, userId: number, cause: string): Promise<{ email: string; name: string }> {
  const recipient = await selectRecipient(deps.db, userId);
  if (!recipient) throw new Error(`no mail for ${cause}: account missing`);
  return recipient;
}
