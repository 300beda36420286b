// A seller's own product: as shoppers get it, with the exact stock and whether it is shown.
import { type Static, Type } from 'typebox';
import type { Queryable } from '../../lib/db.ts';
import { deliveryEstimate, type OwnProduct } from '../../modules/catalog/index.ts';
import { loadOffersOf, stockCounts } from '../../modules/inventory/index.ts';
import type { ReplicaDocument } from '../../modules/search/index.ts';
import { ratingOf } from '../kit/components/stars.ts';
import { ProductSchema, productJson } from '../kit/product-json.ts';
import { Nullable } from '../kit/schemas.ts';

const REVIEWS_SHOWN = 10;

export const StatusSchema = Type.Union([Type.Literal('active'), Type.Literal('hidden')]);
export const StockSchema = Type.Object({ available: Type.Integer(), held: Type.Integer(), sold: Type.Integer() });
export type Stock = Static<typeof StockSchema>;
export const OwnProductSchema = Type.Object({
  ...ProductSchema.properties,
  stock: Type.Object({ state: Type.String(), ...StockSchema.properties }),
  gtin: Nullable(Type.String()),
  status: StatusSchema,
});
export type OwnProductJson = Static<typeof OwnProductSchema>;

export async function ownProductJson(db: Queryable, own: OwnProduct): Promise<OwnProductJson> {
  const { productId, newestReviews, ratingCounts } = own.document;
  const offer = (await loadOffersOf(db, [productId])).get(productId);
  const counts = await stockCounts(db, productId);
  const document: ReplicaDocument = {
    ...own.document,
    stock: offer?.stock ?? { state: 'sold_out', available: null },
    drop: offer?.opensAt
      ? { opensAt: offer.opensAt.toISOString(), perCustomerLimit: offer.customerLimit, holdSeconds: offer.holdSeconds }
      : null,
  };
  const reviews = {
    items: newestReviews.slice(0, REVIEWS_SHOWN),
    page: 1,
    size: REVIEWS_SHOWN,
    total: ratingOf(ratingCounts).count,
  };
  const now = new Date();
  const moment = { nowMs: now.getTime(), delivery: deliveryEstimate(now), ageSeconds: 0, line: undefined };
  const shown = JSON.parse(productJson(document, reviews, moment)) as Static<typeof ProductSchema>;
  return {
    ...shown,
    // Shoppers see them together with what tells a variant from its siblings; changing them must not mix the two.
    attributes: document.attributes,
    gtin: document.gtin,
    stock: { state: shown.stock.state, ...counts },
    status: own.status,
  };
}
