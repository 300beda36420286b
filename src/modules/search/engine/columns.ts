// What filters, facets, sorts and ranking read of a product: one typed array each, indexed by the product's slot in its segment.
import type { ReplicaDocument } from '../document.ts';
import { NO_HIGHEST_PRICE } from '../query.ts';
import { digestOf } from './digest.ts';
import { sharedFloat32, sharedFloat64, sharedUint8, sharedUint16, sharedUint32 } from './shared-arrays.ts';

const NEUTRAL_STARS = 3.5;
/** Ratings that a product is thought to have before its first one, so that a single five stars proves little. */
const NEUTRAL_RATINGS = 5;
const MANY_RATINGS = 1_000;
const PRICE_STEPS_MINOR = [0, 1, 2, 3, 4, 5, 6, 7, 8]
  .flatMap((power) => [1, 2.5, 5].map((step) => step * 10 ** power))
  .filter(Number.isInteger);

export type Columns = {
  productId: Float64Array;
  priceMinor: Float64Array;
  /** Average stars, 0 where nobody has rated it. */
  stars: Float32Array;
  /** Ratings and their number as one gentle number, about -0.8 to 1. */
  esteem: Float32Array;
  createdAtMs: Float64Array;
  brand: Uint32Array;
  category: Uint32Array;
  /** What the product says it is, as a category; its category where it says nothing. */
  kind: Uint32Array;
  seller: Uint32Array;
  /** Which of the price steps the price lies on. */
  priceStep: Uint8Array;
  /** What most queries ask of a product, in two bytes: a column each would be a miss of the cache each. See digest.ts. */
  digest: Uint16Array;
  soldOut: Uint8Array;
  /** 0: removed, or replaced in a later segment. */
  alive: Uint8Array;
  headWords: Uint8Array;
  forAt: Uint8Array;
  /** Where the title's terms start in the segment's titles; they end where the next one's start. */
  titleStart: Uint32Array;
  /** The hash of its family, 0 without one. */
  family: Uint32Array;
  /** Where the document is in the log. */
  document: Uint32Array;
};

export function allocateColumns(capacity: number): Columns {
  return {
    productId: sharedFloat64(capacity),
    priceMinor: sharedFloat64(capacity),
    stars: sharedFloat32(capacity),
    esteem: sharedFloat32(capacity),
    createdAtMs: sharedFloat64(capacity),
    brand: sharedUint32(capacity),
    category: sharedUint32(capacity),
    kind: sharedUint32(capacity),
    seller: sharedUint32(capacity),
    priceStep: sharedUint8(capacity),
    digest: sharedUint16(capacity),
    soldOut: sharedUint8(capacity),
    alive: sharedUint8(capacity),
    headWords: sharedUint8(capacity),
    forAt: sharedUint8(capacity),
    // One more: the last title's end.
    titleStart: sharedUint32(capacity + 1),
    family: sharedUint32(capacity),
    document: sharedUint32(capacity),
  };
}

export const COLUMN_NAMES = Object.keys(allocateColumns(0)) as (keyof Columns)[];

export function growColumns(columns: Columns, capacity: number): Columns {
  const larger = allocateColumns(capacity);
  for (const name of COLUMN_NAMES) larger[name].set(columns[name]);
  return larger;
}

/** What changes often and is no word: written in place when only this changed. */
export function writeFigures(columns: Columns, slot: number, document: ReplicaDocument): void {
  const { stars, ratings } = ratingOf(document);
  const trusted = (stars * ratings + NEUTRAL_STARS * NEUTRAL_RATINGS) / (ratings + NEUTRAL_RATINGS);
  columns.priceMinor[slot] = document.priceMinor;
  columns.priceStep[slot] = priceStepOf(document.priceMinor);
  columns.stars[slot] = stars;
  columns.esteem[slot] =
    (0.5 * (trusted - NEUTRAL_STARS)) / (5 - NEUTRAL_STARS) +
    0.5 * Math.min(1, Math.log1p(ratings) / Math.log1p(MANY_RATINGS));
  columns.createdAtMs[slot] = document.createdAtMs;
  columns.soldOut[slot] = document.stock.state === 'sold_out' ? 1 : 0;
  columns.digest[slot] = digestOf(columns, slot);
}

export function ratingOf(document: ReplicaDocument): { stars: number; ratings: number } {
  let ratings = 0;
  let sum = 0;
  for (const [position, count] of document.ratingCounts.entries()) {
    ratings += count;
    sum += count * (position + 1);
  }
  return { stars: ratings === 0 ? 0 : sum / ratings, ratings };
}

export const PRICE_STEP_COUNT = PRICE_STEPS_MINOR.length + 1;
/** Step n begins at a round price and holds what is cheaper than the next one: to $24.99, from $25 to $49.99. */
function priceStepOf(priceMinor: number): number {
  const step = PRICE_STEPS_MINOR.findIndex((next) => priceMinor < next);
  return step === -1 ? PRICE_STEPS_MINOR.length : step;
}

export function priceStepRange(step: number): { min: number; max: number } {
  return {
    min: PRICE_STEPS_MINOR[step - 1] ?? 0,
    max: step < PRICE_STEPS_MINOR.length ? (PRICE_STEPS_MINOR[step] as number) - 1 : NO_HIGHEST_PRICE,
  };
}
