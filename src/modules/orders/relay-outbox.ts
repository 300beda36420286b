// News that purchases wrote in their own transaction becomes rows under other keys and jobs. At least once: both sides know repeats.
import type { Database } from '../../lib/db.ts';
import { indexOrders } from './index-orders.ts';
import type { OrderNews } from './store-lists.ts';
import { forgetMessages, loadOldestMessages, type OutboxMessage } from './store-outbox.ts';

const MAX_MESSAGES_A_RUN = 500;

/** Returns how many messages were passed on; the caller runs it again at once when it is as many as fit. */
export async function relayOutbox(
  db: Database,
  addJobs: (messages: OutboxMessage[]) => Promise<void>,
): Promise<{ relayed: number; isMore: boolean }> {
  const messages = await loadOldestMessages(db, MAX_MESSAGES_A_RUN);
  if (messages.length === 0) return { relayed: 0, isMore: false };
  const news = messages
    .filter((message) => message.kind === 'order-placed' || message.kind === 'order-moved')
    .map((message) => message.payload as OrderNews);
  await indexOrders(db, news);
  await addJobs(messages);
  await forgetMessages(db, messages);
  return { relayed: messages.length, isMore: messages.length === MAX_MESSAGES_A_RUN };
}
