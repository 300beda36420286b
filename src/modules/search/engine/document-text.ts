// A document as short ASCII text, and back: its fields in a fixed order without their names.
import type { ReplicaDocument } from '../document.ts';

/** Raised whenever the fields below change, so that a snapshot with others is not taken. */
export const DOCUMENT_TEXT_VERSION = 1;

const STOCK_STATES = ['in_stock', 'low', 'sold_out'] as const;

type PictureRow = [pictureId: string, width: number, height: number, alt: string | 0];
type ReviewRow = [string, number, string, string, string, string, 0 | 1];
type DropRow = [opensAt: string, perCustomerLimit: number | null, holdSeconds: number];
type DocumentRow = [
  productId: number,
  sellerId: number,
  sellerName: string,
  sellerRating: number | null,
  title: string,
  description: string,
  brand: string | null,
  category: string[],
  attributes: Record<string, string>,
  gtin: string | null,
  familyKey: string | null,
  variant: Record<string, string>,
  priceMinor: number,
  currency: string,
  pictures: PictureRow[],
  ratingCounts: number[],
  createdAtMs: number,
  newestReviews: ReviewRow[],
  stockState: number,
  available: number | null,
  drop: DropRow | null,
];

const ASCII = /^\p{ASCII}*$/u;
const NOT_ASCII = /[\u0080-\uffff]/g;

export function textOfDocument(document: ReplicaDocument): string {
  const { stock, drop } = document;
  const row: DocumentRow = [
    document.productId,
    document.sellerId,
    document.sellerName,
    document.sellerRating,
    document.title,
    document.description,
    document.brand,
    document.category,
    document.attributes,
    document.gtin,
    document.familyKey,
    document.variant,
    document.priceMinor,
    document.currency,
    // Most pictures are described by the title.
    document.pictures.map(({ pictureId, width, height, alt }) => [
      pictureId,
      width,
      height,
      alt === document.title ? 0 : alt,
    ]),
    document.ratingCounts,
    document.createdAtMs,
    document.newestReviews.map((review) => [
      review.reviewId,
      review.rating,
      review.title,
      review.body,
      review.author,
      review.createdAt,
      review.verifiedPurchase ? 1 : 0,
    ]),
    STOCK_STATES.indexOf(stock.state),
    stock.available,
    drop && [drop.opensAt, drop.perCustomerLimit, drop.holdSeconds],
  ];
  const text = JSON.stringify(row);
  if (ASCII.test(text)) return text;
  return text.replace(NOT_ASCII, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function documentOfText(text: string): ReplicaDocument {
  const row = JSON.parse(text) as DocumentRow;
  const title = row[4];
  const drop = row[20];
  return {
    productId: row[0],
    sellerId: row[1],
    sellerName: row[2],
    sellerRating: row[3],
    title,
    description: row[5],
    brand: row[6],
    category: row[7],
    attributes: row[8],
    gtin: row[9],
    familyKey: row[10],
    variant: row[11],
    priceMinor: row[12],
    currency: row[13],
    pictures: row[14].map(([pictureId, width, height, alt]) => ({
      pictureId,
      width,
      height,
      alt: alt === 0 ? title : alt,
    })),
    ratingCounts: row[15],
    createdAtMs: row[16],
    newestReviews: row[17].map(([reviewId, rating, reviewTitle, body, author, createdAt, verified]) => ({
      reviewId,
      rating,
      title: reviewTitle,
      body,
      author,
      createdAt,
      verifiedPurchase: verified === 1,
    })),
    stock: { state: STOCK_STATES[row[18]] ?? 'sold_out', available: row[19] },
    drop: drop && { opensAt: drop[0], perCustomerLimit: drop[1], holdSeconds: drop[2] },
  };
}
