// The published tickets of a drop: whoever has them and the seed can compute the draw again.
import { LRUCache } from 'lru-cache';
import { type Static, Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { problem } from '../../lib/problem.ts';
import { loadPublishedTickets } from '../../modules/inventory/index.ts';
import { limitRate } from '../kit/rate-limit.ts';
import { Nullable, problemResponses, Time } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';

const TICKETS_A_PAGE = 5_000;
// A page reads all tickets of the product to find its own: about 50 ms for 100,000. So it is read once for everybody.
const MAX_PAGES_KEPT = 50;
const PAGE_KEPT_MS = 5_000;
const RATE = { requestsPerMinute: 120, burst: 60 };

const TicketPage = Type.Object({
  productId: Type.String(),
  mode: Type.Enum(['open', 'line', 'lottery']),
  commitment: Nullable(Type.String({ description: 'SHA-256 of the seed, hexadecimal' })),
  seed: Nullable(Type.String({ description: 'Hexadecimal; told when the draw has been made' })),
  drawnTickets: Nullable(
    Type.Integer({ description: 'Places up to this one were drawn, later ones are in the order of joining' }),
  ),
  items: Type.Array(Type.Object({ ticketId: Type.String(), place: Type.Integer(), joinedAt: Time })),
  next: Nullable(Type.String({ description: '`after` of the next page' })),
});
type Items = Static<typeof TicketPage>['items'];

export function dropTicketRoutes(app: App, shop: Shop): void {
  const pages = new LRUCache<string, Items, { productId: number; after: string }>({
    max: MAX_PAGES_KEPT,
    ttl: PAGE_KEPT_MS,
    fetchMethod: async (_key, _stale, { context: { productId, after } }) => {
      const rows = await loadPublishedTickets(shop.db, productId, after, TICKETS_A_PAGE);
      return rows.map((row) => ({
        ticketId: row.ticket_id,
        place: row.place,
        joinedAt: row.joined_at.toISOString(),
      }));
    },
  });

  app.get(
    '/product/:productId/drop/tickets',
    {
      onRequest: limitRate(RATE),
      schema: {
        tags: ['shop'],
        summary: 'The tickets of a drop’s line, with their places',
        description:
          'A draw gives places in the order of SHA-256 of the seed’s bytes followed by the ticket’s id, and SHA-256 of the seed is the commitment. Who leaves before the draw gets no place; who loses a place and joins again has a new ticket, behind the drawn ones.',
        params: Type.Object({ productId: Type.String({ maxLength: 64 }) }),
        querystring: Type.Object({ after: Type.String({ maxLength: 64, default: '' }) }),
        response: { 200: TicketPage, ...problemResponses(404, 422, 429) },
      },
    },
    async (request) => {
      const productId = parseId(request.params.productId);
      const line = productId === undefined ? undefined : shop.lines.line(productId);
      if (productId === undefined || !line)
        throw problem('not-found', { detail: 'This product has no line, or there is no such product.' });
      const { after } = request.query;
      const items =
        (await pages.fetch(`${productId} ${line.draw?.drawnAt?.getTime()} ${after}`, {
          context: { productId, after },
        })) ?? [];
      return {
        productId: String(productId),
        mode: line.mode,
        commitment: line.draw?.commitment ?? null,
        seed: line.draw?.seed ?? null,
        drawnTickets: line.draw?.drawnTickets ?? null,
        items,
        next: items.length === TICKETS_A_PAGE ? (items.at(-1)?.ticketId ?? null) : null,
      };
    },
  );
}
