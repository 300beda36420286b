// Counts which products are opened from the results of a search, by the address the browser says it comes from: no link
// carries anything for it, and nothing is sent that was not sent anyway.
import { parseId } from '../../lib/ids.ts';
import type { App, Shop } from '../kit/shop.ts';

const PRODUCT_ROUTE = '/product/:productId';
const REFERER_MAX_CHARACTERS = 2_000;

export function searchClicks(app: App, { queryLog, publicOrigin }: Pick<Shop, 'queryLog' | 'publicOrigin'>): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.url !== PRODUCT_ROUTE || request.method !== 'GET' || reply.statusCode >= 400) return;
    const term = searchedTerm(request.headers.referer, publicOrigin);
    const productId = parseId((request.params as { productId: string }).productId);
    if (term !== undefined && productId !== undefined) queryLog.clicked(term, productId);
  });
}

/** The term of the results page that this shop's address shows; undefined for any other address. */
export function searchedTerm(referer: string | undefined, publicOrigin: string): string | undefined {
  if (!referer || referer.length > REFERER_MAX_CHARACTERS || !URL.canParse(referer)) return undefined;
  const { origin, pathname, searchParams } = new URL(referer);
  if (origin !== publicOrigin || !/^\/search\/?$/.test(pathname)) return undefined;
  return searchParams.get('term')?.trim() || undefined;
}
