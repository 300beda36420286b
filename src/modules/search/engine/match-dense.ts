// Long lists, which together have much of a segment: every slot is looked at once at the end, so that nothing is asked of a
// slot while the lists are read. A list of 50,000 takes a third of the time.
import { scratch } from './scratch.ts';
import type { Found, Postings } from './segment.ts';

type WeightedList = Postings & { scale: number };

/** Reading all slots pays from one posting in so many slots on. */
const DENSE_RATIO = 6;

export function isDense(lists: WeightedList[], slotCount: number): boolean {
  if (lists.length < 2) return false;
  let postings = 0;
  for (const { start, end } of lists) postings += end - start;
  return postings * DENSE_RATIO > slotCount;
}

/** Slots of any of the lists, ascending, marked 1. A slot's score is by the first list that has it. */
export function gatherDense(lists: WeightedList[], slotCount: number): number {
  const { slots, scores, marks } = scratch;
  // The first list last, over the scores of all others.
  for (const { docs, impacts, start, end, scale } of lists.toReversed()) {
    for (let at = start; at < end; at++) {
      const slot = docs[at] as number;
      marks[slot] = 1;
      scores[slot] = (impacts[at] as number) * scale;
    }
  }
  let count = 0;
  for (let slot = 0; slot < slotCount; slot++) {
    slots[count] = slot;
    count += marks[slot] as number;
  }
  return count;
}

/** Slots that have exactly `wanted` of the groups, ascending. */
export function findSomeDense(groups: WeightedList[][], slotCount: number, wanted: number): Found {
  const { slots, scores, marks, hits } = scratch;
  scores.fill(0, 0, slotCount);
  hits.fill(0, 0, slotCount);
  for (const [position, lists] of groups.entries()) {
    if (lists.length === 1) for (const list of lists) addList(list);
    else for (const list of lists) addAlternative(list, position + 1);
  }
  marks.fill(0, 0, slotCount);
  let count = 0;
  for (let slot = 0; slot < slotCount; slot++) {
    slots[count] = slot;
    count += hits[slot] === wanted ? 1 : 0;
  }
  return { slots, count };
}

/** Adds to `counts`, by number of groups, the slots that have so many. */
export function countGroups(groups: WeightedList[][], slotCount: number, counts: Uint32Array): void {
  const { marks, hits } = scratch;
  hits.fill(0, 0, slotCount);
  for (const lists of groups) {
    if (lists.length > 1) marks.fill(0, 0, slotCount);
    for (const { docs, start, end } of lists) {
      for (let at = start; at < end; at++) {
        const slot = docs[at] as number;
        if (lists.length > 1) {
          if (marks[slot] === 1) continue;
          marks[slot] = 1;
        }
        hits[slot] = (hits[slot] as number) + 1;
      }
    }
  }
  marks.fill(0, 0, slotCount);
  for (let slot = 0; slot < slotCount; slot++) {
    const wanted = hits[slot] as number;
    counts[wanted] = (counts[wanted] as number) + 1;
  }
}

function addList({ docs, impacts, start, end, scale }: WeightedList): void {
  const { scores, hits } = scratch;
  for (let at = start; at < end; at++) {
    const slot = docs[at] as number;
    hits[slot] = (hits[slot] as number) + 1;
    scores[slot] = (scores[slot] as number) + (impacts[at] as number) * scale;
  }
}

/** A slot in several lists of a group is scored by the first. */
function addAlternative({ docs, impacts, start, end, scale }: WeightedList, mark: number): void {
  const { scores, marks, hits } = scratch;
  for (let at = start; at < end; at++) {
    const slot = docs[at] as number;
    if (marks[slot] === mark) continue;
    marks[slot] = mark;
    hits[slot] = (hits[slot] as number) + 1;
    scores[slot] = (scores[slot] as number) + (impacts[at] as number) * scale;
  }
}
