// A product as API clients get it. What comes from its document alone is turned into text once for each document; the
// few fields that also depend on the time of asking are put in for each answer.
import { Type } from 'typebox';
import type { DeliveryEstimate, ReviewDocument } from '../../modules/catalog/index.ts';
import type { Line } from '../../modules/inventory/index.ts';
import type { ReplicaDocument } from '../../modules/search/index.ts';
import { mediaUrl, scaledSize } from './components/picture.ts';
import { ratingOf } from './components/stars.ts';
import { DropSchema, liveDrop } from './live-drop.ts';
import { perDocument } from './per-document.ts';
import { Day, MoneySchema, Nullable, Time } from './schemas.ts';

const ReviewSchema = Type.Object({
  reviewId: Type.String(),
  rating: Type.Integer({ minimum: 1, maximum: 5 }),
  title: Type.String(),
  body: Type.String(),
  author: Type.String(),
  createdAt: Time,
  verifiedPurchase: Type.Boolean(),
});

export const ProductSchema = Type.Object({
  productId: Type.String(),
  title: Type.String(),
  description: Type.String(),
  brand: Nullable(Type.String()),
  category: Type.Array(Type.String()),
  attributes: Type.Record(Type.String(), Type.String()),
  price: MoneySchema,
  images: Type.Array(
    Type.Object({ url: Type.String(), width: Type.Integer(), height: Type.Integer(), alt: Type.String() }),
  ),
  rating: Type.Object({ average: Type.Number(), count: Type.Integer(), histogram: Type.Array(Type.Integer()) }),
  stock: Type.Object({
    state: Type.Union([Type.Literal('in_stock'), Type.Literal('low'), Type.Literal('sold_out')]),
    available: Type.Optional(Type.Integer({ description: 'Only where the state is low.' })),
  }),
  seller: Type.Object({
    sellerId: Type.String(),
    name: Type.String(),
    rating: Nullable(Type.Number()),
  }),
  reviews: Type.Object({
    items: Type.Array(ReviewSchema),
    page: Type.Integer(),
    size: Type.Integer(),
    total: Type.Integer(),
  }),
  delivery: Type.Object({
    earliest: Day,
    latest: Day,
  }),
  drop: Nullable(DropSchema),
  dataAgeSeconds: Type.Number({ description: 'How far this answer may lie behind the database.' }),
});

export type ReviewPage = { items: ReviewDocument[]; page: number; size: number; total: number };

/** What a product's answer needs beyond its document. */
export type ProductMoment = {
  nowMs: number;
  delivery: DeliveryEstimate;
  ageSeconds: number;
  /** Its drop's line as this node knows it; undefined where it has none. */
  line: Line | undefined;
};

const LARGEST_IMAGE_WIDTH = 1200;

function documentFields(document: ReplicaDocument) {
  const { state, available } = document.stock;
  return {
    productId: String(document.productId),
    title: document.title,
    description: document.description,
    brand: document.brand,
    category: document.category,
    attributes: { ...document.variant, ...document.attributes },
    price: { amount: document.priceMinor, currency: document.currency },
    images: document.pictures.map((picture) => ({
      url: mediaUrl(picture.pictureId, LARGEST_IMAGE_WIDTH, 'webp'),
      ...scaledSize(picture, LARGEST_IMAGE_WIDTH),
      alt: picture.alt,
    })),
    rating: { ...ratingOf(document.ratingCounts), histogram: document.ratingCounts },
    stock: available === null ? { state } : { state, available },
    seller: { sellerId: String(document.sellerId), name: document.sellerName, rating: document.sellerRating },
  };
}

/** Without the closing brace: what follows is appended. */
const openedJson = perDocument((document: ReplicaDocument) => ({
  text: JSON.stringify(documentFields(document)).slice(0, -1),
}));

const firstReviewsJson = perDocument((reviews: ReviewPage) => ({ text: JSON.stringify(reviews) }));

export function productJson(document: ReplicaDocument, reviews: ReviewPage, moment: ProductMoment): string {
  const drop = JSON.stringify(liveDrop(document, moment.line, moment.nowMs));
  const { earliest, latest } = moment.delivery;
  return `${openedJson(document).text},"reviews":${firstReviewsJson(reviews).text},"delivery":{"earliest":"${earliest}","latest":"${latest}"},"drop":${drop},"dataAgeSeconds":${ageText(moment.ageSeconds)}}`;
}

/** JSON knows no infinity: an age that nobody knows is the largest number it can say exactly. */
function ageText(ageSeconds: number): string {
  return String(Math.min(Math.round(ageSeconds * 10) / 10, Number.MAX_SAFE_INTEGER));
}
