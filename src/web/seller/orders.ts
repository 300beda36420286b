import { Type } from 'typebox';
import { problem } from '../../lib/problem.ts';
import {
  listOrdersOfSeller,
  moveOrder,
  ORDER_STATES,
  type OrderState,
  type ParcelState,
  parcelStatesAfter,
  type TrackedOrder,
  track,
} from '../../modules/orders/index.ts';
import { mediaUrl } from '../kit/components/picture.ts';
import { respond, wantsPage } from '../kit/negotiate.ts';
import { OrderJson, OrderSummaryJson, orderJson, orderSummaryJson } from '../kit/order-json.ts';
import { Id, Line, PageQuery, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { requireSeller } from './own-shop.ts';
import { orderPage } from './pages/order-page.ts';
import { ordersPage } from './pages/orders-page.ts';
import { OrderPageQuery } from './saved.ts';

const StateSchema = Type.Union(ORDER_STATES.map((state) => Type.Literal(state)));
const OrderParams = Type.Object({ orderId: Id });
const EventBody = Type.Object(
  {
    state: StateSchema,
    carrier: Type.Optional(Line(60)),
    trackingNumber: Type.Optional(Line(60)),
    note: Type.Optional(Line(300)),
    place: Type.Optional(Line(100)),
  },
  { additionalProperties: false },
);

export function sellerOrderRoutes(app: App, shop: Shop): void {
  app.get(
    '/seller/orders',
    {
      schema: {
        tags: ['seller'],
        summary: 'Orders of your products, newest first',
        querystring: Type.Object({ ...PageQuery.properties, state: Type.Optional(StateSchema) }),
        response: {
          200: Type.Object({
            items: Type.Array(OrderSummaryJson),
            page: Type.Integer(),
            size: Type.Integer(),
            total: Type.Integer(),
          }),
          ...problemResponses(401, 403, 422),
        },
      },
    },
    async (request, reply) => {
      const { caller, seller } = await requireSeller(shop, request);
      const { page, size, state } = request.query;
      const orders = await listOrdersOfSeller(shop.db, { sellerId: seller.sellerId, state, page, size });
      const images = await Promise.all(orders.items.map((order) => imageOf(shop, order.productId)));
      return respond(request, reply, {
        json: () => ({ ...orders, items: orders.items.map((order, n) => orderSummaryJson(order, images[n] ?? null)) }),
        page: () => ordersPage(caller, orders, state),
      });
    },
  );

  app.get(
    '/seller/orders/:orderId',
    {
      schema: {
        tags: ['seller'],
        summary: 'An order of one of your products',
        params: OrderParams,
        querystring: OrderPageQuery,
        response: { 200: OrderJson, ...problemResponses(401, 403, 404) },
      },
    },
    async (request, reply) => {
      const { caller, seller } = await requireSeller(shop, request);
      const order = await ownOrder(shop, seller.sellerId, request.params.orderId);
      const image = await imageOf(shop, order.productId);
      return respond(request, reply, {
        json: () => orderJson(order, image),
        page: () => orderPage(caller, order, request.query.saved),
      });
    },
  );

  app.post(
    '/seller/orders/:orderId/events',
    {
      schema: {
        tags: ['seller'],
        summary: 'Report a step of the parcel',
        description:
          'A step that cannot follow is 409 `wrong-state`. Cancelling and refunding move money: see the refund.',
        params: OrderParams,
        body: EventBody,
        response: { 201: OrderJson, ...problemResponses(401, 403, 404, 409, 422) },
      },
    },
    async (request, reply) => {
      const { seller } = await requireSeller(shop, request);
      const { orderId } = request.params;
      const { state, ...details } = request.body;
      if (!isParcelState(state)) throw wrongState((await ownOrder(shop, seller.sellerId, orderId)).state);
      const outcome = await moveOrder(shop.db, { orderId, sellerId: seller.sellerId, state, ...details });
      if (outcome.kind === 'not-found') throw problem('not-found');
      if (outcome.kind === 'wrong-state') throw wrongState(outcome.state);
      if (wantsPage(request)) return reply.redirect(`/seller/orders/${orderId}?saved=${state}`, 303) as never;
      const order = await ownOrder(shop, seller.sellerId, orderId);
      return reply.code(201).send(orderJson(order, await imageOf(shop, order.productId)));
    },
  );
}

function isParcelState(state: OrderState): state is ParcelState {
  return state !== 'placed' && state !== 'cancelled' && state !== 'refunded';
}

function wrongState(state: OrderState): Error {
  return problem('wrong-state', { state, allowed: parcelStatesAfter(state) });
}

async function ownOrder(shop: Shop, sellerId: number, orderId: string): Promise<TrackedOrder> {
  const order = await track(shop.db, orderId);
  if (!order || order.seller.sellerId !== sellerId) throw problem('not-found');
  return order;
}

async function imageOf(shop: Shop, productId: number): Promise<string | null> {
  const picture = (await shop.replica.product(productId))?.pictures[0];
  return picture ? mediaUrl(picture.pictureId, 640, 'webp') : null;
}
