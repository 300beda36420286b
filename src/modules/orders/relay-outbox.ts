// News that purchases wrote in their own transaction becomes rows under other keys and jobs. At least once: both sides know repeats.
import { type Database, sql } from '../../lib/db.ts';
import { indexOrders } from './index-orders.ts';
import type { OrderNews } from './store-lists.ts';

export type OutboxMessage = {
  productId: number;
  messageId: string;
  kind: 'order-placed' | 'order-moved' | 'payment-unsold';
  payload: Record<string, unknown>;
};

const MAX_MESSAGES_A_RUN = 500;

const oldest = sql(
  'orders_outbox_oldest',
  'select product_id as "productId", message_id as "messageId", kind, payload from outbox order by at limit $1',
);
const forget = sql(
  'orders_outbox_forget',
  `delete from outbox o using unnest($1::bigint[], $2::text[]) as done(product_id, message_id)
   where o.product_id = done.product_id and o.message_id = done.message_id`,
);

/** Returns how many messages were passed on; the caller runs it again at once when it is as many as fit. */
export async function relayOutbox(
  db: Database,
  addJobs: (messages: OutboxMessage[]) => Promise<void>,
): Promise<{ relayed: number; isMore: boolean }> {
  const messages = await db.query<OutboxMessage>(oldest, [MAX_MESSAGES_A_RUN]);
  if (messages.length === 0) return { relayed: 0, isMore: false };
  const news = messages
    .filter((message) => message.kind !== 'payment-unsold')
    .map((message) => message.payload as OrderNews);
  await indexOrders(db, news);
  await addJobs(messages);
  await db.query(forget, [messages.map((message) => message.productId), messages.map((message) => message.messageId)]);
  return { relayed: messages.length, isMore: messages.length === MAX_MESSAGES_A_RUN };
}
