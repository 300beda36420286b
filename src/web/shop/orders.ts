import { Type } from 'typebox';
import { listOrdersOfUser } from '../../modules/orders/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { mediaUrl } from '../kit/components/picture.ts';
import { respond } from '../kit/negotiate.ts';
import { OrderSummaryJson, orderSummaryJson } from '../kit/order-json.ts';
import { PageQuery } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { ordersPage } from './pages/orders-page.ts';
import { productPicture } from './visible-order.ts';

export function ordersRoutes(app: App, shop: Shop): void {
  app.get(
    '/me/orders',
    {
      schema: {
        tags: ['orders'],
        summary: 'What you bought, newest first',
        querystring: PageQuery,
        response: {
          200: Type.Object({
            items: Type.Array(OrderSummaryJson),
            page: Type.Integer(),
            size: Type.Integer(),
            total: Type.Integer(),
          }),
        },
      },
    },
    async (request, reply) => {
      const caller = requireCaller(request);
      const { page, size } = request.query;
      const orders = await listOrdersOfUser(shop.db, { userId: caller.userId, page, size });
      const shown = await Promise.all(
        orders.items.map(async (order) => ({ order, picture: await productPicture(shop, order.productId) })),
      );
      return respond(request, reply, {
        json: () => ({
          ...orders,
          items: shown.map(({ order, picture }) =>
            orderSummaryJson(order, picture ? mediaUrl(picture.pictureId, 640, 'webp') : null),
          ),
        }),
        page: () => ordersPage({ caller, items: shown, page, size, total: orders.total }),
      });
    },
  );
}
