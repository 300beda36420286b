// A document as few bytes, and back: its fields in a fixed order, without their names.
import type { ListedProduct, ReplicaDocument } from '../document.ts';
import { type CodedBytes, readNumber, readOptionalNumber, writeNumber } from './coded-bytes.ts';
import {
  readOptionalText,
  readSentences,
  readText,
  type TextCodec,
  writeNoText,
  writeSentences,
  writeText,
  writeValue,
} from './text-codec.ts';

/** Raised whenever what is written below changes, so that a snapshot with other documents is not taken. */
export const DOCUMENT_CODE_VERSION = 3;

const STOCK_STATES = ['in_stock', 'low', 'sold_out'] as const;

const FIRST_SCRATCH_BYTES = 1 << 16;
/** A larger one is not kept. */
const MAX_SCRATCH_BYTES = 1 << 20;
let scratch: Uint8Array = new Uint8Array(FIRST_SCRATCH_BYTES);

/** Valid until the next call. */
export function encodeDocument(codec: TextCodec, document: ReplicaDocument): Uint8Array {
  const target: CodedBytes = { bytes: scratch, at: 0 };
  writeListed(codec, target, document);
  writeNumber(target, document.sellerRating);
  writeSentences(codec, target, document.description);
  writeRecord(codec, target, document.attributes);
  writeOptional(codec, target, document.gtin, writeText);
  writeRecord(codec, target, document.variant);
  writeNumber(target, document.createdAtMs);
  writeReviews(codec, target, document.newestReviews);
  writeDrop(codec, target, document.drop);
  if (target.bytes.length <= MAX_SCRATCH_BYTES) scratch = target.bytes;
  return target.bytes.subarray(0, target.at);
}

/** First, so that a list of products need not read the rest, which is nine tenths. */
function writeListed(codec: TextCodec, target: CodedBytes, product: ListedProduct): void {
  writeNumber(target, product.productId);
  writeNumber(target, product.sellerId);
  writeValue(codec, target, product.sellerName);
  writeText(codec, target, product.title);
  writeOptional(codec, target, product.brand, writeValue);
  writeNumber(target, product.category.length);
  for (const category of product.category) writeValue(codec, target, category);
  writeOptional(codec, target, product.familyKey, writeText);
  writeNumber(target, product.priceMinor);
  writeValue(codec, target, product.currency);
  writePictures(codec, target, product);
  writeNumber(target, product.ratingCounts.length);
  for (const count of product.ratingCounts) writeNumber(target, count);
  writeNumber(target, STOCK_STATES.indexOf(product.stock.state));
  writeNumber(target, product.stock.available);
}

// In the order in which they were written: the language keeps the order of an object's fields.
export function decodeListed(codec: TextCodec, source: CodedBytes): ListedProduct {
  const productId = readNumber(source);
  const sellerId = readNumber(source);
  const sellerName = readText(codec, source);
  const title = readText(codec, source);
  return {
    productId,
    sellerId,
    sellerName,
    title,
    brand: readOptionalText(codec, source),
    category: readList(source, () => readText(codec, source)),
    familyKey: readOptionalText(codec, source),
    priceMinor: readNumber(source),
    currency: readText(codec, source),
    pictures: readList(source, () => ({
      pictureId: readText(codec, source),
      width: readNumber(source),
      height: readNumber(source),
      alt: readOptionalText(codec, source) ?? title,
    })),
    ratingCounts: readList(source, () => readNumber(source)),
    stock: { state: STOCK_STATES[readNumber(source)] ?? 'sold_out', available: readOptionalNumber(source) },
  };
}

export function decodeDocument(codec: TextCodec, source: CodedBytes): ReplicaDocument {
  return {
    ...decodeListed(codec, source),
    sellerRating: readOptionalNumber(source),
    description: readSentences(codec, source),
    attributes: readRecord(codec, source),
    gtin: readOptionalText(codec, source),
    variant: readRecord(codec, source),
    createdAtMs: readNumber(source),
    newestReviews: readList(source, () => readReview(codec, source)),
    drop: readDrop(codec, source),
  };
}

function writeOptional(codec: TextCodec, target: CodedBytes, text: string | null, write: typeof writeText): void {
  if (text === null) writeNoText(target);
  else write(codec, target, text);
}

function writeRecord(codec: TextCodec, target: CodedBytes, record: Record<string, string>): void {
  const names = Object.keys(record);
  writeNumber(target, names.length);
  for (const name of names) {
    writeValue(codec, target, name);
    writeValue(codec, target, record[name] as string);
  }
}

function readRecord(codec: TextCodec, source: CodedBytes): Record<string, string> {
  const record: Record<string, string> = {};
  const count = readNumber(source);
  for (let read = 0; read < count; read++) {
    const name = readText(codec, source);
    const value = readText(codec, source);
    // Set as others are, this one would be no field.
    if (name === '__proto__')
      Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
    else record[name] = value;
  }
  return record;
}

function readList<Item>(source: CodedBytes, readItem: () => Item): Item[] {
  const items: Item[] = [];
  const count = readNumber(source);
  for (let read = 0; read < count; read++) items.push(readItem());
  return items;
}

function writePictures(codec: TextCodec, target: CodedBytes, { pictures, title }: ListedProduct): void {
  writeNumber(target, pictures.length);
  for (const { pictureId, width, height, alt } of pictures) {
    writeText(codec, target, pictureId);
    writeNumber(target, width);
    writeNumber(target, height);
    // Most pictures are described by the title.
    if (alt === title) writeNoText(target);
    else writeText(codec, target, alt);
  }
}

function writeReviews(codec: TextCodec, target: CodedBytes, reviews: ReplicaDocument['newestReviews']): void {
  writeNumber(target, reviews.length);
  for (const review of reviews) {
    writeText(codec, target, review.reviewId);
    writeNumber(target, review.rating);
    writeValue(codec, target, review.title);
    writeSentences(codec, target, review.body);
    writeValue(codec, target, review.author);
    writeText(codec, target, review.createdAt);
    writeNumber(target, review.verifiedPurchase ? 1 : 0);
  }
}

function readReview(codec: TextCodec, source: CodedBytes): ReplicaDocument['newestReviews'][number] {
  return {
    reviewId: readText(codec, source),
    rating: readNumber(source),
    title: readText(codec, source),
    body: readSentences(codec, source),
    author: readText(codec, source),
    createdAt: readText(codec, source),
    verifiedPurchase: readNumber(source) === 1,
  };
}

function writeDrop(codec: TextCodec, target: CodedBytes, drop: ReplicaDocument['drop']): void {
  if (drop === null) writeNoText(target);
  else {
    writeText(codec, target, drop.opensAt);
    writeNumber(target, drop.perCustomerLimit);
    writeNumber(target, drop.holdSeconds);
  }
}

function readDrop(codec: TextCodec, source: CodedBytes): ReplicaDocument['drop'] {
  const opensAt = readOptionalText(codec, source);
  if (opensAt === null) return null;
  return { opensAt, perCustomerLimit: readOptionalNumber(source), holdSeconds: readNumber(source) };
}
