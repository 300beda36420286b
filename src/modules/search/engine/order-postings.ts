// Postings by slot where a merge has mixed them up. In time that grows with their number alone: comparing would take a third of a merge.
import { MAX_SEGMENT_SLOTS } from './segment.ts';

/** Fewer are moved one by one. */
const MIN_FOR_BITS = 24;

const impactOf = new Uint8Array(MAX_SEGMENT_SLOTS);
/** A bit a slot, and above it a bit for each 32 of them. All 0 between two lists. */
const bits = new Int32Array(MAX_SEGMENT_SLOTS / 32);
const groups = new Int32Array(MAX_SEGMENT_SLOTS / 1_024);

/** Sorts docs[start..end), each slot once, and the impacts with them. */
export function orderPostings(docs: Uint16Array, impacts: Uint8Array, start: number, end: number): void {
  if (end - start < MIN_FOR_BITS) orderFew(docs, impacts, start, end);
  else orderMany(docs, impacts, start, end);
}

function orderFew(docs: Uint16Array, impacts: Uint8Array, start: number, end: number): void {
  for (let next = start + 1; next < end; next++) {
    const slot = docs[next] as number;
    const impact = impacts[next] as number;
    let at = next;
    for (; at > start && (docs[at - 1] as number) > slot; at--) {
      docs[at] = docs[at - 1] as number;
      impacts[at] = impacts[at - 1] as number;
    }
    docs[at] = slot;
    impacts[at] = impact;
  }
}

function orderMany(docs: Uint16Array, impacts: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    const slot = docs[at] as number;
    impactOf[slot] = impacts[at] as number;
    bits[slot >> 5] = (bits[slot >> 5] as number) | (1 << (slot & 31));
    groups[slot >> 10] = (groups[slot >> 10] as number) | (1 << ((slot >> 5) & 31));
  }
  let at = start;
  for (let group = 0; group < groups.length; group++) {
    for (let rest = groups[group] as number; rest !== 0; rest &= rest - 1) {
      const word = (group << 5) + lowestBit(rest);
      for (let some = bits[word] as number; some !== 0; some &= some - 1) {
        const slot = (word << 5) + lowestBit(some);
        docs[at] = slot;
        impacts[at++] = impactOf[slot] as number;
      }
      bits[word] = 0;
    }
    groups[group] = 0;
  }
}

function lowestBit(some: number): number {
  return 31 - Math.clz32(some & -some);
}
