// A small generator of our own, so that the same seed makes the same catalogue on every machine and version of Node.

export type Random = { next(): number };

const TWO_TO_32 = 4294967296;

/** mulberry32: 32 bits of state are plenty for one product, and each product starts its own. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_TO_32;
    },
  };
}

/** A seed for the numbers together; neighbors get unrelated ones. */
export function mixSeed(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** From low to high, both included. */
export function integerBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random.next() * (high - low + 1));
}

export function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return at(list, Math.floor(random.next() * list.length));
}

/** The index of a weight, drawn in proportion. */
export function pickWeighted(random: Random, weights: readonly number[]): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let rest = random.next() * total;
  for (let index = 0; index < weights.length; index++) {
    rest -= weights[index] ?? 0;
    if (rest < 0) return index;
  }
  return weights.length - 1;
}

/** The item at a place counted round and round the list. */
export function at<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new RangeError(`nothing to choose at ${index} of ${list.length}`);
  return item;
}
