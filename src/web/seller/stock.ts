import { type Static, Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { invalid, problem } from '../../lib/problem.ts';
import { changeStock } from '../../modules/inventory/index.ts';
import { wantsPage } from '../kit/negotiate.ts';
import { Line, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { type Stock, StockSchema } from './own-product-json.ts';
import { requireSeller } from './own-shop.ts';
import { productFormAgain } from './product-form-again.ts';
import { ProductParams } from './products.ts';
import { savedProductPath } from './saved.ts';

const MAX_CHANGE = 1_000_000;
const MAX_NOTE_CHARACTERS = 300;

const StockChangeBody = Type.Object(
  {
    change: Type.Integer({ minimum: -MAX_CHANGE, maximum: MAX_CHANGE, description: 'Units more, or fewer' }),
    note: Type.Optional(Line(MAX_NOTE_CHARACTERS)),
  },
  { additionalProperties: false },
);

export function sellerStockRoutes(app: App, shop: Shop): void {
  app.post(
    '/seller/products/:productId/stock',
    {
      errorHandler: productFormAgain(shop, 'stock', ['change', 'note']),
      schema: {
        tags: ['seller'],
        summary: 'Add or take units of a product',
        description: 'Never takes what is held or sold: 409 `stock-taken` names how many are available.',
        params: ProductParams,
        body: StockChangeBody,
        response: { 200: StockSchema, ...problemResponses(401, 403, 404, 409, 422) },
      },
    },
    async (request, reply) => {
      const { caller, seller } = await requireSeller(shop, request);
      const productId = parseId(request.params.productId);
      if (productId === undefined) throw problem('product-not-found');
      const stock = await change(shop, {
        ...request.body,
        productId,
        sellerId: seller.sellerId,
        userId: caller.userId,
      });
      if (wantsPage(request)) return reply.redirect(savedProductPath(productId, 'stock'), 303) as never;
      return stock;
    },
  );
}

async function change(
  shop: Shop,
  wanted: Static<typeof StockChangeBody> & { productId: number; sellerId: number; userId: number },
): Promise<Stock> {
  const { change: units, note = null, ...rest } = wanted;
  const outcome = await changeStock(shop.db, { ...rest, units, note });
  if (outcome.kind === 'not-found') throw problem('product-not-found');
  if (outcome.kind === 'too-many')
    throw invalid([{ pointer: '/change', message: 'would make more than a billion units' }]);
  if (outcome.kind === 'below-zero') throw problem('stock-taken', { available: outcome.available });
  const { available, held, sold } = outcome;
  return { available, held, sold };
}
