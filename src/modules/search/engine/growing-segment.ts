// The segment that new products go to. Its lists lie in one arena: a list that outgrows its place moves to the end with twice
// the room. Typed arrays of their own for each list cost three times the memory and made the garbage collector half of the build.
//
// One thread writes, and others may read at any time, over the same memory and without locks. What they see is whole up to
// counts[SLOTS], because
// - nothing that a reader may look at is ever overwritten: places in the arena are used once, titles and lists only get longer;
// - a list's place is written before its size, and read after it: a place is never older than the size it is read with;
// - arrays that must grow are exchanged for larger ones, and with them the counts: who still has the old ones has old counts.
import { allocateColumns, type Columns, growColumns } from './columns.ts';
import { type Analysis, NO_FOR } from './fields.ts';
import type { Postings, Segment, SegmentBody } from './segment.ts';
import { roomFor, sharedUint8, sharedUint16, sharedUint32 } from './shared-arrays.ts';

/** Everything that is read; exchanged as a whole, so that two of them are the same if they are the same object. */
export type GrowingArrays = {
  /** Slots that are whole, and lists. */
  counts: Uint32Array;
  columns: Columns;
  titles: Uint32Array;
  /** Open addressing by term: a list's number + 1; 0 is free. At most half full. */
  places: Uint32Array;
  /** By list. */
  terms: Uint32Array;
  starts: Uint32Array;
  sizes: Uint32Array;
  docs: Uint16Array;
  impacts: Uint8Array;
};
export type GrowingSegment = Segment & {
  arrays: GrowingArrays;
  /** By list: how many postings its place has room for. */
  rooms: Uint32Array;
  listCount: number;
  /** Of the arena. */
  used: number;
};

/** Full then, and the next one grows. */
export const MAX_GROWING_SLOTS = 4_096;
const FIRST_CAPACITY = 64;
const FIRST_LISTS = 512;
const SLOTS = 0;
const LISTS = 1;

export function openGrowingSegment(number: number): GrowingSegment {
  const arrays: GrowingArrays = {
    counts: sharedUint32(2),
    columns: allocateColumns(FIRST_CAPACITY),
    titles: sharedUint32(FIRST_CAPACITY * 8),
    places: sharedUint32(FIRST_LISTS * 2),
    terms: sharedUint32(FIRST_LISTS),
    starts: sharedUint32(FIRST_LISTS),
    sizes: sharedUint32(FIRST_LISTS),
    docs: sharedUint16(FIRST_LISTS),
    impacts: sharedUint8(FIRST_LISTS),
  };
  const segment: GrowingSegment = {
    number,
    slotCount: 0,
    deadCount: 0,
    columns: arrays.columns,
    titles: arrays.titles,
    arrays,
    rooms: new Uint32Array(FIRST_LISTS),
    listCount: 0,
    used: 0,
    postings: (term) => postingsOf(segment.arrays, term, segment.slotCount),
    categories: () => null,
    body: () => bodyOf(segment.arrays, segment.slotCount),
  };
  return segment;
}

/**
 * The same for a thread that only reads. Its slots are counted anew at each look: a changed product gets its new slot
 * before it loses its old one, so who looks here after all other segments misses none.
 */
export function growingSegmentToRead(number: number, arrays: GrowingArrays): GrowingSegment {
  const { columns, titles, counts } = arrays;
  return {
    number,
    get slotCount() {
      return Atomics.load(counts, SLOTS);
    },
    deadCount: 0,
    columns,
    titles,
    arrays,
    rooms: new Uint32Array(),
    listCount: 0,
    used: 0,
    postings: (term) => postingsOf(arrays, term, Atomics.load(counts, SLOTS)),
    categories: () => null,
    body: () => bodyOf(arrays, Atomics.load(counts, SLOTS)),
  };
}

/** Adds a product's terms and title; the caller fills the other columns of the slot returned, and then shows it. */
export function appendSlot(segment: GrowingSegment, productId: number, analysis: Analysis): number {
  const slot = segment.slotCount++;
  if (slot === segment.columns.alive.length) exchange(segment, { columns: growColumns(segment.columns, slot * 2) });
  const { columns } = segment;
  const { terms, impacts, titleTerms } = analysis;
  for (let at = 0; at < terms.length; at++) appendPosting(segment, terms[at] as number, slot, impacts[at] as number);
  const titleStart = columns.titleStart[slot] as number;
  const titles = roomFor(segment.titles, titleStart + titleTerms.length);
  if (titles !== segment.titles) exchange(segment, { titles });
  titles.set(titleTerms, titleStart);
  columns.titleStart[slot + 1] = titleStart + titleTerms.length;
  columns.productId[slot] = productId;
  columns.headWords[slot] = analysis.headWords;
  columns.forAt[slot] = Math.min(analysis.forAt, NO_FOR);
  columns.alive[slot] = 1;
  return slot;
}

/** From now on other threads find the slots appended so far. */
export function showSlots({ arrays, slotCount, listCount }: GrowingSegment): void {
  Atomics.store(arrays.counts, LISTS, listCount);
  Atomics.store(arrays.counts, SLOTS, slotCount);
}

function exchange(segment: GrowingSegment, larger: Partial<GrowingArrays>): void {
  const counts = sharedUint32(2);
  counts.set(segment.arrays.counts);
  segment.arrays = { ...segment.arrays, ...larger, counts };
  segment.columns = segment.arrays.columns;
  segment.titles = segment.arrays.titles;
}

function appendPosting(segment: GrowingSegment, term: number, slot: number, impact: number): void {
  const { places, terms } = segment.arrays;
  const known = places[placeOf(places, terms, term)] as number;
  const list = known === 0 ? addList(segment, term) : known - 1;
  const size = segment.arrays.sizes[list] as number;
  if (size === segment.rooms[list]) moveToEnd(segment, list, size);
  const { docs, impacts, starts, sizes } = segment.arrays;
  const at = (starts[list] as number) + size;
  docs[at] = slot;
  impacts[at] = impact;
  Atomics.store(sizes, list, size + 1);
}

function listOf({ places, terms }: GrowingArrays, term: number): number | undefined {
  const list = (places[placeOf(places, terms, term)] as number) - 1;
  return list === -1 ? undefined : list;
}

/** Where the term stands in `places`, or the free place where it would. */
function placeOf(places: Uint32Array, terms: Uint32Array, term: number): number {
  const mask = places.length - 1;
  let place = hashOf(term) & mask;
  for (;;) {
    const list = (places[place] as number) - 1;
    if (list === -1 || terms[list] === term) return place;
    place = (place + 1) & mask;
  }
}

function hashOf(term: number): number {
  const mixed = Math.imul(term, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function addList(segment: GrowingSegment, term: number): number {
  const list = segment.listCount++;
  if (list === segment.rooms.length) {
    const { terms, starts, sizes } = segment.arrays;
    const more = list + 1;
    segment.rooms = roomFor(segment.rooms, more);
    exchange(segment, { terms: roomFor(terms, more), starts: roomFor(starts, more), sizes: roomFor(sizes, more) });
  }
  if (segment.listCount * 2 > segment.arrays.places.length) widen(segment, list);
  const { places, terms } = segment.arrays;
  terms[list] = term;
  places[placeOf(places, terms, term)] = list + 1;
  return list;
}

function widen(segment: GrowingSegment, lists: number): void {
  const { places: narrow, terms } = segment.arrays;
  const places = sharedUint32(narrow.length * 2);
  for (let list = 0; list < lists; list++) places[placeOf(places, terms, terms[list] as number)] = list + 1;
  exchange(segment, { places });
}

function moveToEnd(segment: GrowingSegment, list: number, size: number): void {
  // Most terms are in one product only.
  const room = size === 0 ? 1 : size * 2;
  const start = segment.used;
  segment.used += room;
  if (segment.used > segment.arrays.docs.length) {
    const { docs, impacts, starts, sizes } = segment.arrays;
    // Places from now on are places in the new arena.
    exchange(segment, {
      docs: roomFor(docs, segment.used),
      impacts: roomFor(impacts, segment.used),
      starts: copyOf(starts),
      sizes: copyOf(sizes),
    });
  }
  const { docs, impacts, starts } = segment.arrays;
  const from = starts[list] as number;
  // Most lists are short, and for these a call of copyWithin takes longer.
  for (let at = 0; at < size; at++) {
    docs[start + at] = docs[from + at] as number;
    impacts[start + at] = impacts[from + at] as number;
  }
  Atomics.store(starts, list, start);
  segment.rooms[list] = room;
}

function copyOf(array: Uint32Array): Uint32Array {
  const copy = sharedUint32(array.length);
  copy.set(array);
  return copy;
}

function postingsOf(arrays: GrowingArrays, term: number, slotCount: number): Postings | undefined {
  const list = listOf(arrays, term);
  if (list === undefined) return undefined;
  const { docs, impacts, starts, sizes } = arrays;
  const size = Atomics.load(sizes, list);
  const start = Atomics.load(starts, list);
  let end = start + size;
  // Slots that are not whole yet.
  while (end > start && (docs[end - 1] as number) >= slotCount) end--;
  return end === start ? undefined : { docs, impacts, start, end };
}

function bodyOf(arrays: GrowingArrays, slotCount: number): SegmentBody {
  const { counts, docs, impacts, titles, columns } = arrays;
  const terms = arrays.terms.slice(0, counts[LISTS]).sort();
  const body: SegmentBody = {
    terms,
    starts: new Uint32Array(terms.length),
    ends: new Uint32Array(terms.length),
    docs,
    impacts,
    titles,
    titleStart: columns.titleStart,
    slotCount,
  };
  for (let at = 0; at < terms.length; at++) {
    const list = listOf(arrays, terms[at] as number) as number;
    body.starts[at] = arrays.starts[list] as number;
    body.ends[at] = (arrays.starts[list] as number) + (arrays.sizes[list] as number);
  }
  return body;
}
