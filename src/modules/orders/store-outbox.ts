// The outbox: what purchases wrote for others in their own transaction.
import { type Queryable, sql } from '../../lib/db.ts';

export type OutboxMessage = {
  productId: number;
  messageId: string;
  kind: 'order-placed' | 'order-moved' | 'payment-unsold' | 'line-granted';
  payload: Record<string, unknown>;
};

const oldest = sql(
  'orders_outbox_oldest',
  'select product_id as "productId", message_id as "messageId", kind, payload from outbox order by at limit $1',
);
const forget = sql(
  'orders_outbox_forget',
  `delete from outbox o using unnest($1::bigint[], $2::text[]) as done(product_id, message_id)
   where o.product_id = done.product_id and o.message_id = done.message_id`,
);

export function loadOldestMessages(db: Queryable, maxMessages: number): Promise<OutboxMessage[]> {
  return db.query<OutboxMessage>(oldest, [maxMessages]);
}

export async function forgetMessages(db: Queryable, messages: readonly OutboxMessage[]): Promise<void> {
  await db.query(forget, [messages.map((message) => message.productId), messages.map((message) => message.messageId)]);
}
