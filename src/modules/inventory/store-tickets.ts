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
const drawnTickets = sql(
  'inventory_drawn_tickets',
  `select ticket_id, place, joined_at from drawn_ticket where product_id = $1 and draw = $2 and place > $3 order by place limit $4`,
);
const lineTickets = sql(
  'inventory_line_tickets',
  `select k.ticket_id, k.place, k.joined_at from ticket k join drop_sale s using (product_id)
   where k.product_id = $1 and k.place > $2 and k.joined_at >= s.announced_at order by k.place limit $3`,
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

/** Of one draw, as they were when it was made. */
export function loadDrawnTickets(
  db: Queryable,
  productId: number,
  draw: number,
  afterPlace: number,
  limit: number,
): Promise<PublishedTicketRow[]> {
  return db.query<PublishedTicketRow>(drawnTickets, [productId, draw, afterPlace, limit]);
}

/** Of a line in the order of arrival, as it stands; not those of an earlier sale. */
export function loadLineTickets(
  db: Queryable,
  productId: number,
  afterPlace: number,
  limit: number,
): Promise<PublishedTicketRow[]> {
  return db.query<PublishedTicketRow>(lineTickets, [productId, afterPlace, limit]);
}
