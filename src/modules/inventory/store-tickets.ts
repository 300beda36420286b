// SQL of tickets as they are read: by their owners, and by anyone who checks a draw.
import { type Queryable, sql } from '../../lib/db.ts';
import type { TicketState } from './ticket.ts';

const standingTickets = sql(
  'inventory_standing_tickets',
  `select k.user_id, k.ticket_id, k.state, k.place, r.expires_at as hold_until
   from ticket k left join reservation r
     on r.product_id = k.product_id and r.user_id = k.user_id and r.slot = 0 and r.reservation_id = k.ticket_id
   where k.product_id = $1 and k.user_id = any ($2::bigint[])`,
);
const publishedTickets = sql(
  'inventory_published_tickets',
  `select ticket_id, place, joined_at from ticket where product_id = $1 and place is not null and ticket_id > $2 order by ticket_id limit $3`,
);

export type StandingTicketRow = {
  user_id: number;
  ticket_id: string;
  state: TicketState;
  place: number | null;
  hold_until: Date | null;
};

export function loadStandingTickets(
  db: Queryable,
  productId: number,
  userIds: readonly number[],
): Promise<StandingTicketRow[]> {
  return db.query<StandingTicketRow>(standingTickets, [productId, userIds]);
}

export type PublishedTicketRow = { ticket_id: string; place: number; joined_at: Date };

export function loadPublishedTickets(
  db: Queryable,
  productId: number,
  afterTicketId: string,
  limit: number,
): Promise<PublishedTicketRow[]> {
  return db.query<PublishedTicketRow>(publishedTickets, [productId, afterTicketId, limit]);
}
