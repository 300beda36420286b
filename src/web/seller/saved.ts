// What a form of the seller's pages did, told by the page it leads back to: /seller/products/4711?saved=stock
import { Type } from 'typebox';
import { ORDER_STATES } from '../../modules/orders/index.ts';

const SAVED_OF_PRODUCT = ['new', 'fields', 'stock', 'picture', 'drop'] as const;
export type SavedOfProduct = (typeof SAVED_OF_PRODUCT)[number];

export const ProductPageQuery = Type.Object({
  saved: Type.Optional(Type.Enum(SAVED_OF_PRODUCT, { description: 'Which form was saved, for the page to say so' })),
});

export const OrderPageQuery = Type.Object({
  saved: Type.Optional(Type.Enum(ORDER_STATES, { description: 'Which step was reported, for the page to say so' })),
});

export function savedProductPath(productId: number | string, saved: SavedOfProduct): string {
  return `/seller/products/${productId}?saved=${saved}`;
}
