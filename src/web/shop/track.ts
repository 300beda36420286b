import type { FastifyReply, FastifyRequest } from 'fastify';
import { isAtRest, type TrackedOrder, track } from '../../modules/orders/index.ts';
import { callerOf } from '../kit/caller.ts';
import { mediaUrl } from '../kit/components/picture.ts';
import { respond } from '../kit/negotiate.ts';
import { OrderJson, orderJson } from '../kit/order-json.ts';
import type { App, Shop } from '../kit/shop.ts';
import { lastEventId, type Streams, streamsOf, wantsEventStream } from '../kit/sse.ts';
import { trackPage } from './pages/track-page.ts';
import { LinkQuery, OrderParams, productPicture, type VisibleOrder, visibleOrder } from './visible-order.ts';

export function trackRoutes(app: App, shop: Shop): void {
  const streams = streamsOf(app);

  app.get(
    '/track/:orderId',
    {
      schema: {
        tags: ['orders'],
        summary: 'Where an order is',
        description:
          'For its buyer, its seller, an operator, or the holder of the signed link from its mail; 404 to everybody else. With `Accept: text/event-stream` the same, live: one event a step, and an event named `end` when nothing more is to come. `Last-Event-ID` is honoured.',
        params: OrderParams,
        querystring: LinkQuery,
        response: { 200: OrderJson },
      },
    },
    async (request, reply) => {
      const visible = await visibleOrder(shop, request, request.params.orderId, request.query.link);
      const picture = await productPicture(shop, visible.order.productId);
      const image = picture ? mediaUrl(picture.pictureId, 640, 'webp') : null;
      if (wantsEventStream(request)) return follow(shop, streams, visible, image, request, reply);
      return respond(request, reply, {
        json: () => orderJson(visible.order, image, visible.link),
        page: () => trackPage({ ...visible, picture, caller: callerOf(request) }),
      });
    },
  );
}

function follow(
  shop: Shop,
  streams: Streams,
  { order, link }: VisibleOrder,
  image: string | null,
  request: FastifyRequest,
  reply: FastifyReply,
): never {
  const stream = streams.open(request, reply.header('vary', 'accept'));
  const tell = (fresh: TrackedOrder): void => {
    stream.send({ id: sequenceOf(fresh), data: orderJson(fresh, image, link) });
    if (isAtRest(fresh.state)) stream.end({ state: fresh.state });
  };
  if (sequenceOf(order) > lastEventId(request)) tell(order);
  else if (isAtRest(order.state)) stream.end({ state: order.state });
  if (!isAtRest(order.state)) {
    const leave = shop.orderWatch.watch(order.orderId, sequenceOf(order), () => {
      // The reader of a stream that is cut comes back by itself and asks for what it missed.
      track(shop.db, order.orderId).then((fresh) => fresh && tell(fresh), stream.cut);
    });
    stream.onClose(leave);
  }
  return reply as never;
}

function sequenceOf(order: TrackedOrder): number {
  return order.events.at(-1)?.sequence ?? 0;
}
