// GET /: the shop window.
import { Type } from 'typebox';
import { html } from '../../lib/html.ts';
import { CATEGORY_SEPARATOR, type ListedProduct, type Replica } from '../../modules/search/index.ts';
import { REVALIDATE } from '../kit/cache-control.ts';
import { callerOf } from '../kit/caller.ts';
import { keptFor } from '../kit/kept-for.ts';
import { layout } from '../kit/layout.ts';
import { sendPage } from '../kit/negotiate.ts';
import type { App, Shop } from '../kit/shop.ts';
import { homePage, type ShopWindow } from './pages/home-page.ts';
import { EVERYTHING } from './search-url.ts';

const WINDOW_FRESH_MS = 10_000; // a window is dressed by a dozen searches, which need not be made for each who walks past
const SHELF_PRODUCTS = 10; // two rows of five
const SHELF_CANDIDATES = 50; // enough for ten different ones among variants
const MAX_DEPARTMENTS = 12; // two rows of six

export function homeRoutes(app: App, shop: Shop): void {
  const currentWindow = keptFor(WINDOW_FRESH_MS, () => dressWindow(shop.replica));

  app.get('/', { schema: { hide: true, querystring: Type.Object({}) } }, async (request, reply) => {
    const shopWindow = await currentWindow();
    reply.header('cache-control', REVALIDATE);
    return sendPage(
      reply,
      layout({
        title: 'A market of many sellers',
        caller: callerOf(request),
        head: html`<link rel="canonical" href="${shop.publicOrigin}/">
<meta name="description" content="Search, buy and follow your parcel: one market, many independent sellers.">`,
        main: homePage(shopWindow, shop.replica.ageSeconds()),
      }),
    );
  });

  app.get('/robots.txt', { schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/plain; charset=utf-8')
      .send('User-agent: *\nDisallow: /me\nDisallow: /pay/\nDisallow: /track/\nDisallow: /search?*term=\n'),
  );
}

async function dressWindow(replica: Replica): Promise<ShopWindow> {
  const [rated, newest] = await Promise.all([
    replica.search({ ...EVERYTHING, sort: 'rating', size: SHELF_CANDIDATES, inStock: true }),
    replica.search({ ...EVERYTHING, sort: 'newest', size: SHELF_CANDIDATES, inStock: true }),
  ]);
  const departments = rated.facets.category
    .filter(({ value }) => !value.includes(CATEGORY_SEPARATOR))
    .slice(0, MAX_DEPARTMENTS);
  const shown = await Promise.all(
    departments.map(async ({ value, label, count }) => {
      const best = await replica.search({ ...EVERYTHING, categories: [value], sort: 'rating', size: 1 });
      return { value, label, count, picture: best.items[0]?.pictures[0] };
    }),
  );
  return { departments: shown, topRated: oneOfAKind(rated.items), newest: oneOfAKind(newest.items) };
}

/** Variants of one thing would fill a shelf with the same picture. */
function oneOfAKind(documents: readonly ListedProduct[]): ListedProduct[] {
  const seen = new Set<string>();
  const different = documents.filter((document) => {
    const kind = document.familyKey ? `${document.sellerId} ${document.familyKey}` : `${document.productId}`;
    if (seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
  return different.slice(0, SHELF_PRODUCTS);
}
