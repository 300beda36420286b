// GET /product/:productId: served from this node's replica, without a database for all but late pages of reviews.
import { type Static, Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { problem } from '../../lib/problem.ts';
import { type DeliveryEstimate, deliveryEstimate } from '../../modules/catalog/index.ts';
import type { ReplicaDocument } from '../../modules/search/index.ts';
import { REVALIDATE } from '../kit/cache-control.ts';
import { callerOf } from '../kit/caller.ts';
import { layout } from '../kit/layout.ts';
import { liveDrop } from '../kit/live-drop.ts';
import { respond } from '../kit/negotiate.ts';
import { markupPerDocument } from '../kit/per-document.ts';
import { ProductSchema, productJson } from '../kit/product-json.ts';
import { problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { productPage } from './pages/product-page.ts';
import { DEFAULT_REVIEWS_SIZE, reviewsOf } from './product-reviews.ts';
import { productHead } from './structured-data.ts';

const MAX_REVIEWS_PAGE = 100_000;
const MAX_REVIEWS_SIZE = 100;
const RETRY_AFTER_SECONDS = 2;

const schema = {
  tags: ['shop'],
  summary: 'A product with a page of its reviews',
  params: Type.Object({ productId: Type.String({ maxLength: 64 }) }),
  querystring: Type.Object({
    pagination: Type.Integer({
      minimum: 1,
      maximum: MAX_REVIEWS_PAGE,
      default: 1,
      description: 'Page of the reviews.',
    }),
    size: Type.Integer({ minimum: 1, maximum: MAX_REVIEWS_SIZE, default: DEFAULT_REVIEWS_SIZE }),
  }),
  response: { 200: ProductSchema, ...problemResponses(404, 422) },
};

export function productRoutes(app: App, shop: Shop): void {
  const head = markupPerDocument((document: ReplicaDocument) => productHead(document, shop.publicOrigin));

  app.get('/product/:productId', { schema }, async (request, reply) => {
    const productId = parseId(request.params.productId);
    const document = productId === undefined ? undefined : await shop.replica.product(productId);
    // A node that has not heard of any product yet cannot say that there is none.
    if (!document && !shop.replica.ready()) throw problem('still-opening', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    if (!document) throw problem('product-not-found');
    const { pagination, size } = request.query;
    const reviews = await reviewsOf(shop.db, document, pagination, size);
    const nowMs = Date.now();
    const moment = {
      nowMs,
      delivery: deliveryFrom(nowMs),
      ageSeconds: shop.replica.ageSeconds(),
      line: shop.lines.line(document.productId),
    };
    const family = document.familyKey ? await shop.replica.family(document.familyKey, document.sellerId) : [];
    reply.header('cache-control', REVALIDATE);
    return respond(request, reply, {
      json: () => {
        // Already serialised; a string of this type is sent as it is.
        reply.type('application/json; charset=utf-8');
        return productJson(document, reviews, moment) as unknown as Static<typeof ProductSchema>;
      },
      page: () =>
        layout({
          title: document.title,
          caller: callerOf(request),
          head: head(document),
          scripts: liveDrop(document, moment.line, nowMs)?.state === 'announced' ? ['countdown'] : [],
          main: productPage({ document, family, reviews, moment }),
        }),
    });
  });
}

// The estimate changes once a day and is asked for with every page.
let estimated: { day: number; delivery: DeliveryEstimate } | undefined;

function deliveryFrom(nowMs: number): DeliveryEstimate {
  const day = Math.floor(nowMs / 86_400_000);
  if (estimated?.day !== day) estimated = { day, delivery: deliveryEstimate(new Date(nowMs)) };
  return estimated.delivery;
}
