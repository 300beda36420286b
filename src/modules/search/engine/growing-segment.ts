// The segment that new products go to. Its lists lie in one arena: a list that outgrows its place moves to the end with twice
// the room. Typed arrays of their own for each list cost three times the memory and made the garbage collector half of the build.
import { allocateColumns, growColumns } from './columns.ts';
import { type Analysis, NO_FOR } from './fields.ts';
import type { Segment, SegmentBody } from './segment.ts';
import { roomFor, sharedUint8, sharedUint16, sharedUint32 } from './shared-arrays.ts';

type Lists = {
  /** By term: which list it is. */
  numbers: Map<number, number>;
  /** By list. */
  starts: Uint32Array;
  sizes: Uint32Array;
  rooms: Uint32Array;
  docs: Uint16Array;
  impacts: Uint8Array;
  used: number;
};
export type GrowingSegment = Segment & { lists: Lists };

/** Full then, and the next one grows. */
export const MAX_GROWING_SLOTS = 4_096;
const FIRST_CAPACITY = 64;
const FIRST_LISTS = 512;

export function openGrowingSegment(number: number): GrowingSegment {
  const lists: Lists = {
    numbers: new Map(),
    starts: new Uint32Array(FIRST_LISTS),
    sizes: new Uint32Array(FIRST_LISTS),
    rooms: new Uint32Array(FIRST_LISTS),
    docs: sharedUint16(FIRST_LISTS),
    impacts: sharedUint8(FIRST_LISTS),
    used: 0,
  };
  const segment: GrowingSegment = {
    number,
    slotCount: 0,
    deadCount: 0,
    columns: allocateColumns(FIRST_CAPACITY),
    titles: sharedUint32(FIRST_CAPACITY * 8),
    lists,
    postings(term) {
      const list = lists.numbers.get(term);
      if (list === undefined) return undefined;
      const start = lists.starts[list] as number;
      return { docs: lists.docs, impacts: lists.impacts, start, end: start + (lists.sizes[list] as number) };
    },
    categories: () => null,
    body: () => bodyOf(segment),
  };
  return segment;
}

/** Adds a product's terms and title; the caller fills the other columns of the slot returned. */
export function appendSlot(segment: GrowingSegment, productId: number, analysis: Analysis): number {
  const slot = segment.slotCount++;
  if (slot === segment.columns.alive.length) segment.columns = growColumns(segment.columns, slot * 2);
  const { columns, lists } = segment;
  const { terms, impacts, titleTerms } = analysis;
  for (let at = 0; at < terms.length; at++) appendPosting(lists, terms[at] as number, slot, impacts[at] as number);
  const titleStart = columns.titleStart[slot] as number;
  segment.titles = roomFor(segment.titles, titleStart + titleTerms.length);
  segment.titles.set(titleTerms, titleStart);
  columns.titleStart[slot + 1] = titleStart + titleTerms.length;
  columns.productId[slot] = productId;
  columns.headWords[slot] = analysis.headWords;
  columns.forAt[slot] = Math.min(analysis.forAt, NO_FOR);
  columns.alive[slot] = 1;
  return slot;
}

function appendPosting(lists: Lists, term: number, slot: number, impact: number): void {
  let list = lists.numbers.get(term);
  if (list === undefined) {
    list = lists.numbers.size;
    lists.numbers.set(term, list);
    if (list === lists.sizes.length) {
      for (const name of ['starts', 'sizes', 'rooms'] as const) lists[name] = roomFor(lists[name], list * 2);
    }
  }
  const size = lists.sizes[list] as number;
  if (size === lists.rooms[list]) moveToEnd(lists, list, size);
  const at = (lists.starts[list] as number) + size;
  lists.docs[at] = slot;
  lists.impacts[at] = impact;
  lists.sizes[list] = size + 1;
}

function moveToEnd(lists: Lists, list: number, size: number): void {
  // Most terms are in one product only.
  const room = size === 0 ? 1 : size * 2;
  const start = lists.used;
  lists.used += room;
  lists.docs = roomFor(lists.docs, lists.used);
  lists.impacts = roomFor(lists.impacts, lists.used);
  const from = lists.starts[list] as number;
  lists.docs.copyWithin(start, from, from + size);
  lists.impacts.copyWithin(start, from, from + size);
  lists.starts[list] = start;
  lists.rooms[list] = room;
}

function bodyOf(segment: GrowingSegment): SegmentBody {
  const { numbers, starts, sizes, docs, impacts } = segment.lists;
  const terms = Uint32Array.from(numbers.keys()).sort();
  const body: SegmentBody = {
    terms,
    starts: new Uint32Array(terms.length),
    ends: new Uint32Array(terms.length),
    docs,
    impacts,
    titles: segment.titles,
    titleStart: segment.columns.titleStart,
    slotCount: segment.slotCount,
  };
  for (let at = 0; at < terms.length; at++) {
    const list = numbers.get(terms[at] as number) as number;
    body.starts[at] = starts[list] as number;
    body.ends[at] = (starts[list] as number) + (sizes[list] as number);
  }
  return body;
}
