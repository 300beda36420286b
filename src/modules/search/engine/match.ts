// Which slots of a segment have the terms, with their scores. Works in the thread's scratch memory and leaves its marks at 0.
import { conjunctionOf } from './conjunction.ts';
import { MAX_IMPACT } from './fields.ts';
import { firstAtLeast } from './gallop.ts';
import { countGroups, findSomeDense, gatherDense, isDense } from './match-dense.ts';
import { scratch } from './scratch.ts';
import type { Found, Postings, Segment } from './segment.ts';
import type { Group } from './understand.ts';

/** From this ratio on it is cheaper to look each candidate up in a long list than to read the list. */
const PROBE_RATIO = 12;
/** With more found than a slot in so many, wiping all marks costs less than wiping theirs. */
const WIPE_RATIO = 64;
const NOTHING: Found = { slots: scratch.slots, count: 0 };

export type WeightedList = Postings & { scale: number };

/** Slots that have every group, with their scores in the scratch, until the next search. */
export function findAll(segment: Segment, groups: Group[]): Found {
  const lists = byLength(listsOf(segment, groups));
  const [first, ...others] = lists;
  if (!first || lists.some((alternatives) => alternatives.length === 0)) return NOTHING;
  const [only] = first;
  if (others.length === 0 && first.length === 1 && only) return wholeList(only);
  const { slots } = scratch;
  let isSorted = first.length === 1;
  let count = 0;
  if (isDense(first, segment.slotCount)) {
    count = gatherDense(first, segment.slotCount);
    isSorted = true;
  } else for (const list of first) count = gather(list, count);
  for (const [position, alternatives] of others.entries()) {
    const mark = position + 2;
    for (const list of alternatives) {
      if (count * PROBE_RATIO < list.end - list.start) {
        if (!isSorted) slots.subarray(0, count).sort();
        isSorted = true;
        probe(list, count, mark);
      } else scan(list, mark);
    }
    count = keepMarked(count, mark);
  }
  clearMarks(count, segment.slotCount);
  return { slots, count };
}

/** One list is the answer as it stands. */
function wholeList({ docs, impacts, start, end, scale }: WeightedList): Found {
  return { slots: docs.subarray(start, end), count: end - start, impacts: impacts.subarray(start, end), scale };
}

/**
 * The same for slots that have exactly `wanted` of the groups. Each of them has one of the shortest lists, so that the long
 * ones need not be read for every product in them.
 */
export function findSome(segment: Segment, groups: Group[], wanted: number): Found {
  const { slots, hits } = scratch;
  const lists = byLength(listsOf(segment, groups));
  const gathered = lists.length - wanted + 1;
  if (isDense(lists.slice(0, gathered).flat(), segment.slotCount))
    return findSomeDense(lists, segment.slotCount, wanted);
  let count = 0;
  let isSorted = false;
  for (const [position, alternatives] of lists.entries()) {
    const mark = position + 1;
    for (const list of alternatives) {
      if (position < gathered) count = gatherSome(list, count, mark);
      else if (count * PROBE_RATIO < list.end - list.start) {
        if (!isSorted) slots.subarray(0, count).sort();
        isSorted = true;
        probeSome(list, count, mark);
      } else scanSome(list, mark);
    }
  }
  clearMarks(count, segment.slotCount);
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const slot = slots[at] as number;
    if (hits[slot] === wanted) slots[kept++] = slot;
  }
  return { slots, count: kept };
}

/** By number of groups, how many slots have so many, dead ones too. */
export function countByGroups(segments: Segment[], groups: Group[]): Uint32Array {
  const counts = new Uint32Array(groups.length + 1);
  for (const segment of segments) countGroups(listsOf(segment, groups), segment.slotCount, counts);
  return counts;
}

function byLength(lists: WeightedList[][]): WeightedList[][] {
  return lists.length < 2 ? lists : lists.sort((a, b) => lengthOf(a) - lengthOf(b));
}

function clearMarks(count: number, slotCount: number): void {
  const { slots, marks } = scratch;
  if (count * WIPE_RATIO > slotCount) marks.fill(0, 0, slotCount);
  else for (let at = 0; at < count; at++) marks[slots[at] as number] = 0;
}

function listsOf(segment: Segment, groups: Group[]): WeightedList[][] {
  return groups.map(({ alternatives, idf }) =>
    alternatives.flatMap(({ term, weight, also }) => {
      const list = also ? conjunctionOf(segment, [term, ...also]) : segment.postings(term);
      return list ? [{ ...list, scale: (idf * weight) / MAX_IMPACT }] : [];
    }),
  );
}

function lengthOf(alternatives: WeightedList[]): number {
  return alternatives.reduce((sum, list) => sum + list.end - list.start, 0);
}

function gather(list: WeightedList, from: number): number {
  const { slots, scores, marks } = scratch;
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

function scan(list: WeightedList, mark: number): void {
  const { scores, marks } = scratch;
  const { docs, impacts, end, scale } = list;
  for (let at = list.start; at < end; at++) {
    const slot = docs[at] as number;
    if (marks[slot] !== mark - 1) continue;
    marks[slot] = mark;
    scores[slot] = (scores[slot] as number) + (impacts[at] as number) * scale;
  }
}

/** Looks the candidates, ascending, up in the list by galloping. */
function probe(list: WeightedList, count: number, mark: number): void {
  const { slots, scores, marks } = scratch;
  const { docs, impacts, end, scale } = list;
  let low = list.start;
  for (let candidate = 0; candidate < count && low < end; candidate++) {
    const slot = slots[candidate] as number;
    if (marks[slot] !== mark - 1) continue;
    low = firstAtLeast(docs, slot, low, end);
    if (low < end && docs[low] === slot) {
      marks[slot] = mark;
      scores[slot] = (scores[slot] as number) + (impacts[low] as number) * scale;
    }
  }
}

function keepMarked(count: number, mark: number): number {
  const { slots, marks } = scratch;
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const slot = slots[at] as number;
    if (marks[slot] === mark) slots[kept++] = slot;
    else marks[slot] = 0;
  }
  return kept;
}

function gatherSome({ docs, impacts, start, end, scale }: WeightedList, from: number, mark: number): number {
  const { slots, scores, marks, hits } = scratch;
  let count = from;
  for (let at = start; at < end; at++) {
    const slot = docs[at] as number;
    const seen = marks[slot] as number;
    if (seen === mark) continue;
    if (seen === 0) {
      slots[count++] = slot;
      scores[slot] = 0;
      hits[slot] = 0;
    }
    hit(slot, mark, (impacts[at] as number) * scale);
  }
  return count;
}

function scanSome({ docs, impacts, start, end, scale }: WeightedList, mark: number): void {
  const { marks } = scratch;
  for (let at = start; at < end; at++) {
    const slot = docs[at] as number;
    const seen = marks[slot] as number;
    if (seen !== 0 && seen !== mark) hit(slot, mark, (impacts[at] as number) * scale);
  }
}

function probeSome({ docs, impacts, start, end, scale }: WeightedList, count: number, mark: number): void {
  const { slots, marks } = scratch;
  let low = start;
  for (let candidate = 0; candidate < count && low < end; candidate++) {
    const slot = slots[candidate] as number;
    if (marks[slot] === mark) continue;
    low = firstAtLeast(docs, slot, low, end);
    if (low < end && docs[low] === slot) hit(slot, mark, (impacts[low] as number) * scale);
  }
}

function hit(slot: number, mark: number, score: number): void {
  const { scores, marks, hits } = scratch;
  marks[slot] = mark;
  hits[slot] = (hits[slot] as number) + 1;
  scores[slot] = (scores[slot] as number) + score;
}
