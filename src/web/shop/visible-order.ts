// Who may look at an order: its buyer, its seller, an operator, or whoever holds the link from its mail.
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { problem } from '../../lib/problem.ts';
import type { Picture } from '../../modules/catalog/index.ts';
import { isTrackingLink, maySee, type TrackedOrder, track } from '../../modules/orders/index.ts';
import { callerOf } from '../kit/caller.ts';
import { Id } from '../kit/schemas.ts';
import type { Shop } from '../kit/shop.ts';

export const OrderParams = Type.Object({ orderId: Id });
export const LinkQuery = Type.Object({ link: Type.Optional(Type.String({ maxLength: 64 })) });

export type VisibleOrder = {
  order: TrackedOrder;
  /** The link that opened it, where nothing else did. */
  link: string | undefined;
};

/** Answers 404 to everybody else, the same as for an order that does not exist. */
export async function visibleOrder(
  shop: Shop,
  request: FastifyRequest,
  orderId: string,
  link: string | undefined,
): Promise<VisibleOrder> {
  const order = await track(shop.db, orderId);
  if (order && maySee(order, callerOf(request))) return { order, link: undefined };
  if (order && link !== undefined && isTrackingLink(shop.linkKey, order.orderId, link)) return { order, link };
  throw problem('not-found', {
    detail: 'There is no such order, or it belongs to somebody else. Is this the right account?',
  });
}

/** The product's first picture as the shop shows it now; none where the product was taken off. */
export async function productPicture(shop: Shop, productId: number): Promise<Picture | undefined> {
  return (await shop.replica.product(productId))?.pictures[0];
}
