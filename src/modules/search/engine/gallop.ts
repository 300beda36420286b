// Looking a slot up in a list that may be a thousand times longer than the one it is compared with: steps that double, then halves.

/** The first place from `from` on, before `end`, whose slot is `slot` or a later one; `end` where there is none. */
export function firstAtLeast(docs: Uint16Array, slot: number, from: number, end: number): number {
  let low = from;
  let high = from;
  let step = 1;
  while (high < end && (docs[high] as number) < slot) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = Math.min(high, end);
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((docs[middle] as number) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}
