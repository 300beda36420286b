// A place in the line as its owner sees it: the ticket, the units of its drop, and what can honestly be said of the chances.
import { type Static, Type } from 'typebox';
import { isFinallySoldOut, type Line, positionOf, type StandingTicket } from '../../modules/inventory/index.ts';
import { Nullable, Time } from '../kit/schemas.ts';
import { lineEstimate } from './line-estimate.ts';
import { payPath } from './reservation-json.ts';
import { TicketJson, ticketJson } from './ticket-json.ts';

export const LineJson = Type.Object({
  ...TicketJson.properties,
  serverTime: Time,
  paused: Type.Boolean(),
  units: Type.Object({
    total: Type.Integer(),
    available: Type.Integer(),
    held: Type.Integer({ description: 'Being paid for right now' }),
    sold: Type.Integer(),
  }),
  estimate: Type.String({ description: 'What can be said of the chances; never a promise' }),
  reservation: Nullable(
    Type.Object(
      { reservationId: Type.String(), expiresAt: Time, paymentPage: Type.String() },
      { description: 'Of a granted ticket: the unit that is held' },
    ),
  ),
});
export type LineView = Static<typeof LineJson>;

export function lineJson(ticket: StandingTicket, line: Line, now: Date): LineView {
  const position = positionOf(ticket.place, line);
  const isClosed = ticket.state === 'waiting' && isFinallySoldOut(line);
  return {
    // The ticket may be younger than what this node knows of the line: nobody is number 2 of 1.
    ...ticketJson(ticket, { position, waiting: Math.max(line.waiting, position ?? 0), opensAt: line.opensAt }),
    ...(isClosed ? { state: 'closed' } : {}),
    serverTime: now.toISOString(),
    paused: line.isPaused,
    units: { total: line.total, available: line.available, held: line.held, sold: line.sold },
    estimate: ticket.state === 'waiting' && !isClosed ? lineEstimate(line, position, now.getTime()) : '',
    reservation: grantedJson(ticket),
  };
}

export function grantedJson({ ticketId, state, holdUntil }: StandingTicket): LineView['reservation'] {
  if (state !== 'granted' || !holdUntil) return null;
  return { reservationId: ticketId, expiresAt: holdUntil.toISOString(), paymentPage: payPath(ticketId) };
}
