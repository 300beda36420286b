// Which slots of a segment have the terms, with their scores. Works in the segment's scratch memory and leaves its marks at 0.
import { MAX_IMPACT } from './fields.ts';
import type { Postings, Segment } from './segment.ts';
import type { Group } from './understand.ts';

/** From this ratio on it is cheaper to look each candidate up in a long list than to read the list. */
const PROBE_RATIO = 12;

type Visit = (slot: number, score: number) => void;
type WeightedList = Postings & { scale: number };

/** Visits slots that have every group. */
export function matchAll(segment: Segment, groups: Group[], visit: Visit): void {
  const { slots, scores, marks } = segment.scratch;
  const lists = listsOf(segment, groups).sort((a, b) => lengthOf(a) - lengthOf(b));
  if (lists.length === 0 || lists.some((alternatives) => alternatives.length === 0)) return;
  let count = 0;
  let isSorted = lists[0]?.length === 1;
  for (const [position, alternatives] of lists.entries()) {
    const mark = position + 1;
    for (const list of alternatives) {
      if (position === 0) count = gather(segment, list, count);
      else {
        if (!isSorted && count * PROBE_RATIO < list.end - list.start) {
          slots.subarray(0, count).sort();
          isSorted = true;
        }
        if (count * PROBE_RATIO < list.end - list.start) probe(segment, list, count, mark);
        else scan(segment, list, mark);
      }
    }
    if (position > 0) count = keepMarked(segment, count, mark);
  }
  for (let at = 0; at < count; at++) {
    const slot = slots[at] as number;
    marks[slot] = 0;
    visit(slot, scores[slot] as number);
  }
}

/** Visits slots that have exactly `wanted` of the groups. */
export function matchSome(segment: Segment, groups: Group[], wanted: number, visit: Visit): void {
  const { slots, scores, marks, hits } = segment.scratch;
  let count = 0;
  for (const [position, alternatives] of listsOf(segment, groups).entries()) {
    const mark = position + 1;
    for (const { docs, impacts, start, end, scale } of alternatives) {
      for (let at = start; at < end; at++) {
        const slot = docs[at] as number;
        const seen = marks[slot] as number;
        if (seen === mark) continue;
        if (seen === 0) {
          slots[count++] = slot;
          scores[slot] = 0;
          hits[slot] = 0;
        }
        marks[slot] = mark;
        hits[slot] = (hits[slot] as number) + 1;
        scores[slot] = (scores[slot] as number) + (impacts[at] as number) * scale;
      }
    }
  }
  for (let at = 0; at < count; at++) {
    const slot = slots[at] as number;
    marks[slot] = 0;
    if (hits[slot] === wanted) visit(slot, scores[slot] as number);
  }
}

function listsOf(segment: Segment, groups: Group[]): WeightedList[][] {
  return groups.map(({ alternatives, idf }) =>
    alternatives.flatMap(({ term, weight }) => {
      const list = segment.postings(term);
      return list ? [{ ...list, scale: (idf * weight) / MAX_IMPACT }] : [];
    }),
  );
}

function lengthOf(alternatives: WeightedList[]): number {
  return alternatives.reduce((sum, list) => sum + list.end - list.start, 0);
}

function gather(segment: Segment, list: WeightedList, from: number): number {
  const { slots, scores, marks } = segment.scratch;
  const { docs, impacts, end, scale } = list;
  let count = from;
  for (let at = list.start; at < end; at++) {
    const slot = docs[at] as number;
    if (marks[slot] !== 0) continue;
    marks[slot] = 1;
    slots[count++] = slot;
    scores[slot] = (impacts[at] as number) * scale;
  }
  return count;
}

function scan(segment: Segment, list: WeightedList, mark: number): void {
  const { scores, marks } = segment.scratch;
  const { docs, impacts, end, scale } = list;
  for (let at = list.start; at < end; at++) {
    const slot = docs[at] as number;
    if (marks[slot] !== mark - 1) continue;
    marks[slot] = mark;
    scores[slot] = (scores[slot] as number) + (impacts[at] as number) * scale;
  }
}

/** Looks the candidates, ascending, up in the list by galloping. */
function probe(segment: Segment, list: WeightedList, count: number, mark: number): void {
  const { slots, scores, marks } = segment.scratch;
  const { docs, impacts, end, scale } = list;
  let low = list.start;
  for (let candidate = 0; candidate < count && low < end; candidate++) {
    const slot = slots[candidate] as number;
    if (marks[slot] !== mark - 1) continue;
    let step = 1;
    let high = low;
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
    if (low < end && docs[low] === slot) {
      marks[slot] = mark;
      scores[slot] = (scores[slot] as number) + (impacts[low] as number) * scale;
    }
  }
}

function keepMarked(segment: Segment, count: number, mark: number): number {
  const { slots, marks } = segment.scratch;
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const slot = slots[at] as number;
    if (marks[slot] === mark) slots[kept++] = slot;
    else marks[slot] = 0;
  }
  return kept;
}
