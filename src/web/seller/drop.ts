// A drop: a sale that opens at a set moment, with a limit a customer and a hold time of its own.
import { Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { invalid, problem } from '../../lib/problem.ts';
import { setDrop } from '../../modules/inventory/index.ts';
import { Nullable, problemResponses, Time } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { requireSeller } from './own-shop.ts';
import { ProductParams } from './products.ts';

const MAX_CUSTOMER_LIMIT = 1_000;
const MIN_HOLD_SECONDS = 5;
const MAX_HOLD_SECONDS = 86_400;
const MAX_DAYS_AHEAD = 366;
const DAY_MS = 86_400_000;

const Drop = {
  opensAt: Time,
  mode: Type.Enum(['open', 'line', 'lottery'], {
    description:
      'open: first come, first served. line: in the order of joining. lottery: who joins before the opening is drawn.',
  }),
  perCustomerLimit: Type.Integer({ minimum: 1, maximum: MAX_CUSTOMER_LIMIT }),
  holdSeconds: Type.Integer({ minimum: MIN_HOLD_SECONDS, maximum: MAX_HOLD_SECONDS }),
};

export function sellerDropRoutes(app: App, shop: Shop): void {
  app.put(
    '/seller/products/:productId/drop',
    {
      schema: {
        tags: ['seller'],
        summary: 'Announce when a product goes on sale, and to how many a customer',
        params: ProductParams,
        body: Type.Object(Drop, { additionalProperties: false }),
        response: {
          200: Type.Object({
            productId: Type.String(),
            ...Drop,
            commitment: Nullable(Type.String({ description: 'SHA-256 of the seed of a lottery’s draw' })),
          }),
          ...problemResponses(401, 403, 404, 409, 422),
        },
      },
    },
    async (request) => {
      const { seller } = await requireSeller(shop, request);
      const productId = parseId(request.params.productId);
      if (productId === undefined) throw problem('product-not-found');
      const { opensAt, mode, perCustomerLimit, holdSeconds } = request.body;
      const opens = new Date(opensAt);
      // A leap second is RFC 3339, and no moment that Date knows.
      if (Number.isNaN(opens.getTime()) || opens.getTime() > Date.now() + MAX_DAYS_AHEAD * DAY_MS)
        throw invalid([{ pointer: '/opensAt', message: `must be within ${MAX_DAYS_AHEAD} days` }]);
      const outcome = await setDrop(shop.db, productId, seller.sellerId, {
        opensAt: opens,
        mode,
        perCustomerLimit,
        holdSeconds,
      });
      if (outcome.kind === 'not-found') throw problem('product-not-found');
      if (outcome.kind === 'somebody-waits')
        throw problem('wrong-state', {
          state: 'waiting',
          allowed: [],
          detail: 'Somebody waits in its line. A drop can be changed until then.',
        });
      return {
        productId: String(productId),
        opensAt: opens.toISOString(),
        mode,
        perCustomerLimit,
        holdSeconds,
        commitment: outcome.commitment,
      };
    },
  );
}
