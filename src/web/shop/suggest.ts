import { Type } from 'typebox';
import type { App, Shop } from '../kit/shop.ts';
import { takesAnything } from '../kit/text-check.ts';
import { MAX_SENT_TERM_CHARACTERS } from './search-url.ts';

const schema = {
  tags: ['shop'],
  summary: 'What a search may be about to become',
  querystring: Type.Object({ term: Type.String({ maxLength: MAX_SENT_TERM_CHARACTERS, default: '' }) }),
  response: {
    200: Type.Object({
      suggestions: Type.Array(
        Type.Object({
          text: Type.String(),
          kind: Type.Union([
            Type.Literal('query'),
            Type.Literal('product'),
            Type.Literal('category'),
            Type.Literal('brand'),
          ]),
          url: Type.String(),
        }),
      ),
    }),
  },
};

// Many people type the same beginnings: a browser need not ask twice for a letter taken back.
const CACHE_CONTROL = 'public, max-age=60';

export function suggestRoutes(app: App, shop: Shop): void {
  app.get('/search/suggest', { schema, onRequest: takesAnything('term') }, async (request, reply) => {
    reply.header('cache-control', CACHE_CONTROL);
    return { suggestions: await shop.replica.suggest(request.query.term.trim()) };
  });
}
