// Products that have several words at once, as one list: what stands for one word of a query may be two words in a title.
import { firstAtLeast } from './gallop.ts';
import type { Postings, Segment } from './segment.ts';

/** Each with the smallest impact of its words; undefined where no slot has them all. */
export function conjunctionOf(segment: Segment, terms: number[]): Postings | undefined {
  const lists: Postings[] = [];
  for (const term of terms) {
    const list = segment.postings(term);
    if (!list) return undefined;
    lists.push(list);
  }
  lists.sort((a, b) => a.end - a.start - (b.end - b.start));
  const [shortest, ...others] = lists;
  if (!shortest) return undefined;
  const docs = shortest.docs.slice(shortest.start, shortest.end);
  const impacts = shortest.impacts.slice(shortest.start, shortest.end);
  let kept = docs.length;
  for (const other of others) kept = keepCommon(docs, impacts, kept, other);
  return kept === 0 ? undefined : { docs, impacts, start: 0, end: kept };
}

function keepCommon(docs: Uint16Array, impacts: Uint8Array, count: number, other: Postings): number {
  let kept = 0;
  let low = other.start;
  for (let at = 0; at < count && low < other.end; at++) {
    const slot = docs[at] as number;
    low = firstAtLeast(other.docs, slot, low, other.end);
    if (low < other.end && other.docs[low] === slot) {
      docs[kept] = slot;
      impacts[kept++] = Math.min(impacts[at] as number, other.impacts[low] as number);
    }
  }
  return kept;
}
