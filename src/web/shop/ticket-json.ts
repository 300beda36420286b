// A place in the line of a drop as the contract writes it.
import { type Static, Type } from 'typebox';
import type { Ticket } from '../../modules/inventory/index.ts';
import { Nullable, Time } from '../kit/schemas.ts';

export const TicketJson = Type.Object({
  ticketId: Type.String(),
  productId: Type.String(),
  state: Type.Enum(['waiting', 'granted', 'bought', 'lapsed', 'left', 'closed']),
  position: Nullable(Type.Integer({ description: '1 is next; null until the draw' })),
  waiting: Type.Integer(),
  opensAt: Time,
});

export function linePath(ticketId: string): string {
  return `/line/${ticketId}`;
}

export function ticketJson(
  ticket: Ticket,
  line: { position: number | null; waiting: number; opensAt: Date },
): Static<typeof TicketJson> {
  return {
    ticketId: ticket.ticketId,
    productId: String(ticket.productId),
    state: ticket.state,
    position: ticket.state === 'waiting' ? line.position : null,
    waiting: line.waiting,
    opensAt: line.opensAt.toISOString(),
  };
}
