import { listOwnProducts } from '../../modules/catalog/index.ts';
import { listOrdersOfSeller } from '../../modules/orders/index.ts';
import { sendPage } from '../kit/negotiate.ts';
import type { App, Shop } from '../kit/shop.ts';
import { sellerDropRoutes } from './drop.ts';
import { sellerMoneyRoutes } from './money.ts';
import { sellerOrderRoutes } from './orders.ts';
import { requireSeller } from './own-shop.ts';
import { dashboardPage } from './pages/dashboard-page.ts';
import { sellerPictureRoutes } from './pictures.ts';
import { sellerProductRoutes } from './products.ts';
import { sellerStockRoutes } from './stock.ts';

const LATEST_ORDERS = 5;

export function sellerRoutes(app: App, shop: Shop): void {
  app.get(
    '/seller',
    { schema: { tags: ['seller'], summary: 'What is to do in your shop' } },
    async (request, reply) => {
      const { caller, seller } = await requireSeller(shop, request);
      const { sellerId } = seller;
      const [products, toPack, toShip, latest] = await Promise.all([
        listOwnProducts(shop.db, sellerId, 1, 1),
        listOrdersOfSeller(shop.db, { sellerId, state: 'placed', page: 1, size: 1 }),
        listOrdersOfSeller(shop.db, { sellerId, state: 'packed', page: 1, size: 1 }),
        listOrdersOfSeller(shop.db, { sellerId, page: 1, size: LATEST_ORDERS }),
      ]);
      return sendPage(
        reply,
        dashboardPage({
          caller,
          shopName: seller.name,
          productCount: products.total,
          toPackCount: toPack.total,
          toShipCount: toShip.total,
          latest: latest.items,
        }),
      );
    },
  );
  sellerProductRoutes(app, shop);
  sellerPictureRoutes(app, shop);
  sellerStockRoutes(app, shop);
  sellerDropRoutes(app, shop);
  sellerMoneyRoutes(app, shop);
  sellerOrderRoutes(app, shop);
}
