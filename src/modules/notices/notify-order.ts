import type { Database } from '../../lib/db.ts';
import { type OrderNews, track, trackingPath } from '../orders/index.ts';
import type { Mailer } from './mailer.ts';
import { composeOrderMail, MAIL_WORDS } from './order-mail.ts';
import { type SendOutcome, sendMail } from './send-mail.ts';
import { selectRecipient } from './store.ts';

export type NotifyDeps = {
  db: Database;
  /** Null: mails are only kept. */
  mailer: Mailer | null;
  linkKey: Uint8Array;
  publicOrigin: string;
};

/** Tells the buyer by mail, where this is news that buyers want. Safe to repeat: one state of an order, one mail. */
export async function notifyOrder(deps: NotifyDeps, news: OrderNews): Promise<SendOutcome | { kind: 'no-mail' }> {
  const words = MAIL_WORDS[news.state];
  if (!words) return { kind: 'no-mail' };
  const order = await track(deps.db, news.orderId);
  const recipient = await selectRecipient(deps.db, news.userId);
  if (!order || !recipient)
    throw new Error(`no mail for order ${news.orderId}: ${order ? 'account' : 'order'} missing`);
  const trackUrl = `${deps.publicOrigin}${trackingPath(deps.linkKey, order.orderId)}`;
  return sendMail(deps.db, deps.mailer, {
    mailId: `order-${news.state}:${order.orderId}`,
    recipient: recipient.email,
    ...composeOrderMail(words, order, recipient.name, trackUrl),
  });
}
