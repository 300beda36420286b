// Numbers by chance that are the same for the same seed, on every machine.
export type Random = () => number;

/** mulberry32: 2^32 states are enough for the few hundred draws of one buyer, and it costs 5 ns a draw. */
export function randomOf(seed: number, stream: number): Random {
  let state = mix(mix(seed >>> 0) ^ mix((stream + 0x9e3779b9) >>> 0));
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// Neighbouring seeds and buyers must not draw alike.
function mix(value: number): number {
  let z = value | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

export function between(random: Random, low: number, high: number): number {
  return low + random() * (high - low);
}

/** One of the entries, each as often as its weight says. */
export function pick<T>(random: Random, entries: readonly (readonly [weight: number, value: T])[]): T {
  let left = random() * entries.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of entries) {
    left -= weight;
    if (left < 0) return value;
  }
  const last = entries.at(-1);
  if (!last) throw new RangeError('nothing to pick from');
  return last[1];
}
