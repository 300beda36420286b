// The published tickets of a drop: of a lottery those that took part in its draw, from which anyone can compute its order again.
import { LRUCache } from 'lru-cache';
import { type Static, Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { problem } from '../../lib/problem.ts';
import { type Line, loadDrawnTickets, loadLineTickets } from '../../modules/inventory/index.ts';
import { limitRate } from '../kit/rate-limit.ts';
import { Nullable, problemResponses, Time } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';

const TICKETS_A_PAGE = 5_000;
const MAX_PAGES_KEPT = 50;
// A page of a line reads all its tickets to find its own: about 50 ms for 100,000. So it is read once for everybody.
const LINE_PAGE_KEPT_MS = 5_000;
// The list of a draw never changes; but its address is that of the product, which may be drawn for again.
const DRAWN_PAGE_KEPT_SECONDS = 60;
const RATE = { requestsPerMinute: 120, burst: 60 };

const TicketPage = Type.Object({
  productId: Type.String(),
  mode: Type.Enum(['open', 'line', 'lottery']),
  commitment: Nullable(Type.String({ description: 'SHA-256 of the seed, hexadecimal' })),
  seed: Nullable(Type.String({ description: 'Hexadecimal; told when the draw has been made' })),
  drawnTickets: Nullable(Type.Integer({ description: 'How many took part in the draw: the length of the whole list' })),
  items: Type.Array(Type.Object({ ticketId: Type.String(), place: Type.Integer(), joinedAt: Time })),
  next: Nullable(Type.Integer({ description: '`after` of the next page' })),
});
type Items = Static<typeof TicketPage>['items'];

export function dropTicketRoutes(app: App, shop: Shop): void {
  const pages = new LRUCache<string, Items, { line: Line; after: number }>({
    max: MAX_PAGES_KEPT,
    ttl: LINE_PAGE_KEPT_MS,
    fetchMethod: async (_key, _stale, { context: { line, after } }) => {
      const rows =
        line.mode === 'line'
          ? await loadLineTickets(shop.db, line.productId, after, TICKETS_A_PAGE)
          : await loadDrawnTickets(shop.db, line.productId, line.draw?.draw ?? 0, after, TICKETS_A_PAGE);
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
        summary: 'The tickets of a drop’s draw or line, in the order of their places',
        description:
          'Of a lottery: exactly the tickets that took part in its draw, as they were at that moment, whatever became of them; before the draw none. Places are in the order of SHA-256 of the seed’s bytes followed by the ticket’s id, and SHA-256 of the seed is the commitment that was published before. Who left before the draw did not take part; who joined after it, or again, stands behind the drawn ones. Of a line: its tickets as they stand.',
        params: Type.Object({ productId: Type.String({ maxLength: 64 }) }),
        querystring: Type.Object({
          after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0, description: 'A place' }),
        }),
        response: { 200: TicketPage, 304: Type.Null(), ...problemResponses(404, 422, 429) },
      },
    },
    async (request, reply) => {
      const productId = parseId(request.params.productId);
      const line = productId === undefined ? undefined : shop.lines.line(productId);
      if (!line) throw problem('not-found', { detail: 'This product has no line, or there is no such product.' });
      const { after } = request.query;
      const draw = line.draw?.draw ?? null;
      if (draw !== null) {
        const etag = `"${line.productId}-${draw}-${after}"`;
        reply.header('etag', etag).header('cache-control', `public, max-age=${DRAWN_PAGE_KEPT_SECONDS}`);
        if (request.headers['if-none-match'] === etag) return reply.code(304).send(null);
      }
      const isKept = draw !== null || line.mode === 'line';
      const items = isKept
        ? await pages.fetch(`${line.productId} ${draw} ${after}`, { context: { line, after } })
        : undefined;
      return {
        productId: String(line.productId),
        mode: line.mode,
        commitment: line.draw?.commitment ?? null,
        seed: line.draw?.seed ?? null,
        drawnTickets: draw === null ? null : (line.draw?.drawnTickets ?? null),
        items: items ?? [],
        next: items?.length === TICKETS_A_PAGE ? (items.at(-1)?.place ?? null) : null,
      };
    },
  );
}
