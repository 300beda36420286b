// The best of what was found, in the order asked for. Most products are judged by one number.
import type { SearchSort } from '../query.ts';
import type { Columns } from './columns.ts';
import { DEAD, mostByDigest, SOLD_OUT } from './digest.ts';
import { scratch } from './scratch.ts';
import type { Found, Segment } from './segment.ts';
import { offer, type Top } from './top.ts';

/** Whoever misses a word ranks below everybody who has all. More than any score: a dozen words, idf below 20 each. */
export const MISSING_PENALTY = 1_000;
/** In units of idf: among products that fit about equally. */
const ESTEEM_WEIGHT = 0.1;
const SOLD_OUT_PENALTY = 0.15;
/** Of equal stars those that more people gave; too little to overturn any difference in stars. */
const RATING_ESTEEM_WEIGHT = 1e-7;
/** Wider than any rounding. */
const MARGIN = 1e-3;
const MOST_ADDED = mostByDigest(ESTEEM_WEIGHT, SOLD_OUT_PENALTY).map((most) => most + MARGIN);
/** The bounds follow the worst of the best: rarely enough to cost nothing, often enough to be near. */
const OFFERS_A_BOUND = 32;
const bounds = new Float64Array(MOST_ADDED.length);
/** When nothing was asked for, nothing sold out comes before anything that can be bought. */
const BROWSE_SOLD_OUT_PENALTY = 10;
const MOST_BROWSED = mostByDigest(1 + ESTEEM_WEIGHT, BROWSE_SOLD_OUT_PENALTY + SOLD_OUT_PENALTY).map(
  (most) => most + MARGIN,
);

/** The last slots first: where a segment still grows these are the newest, and the others are one look each. */
export function offerFound(
  top: Top,
  order: SearchSort | 'esteem',
  segment: Segment,
  base: number,
  found: Found,
  missing: number,
): void {
  if (order === 'relevance' && found.impacts) offerByImpact(top, segment, base, found, found.impacts);
  else if (order === 'relevance') offerByScore(top, segment, base, found, missing);
  else if (order === 'esteem') offerByEsteem(top, segment, base, found);
  else if (order === 'rating') offerByRating(top, segment, base, found);
  else {
    const column = order === 'newest' ? segment.columns.createdAtMs : segment.columns.priceMinor;
    offerByColumn(top, segment, base, found, column, order === 'price_asc' ? -1 : 1);
  }
}

function offerByScore(top: Top, { columns }: Segment, base: number, { slots, count }: Found, missing: number): void {
  const { scores } = scratch;
  const { digest, productId } = columns;
  const lacking = MISSING_PENALTY * missing;
  let least = leastOf(top);
  let offered = 0;
  setBounds(least + lacking, 1);
  for (let at = lastByScore(slots, scores, digest, count); at >= 0; at = lastByScore(slots, scores, digest, at)) {
    const slot = slots[at] as number;
    const figures = digest[slot] as number;
    const key = keyOf(columns, slot, scores[slot] as number, figures) - lacking;
    if (key < least || (figures & 0xff) === DEAD) continue;
    offer(top, key, productId[slot] as number, base + slot);
    least = leastOf(top);
    if (++offered % OFFERS_A_BOUND === 0) setBounds(least + lacking, 1);
  }
}

function offerByImpact(top: Top, { columns }: Segment, base: number, found: Found, impacts: Uint8Array): void {
  const { slots, count, scale = 1 } = found;
  const { digest, productId } = columns;
  let least = leastOf(top);
  let offered = 0;
  setBounds(least, scale);
  for (let at = lastByImpact(slots, impacts, digest, count); at >= 0; at = lastByImpact(slots, impacts, digest, at)) {
    const slot = slots[at] as number;
    const figures = digest[slot] as number;
    const key = keyOf(columns, slot, Math.fround((impacts[at] as number) * scale), figures);
    if (key < least || (figures & 0xff) === DEAD) continue;
    offer(top, key, productId[slot] as number, base + slot);
    least = leastOf(top);
    if (++offered % OFFERS_A_BOUND === 0) setBounds(least, scale);
  }
}

/** What is found must have at least, by the upper byte of its digest, to reach `least`. */
function setBounds(least: number, scale: number): void {
  for (let upper = 0; upper < bounds.length; upper++) bounds[upper] = (least - (MOST_ADDED[upper] as number)) / scale;
}

/** The last one before `end` that reaches its bound, or -1. On its own, for in a larger function the loop takes three times as long. */
function lastByScore(slots: Uint16Array, scores: Float32Array, digest: Uint16Array, end: number): number {
  let at = end - 1;
  for (; at >= 0; at--) {
    const slot = slots[at] as number;
    if ((scores[slot] as number) >= (bounds[(digest[slot] as number) >> 8] as number)) break;
  }
  return at;
}

function lastByImpact(slots: Uint16Array, impacts: Uint8Array, digest: Uint16Array, end: number): number {
  let at = end - 1;
  for (; at >= 0; at--) {
    if ((impacts[at] as number) >= (bounds[(digest[slots[at] as number] as number) >> 8] as number)) break;
  }
  return at;
}

function offerByEsteem(top: Top, { columns }: Segment, base: number, { slots, count }: Found): void {
  const { digest, esteem, productId } = columns;
  let least = leastOf(top);
  for (let at = count - 1; at >= 0; at--) {
    const slot = slots[at] as number;
    const figures = digest[slot] as number;
    if ((MOST_BROWSED[figures >> 8] as number) < least || (figures & 0xff) === DEAD) continue;
    const score = Math.fround((esteem[slot] as number) - BROWSE_SOLD_OUT_PENALTY * soldOut(figures));
    const key = keyOf(columns, slot, score, figures);
    if (key < least) continue;
    offer(top, key, productId[slot] as number, base + slot);
    least = leastOf(top);
  }
}

function keyOf({ esteem }: Columns, slot: number, score: number, figures: number): number {
  return score + ESTEEM_WEIGHT * (esteem[slot] as number) - SOLD_OUT_PENALTY * soldOut(figures);
}

function soldOut(figures: number): 0 | 1 {
  return (figures & SOLD_OUT) === 0 ? 0 : 1;
}

function offerByRating(top: Top, { columns }: Segment, base: number, { slots, count }: Found): void {
  const { alive, productId, stars, esteem } = columns;
  let least = leastOf(top);
  for (let at = count - 1; at >= 0; at--) {
    const slot = slots[at] as number;
    if ((stars[slot] as number) + MARGIN < least || alive[slot] !== 1) continue;
    const key = (stars[slot] as number) + RATING_ESTEEM_WEIGHT * (esteem[slot] as number);
    if (key < least) continue;
    offer(top, key, productId[slot] as number, base + slot);
    least = leastOf(top);
  }
}

function offerByColumn(
  top: Top,
  { columns }: Segment,
  base: number,
  { slots, count }: Found,
  column: Float64Array,
  sign: 1 | -1,
): void {
  const { alive, productId } = columns;
  let least = leastOf(top);
  for (let at = count - 1; at >= 0; at--) {
    const slot = slots[at] as number;
    const key = sign * (column[slot] as number);
    if (key < least || alive[slot] !== 1) continue;
    offer(top, key, productId[slot] as number, base + slot);
    least = leastOf(top);
  }
}

function leastOf(top: Top): number {
  return top.size === top.limit ? (top.keys[0] ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;
}
