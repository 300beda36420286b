// A place in the line of a drop: its page, JSON, and the same live. Only its owner sees it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { problem } from '../../lib/problem.ts';
import {
  type Line,
  leaveLine,
  openTicketWatch,
  type StandingTicket,
  type TicketWatch,
} from '../../modules/inventory/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { respond } from '../kit/negotiate.ts';
import { Id, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { type Streams, streamsOf, wantsEventStream } from '../kit/sse.ts';
import { grantedJson, LineJson, lineJson } from './line-json.ts';
import { CLOSING_WORDS, linePage, refreshSeconds } from './pages/line-page.ts';
import { linePath } from './ticket-json.ts';

const RETRY_AFTER_SECONDS = 2;
const TOO_MANY_STREAMS_RETRY_SECONDS = 30;

const LineParams = Type.Object({ ticketId: Id });

export function lineRoutes(app: App, shop: Shop): void {
  const streams = streamsOf(app);
  const tickets = openTicketWatch(shop.db, shop.lines, shop.log);
  app.addHook('onClose', async () => tickets.close());

  app.get(
    '/line/:ticketId',
    {
      schema: {
        tags: ['purchase'],
        summary: 'A place in the line of a drop',
        description:
          'For its owner only; 404 to everybody else. With `Accept: text/event-stream` the same, live: an event whenever the line has moved, and at the end `granted` with `{reservationId, expiresAt, paymentPage}`, or `closed` with `{reason, heading, message}` where the reason is `sold-out`, `bought`, `lapsed` or `left`.',
        params: LineParams,
        querystring: Type.Object({
          refresh: Type.Optional(Type.Literal('on', { description: 'A page that reloads by itself, without scripts' })),
        }),
        response: { 200: LineJson, ...problemResponses(401, 404, 429, 503) },
      },
    },
    async (request, reply) => {
      const caller = requireCaller(request);
      const { ticket, line } = await ownTicket(shop, tickets, caller.userId, request.params.ticketId);
      if (wantsEventStream(request)) return live(streams, tickets, ticket, line, request, reply);
      const view = lineJson(ticket, line, new Date());
      const refreshes = request.query.refresh === 'on';
      const document = await shop.replica.product(ticket.productId);
      return respond(request, reply, {
        json: () => view,
        page: () => {
          const seconds = refreshSeconds(view);
          if (refreshes && seconds !== undefined) reply.header('refresh', String(seconds));
          return linePage({ caller, view, document, isLottery: line.mode === 'lottery', refreshes });
        },
      });
    },
  );

  app.delete(
    '/line/:ticketId',
    {
      schema: {
        tags: ['purchase'],
        summary: 'Leave the line',
        description: 'Joining again means its end. A granted unit is let go with DELETE /reservation/{reservationId}.',
        params: LineParams,
        response: { 204: Type.Null(), ...problemResponses(401, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { ticketId } = request.params;
      const state = await leave(shop, tickets, requireCaller(request).userId, ticketId);
      if (state !== 'left')
        throw problem('wrong-state', { state, allowed: [], detail: 'Only who waits in a line can leave it.' });
      return reply.code(204).send(null);
    },
  );

  // The same for forms, which cannot DELETE. Whatever became of the ticket meanwhile, its page says.
  app.post('/line/:ticketId/leave', { schema: { hide: true, params: LineParams } }, async (request, reply) => {
    const { ticketId } = request.params;
    await leave(shop, tickets, requireCaller(request).userId, ticketId);
    return reply.redirect(linePath(ticketId), 303);
  });
}

async function ownTicket(
  shop: Shop,
  tickets: TicketWatch,
  userId: number,
  ticketId: string,
): Promise<{ ticket: StandingTicket; line: Line }> {
  const ticket = await findOwn(tickets, userId, ticketId);
  const line = await shop.lines.find(ticket.productId);
  if (!line) throw problem('not-found', { detail: 'This product has no line any more.' });
  return { ticket, line };
}

async function findOwn(tickets: TicketWatch, userId: number, ticketId: string): Promise<StandingTicket> {
  const found = await tickets.find(userId, ticketId);
  if (found.kind === 'overloaded') throw problem('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  if (found.kind === 'not-found') throw problem('not-found');
  return found.ticket;
}

/** Answers the state that the ticket is in afterwards. */
async function leave(
  shop: Shop,
  tickets: TicketWatch,
  userId: number,
  ticketId: string,
): Promise<StandingTicket['state']> {
  const outcome = await leaveLine(shop.db, userId, ticketId);
  const ticket = await findOwn(tickets, userId, ticketId);
  if (outcome.kind === 'left') {
    shop.reservations.forget(ticket.productId, userId);
    tickets.lookAgain(userId, ticketId);
  }
  return ticket.state;
}

function live(
  streams: Streams,
  tickets: TicketWatch,
  ticket: StandingTicket,
  line: Line,
  request: FastifyRequest,
  reply: FastifyReply,
): never {
  if (!tickets.hasRoom(ticket))
    throw problem('too-many-requests', {
      retryAfterSeconds: TOO_MANY_STREAMS_RETRY_SECONDS,
      detail: 'This place in the line is open in too many windows.',
    });
  const stream = streams.open(request, reply.header('vary', 'accept'));
  const tell = (now: StandingTicket, at: Line): void => {
    const view = lineJson(now, at, new Date());
    const granted = grantedJson(now);
    if (granted) stream.end(granted, 'granted');
    else if (view.state === 'waiting' || view.state === 'granted') stream.send({ data: view });
    else {
      const { reason, heading, message } = CLOSING_WORDS[view.state];
      stream.end({ reason, heading, message }, 'closed');
    }
  };
  tell(ticket, line);
  if (stream.isOpen() && ticket.state === 'waiting') stream.onClose(tickets.follow(ticket, tell));
  return reply as never;
}
