// Reviews by those who bought.
import { Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { invalid, problem } from '../../lib/problem.ts';
import { addReview } from '../../modules/catalog/index.ts';
import { hasBought } from '../../modules/orders/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { wantsPage } from '../kit/negotiate.ts';
import { Id, Line, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';

export function reviewRoutes(app: App, shop: Shop): void {
  app.post(
    '/product/:productId/reviews',
    {
      schema: {
        tags: ['orders'],
        summary: 'Review a product you bought, once',
        params: Type.Object({ productId: Id }),
        body: Type.Object(
          {
            rating: Type.Integer({ minimum: 1, maximum: 5 }),
            title: Line(150),
            body: Type.String({ maxLength: 5_000, default: '' }),
          },
          { additionalProperties: false },
        ),
        response: {
          201: Type.Object({ reviewId: Type.String(), productId: Type.String() }),
          ...problemResponses(401, 403, 404, 409, 422),
        },
      },
    },
    async (request, reply) => {
      const caller = requireCaller(request);
      const productId = parseId(request.params.productId);
      if (productId === undefined) throw problem('product-not-found');
      if (!(await hasBought(shop.db, productId, caller.userId))) {
        if (await shop.replica.product(productId)) throw problem('not-bought');
        throw problem('product-not-found');
      }
      const outcome = await addReview(shop.db, {
        ...request.body,
        productId,
        userId: caller.userId,
        author: caller.name,
      });
      switch (outcome.kind) {
        case 'added':
          if (wantsPage(request)) return reply.redirect(`/product/${productId}/#reviews`, 303) as never;
          reply.code(201);
          return { reviewId: outcome.reviewId, productId: String(productId) };
        case 'already-reviewed':
          throw problem('already-reviewed');
        case 'product-not-found':
          throw problem('product-not-found');
        case 'invalid':
          throw invalid(outcome.errors);
      }
    },
  );
}
