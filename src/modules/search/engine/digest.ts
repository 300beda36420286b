// A product's figures in 16 bits: what facets count exactly, and what ranking needs to pass most products by.
//
//   7 bits esteem, rounded up | 1 bit sold out | 8 bits figure: price step * STAR_STEPS + whole stars, or DEAD
import type { Columns } from './columns.ts';

/** None to five. */
export const STAR_STEPS = 6;
/** With the dead ones. */
export const FIGURES = 256;
export const DEAD = 255;
export const SOLD_OUT = 0x100;
const ESTEEM_SHIFT = 9;
const ESTEEM_LEVELS = 127;
const LEAST_ESTEEM = -1;
const ESTEEM_RANGE = 2;

export function digestOf({ priceStep, stars, esteem, soldOut }: Columns, slot: number): number {
  const figure = (priceStep[slot] as number) * STAR_STEPS + Math.floor(stars[slot] as number);
  const share = ((esteem[slot] as number) - LEAST_ESTEEM) / ESTEEM_RANGE;
  const level = Math.max(0, Math.min(ESTEEM_LEVELS, Math.ceil(share * ESTEEM_LEVELS)));
  return figure | (soldOut[slot] === 1 ? SOLD_OUT : 0) | (level << ESTEEM_SHIFT);
}

/** By the upper byte of a digest: the most that esteem and stock can add to a key. */
export function mostByDigest(esteemWeight: number, soldOutPenalty: number): Float64Array {
  return Float64Array.from({ length: 256 }, (_, upper) => {
    const esteem = LEAST_ESTEEM + (ESTEEM_RANGE * (upper >> 1)) / ESTEEM_LEVELS;
    return esteemWeight * esteem - soldOutPenalty * (upper & 1);
  });
}
