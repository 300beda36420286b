// A segment: products in slots, for each term the slots that have it (ascending) with their impacts, and the columns.
// The main segment is packed into flat arrays and never gets a new product; new and changed ones go to a growing one.

import { allocateColumns, type Columns, growColumns } from './columns.ts';
import { type Analysis, NO_FOR } from './fields.ts';

/** Slots of one term: docs[start..end), ascending, with impacts beside them. Valid until the segment grows. */
export type Postings = { docs: Uint32Array; impacts: Uint8Array; start: number; end: number };

/** Working memory of one query, so that a query allocates nothing the size of the shop. All marks are 0 between queries. */
export type Scratch = { slots: Uint32Array; scores: Float32Array; marks: Uint8Array; hits: Uint8Array };

export type Segment = {
  slotCount: number;
  /** Slots that died: worth a merge when they are many. */
  deadCount: number;
  columns: Columns;
  slotOf: Map<number, number>;
  titles: Uint32Array;
  scratch: Scratch;
  postings(term: number): Postings | undefined;
};

/**
 * The lists of all terms in one arena: a list that outgrows its place moves to the end with twice the room. Typed arrays of
 * their own for each list cost three times the memory and made the garbage collector half of the build.
 */
type Lists = {
  /** By term. */
  starts: Uint32Array;
  sizes: Uint32Array;
  rooms: Uint32Array;
  docs: Uint32Array;
  impacts: Uint8Array;
  used: number;
};
export type GrowingSegment = Segment & { lists: Lists };

const FIRST_CAPACITY = 64;
const FIRST_TERMS = 1 << 12;

export function openGrowingSegment(): GrowingSegment {
  const lists: Lists = {
    starts: new Uint32Array(FIRST_TERMS),
    sizes: new Uint32Array(FIRST_TERMS),
    rooms: new Uint32Array(FIRST_TERMS),
    docs: new Uint32Array(FIRST_TERMS),
    impacts: new Uint8Array(FIRST_TERMS),
    used: 0,
  };
  return {
    slotCount: 0,
    deadCount: 0,
    columns: allocateColumns(FIRST_CAPACITY),
    slotOf: new Map(),
    titles: new Uint32Array(FIRST_CAPACITY * 8),
    scratch: allocateScratch(FIRST_CAPACITY),
    lists,
    postings(term) {
      const size = lists.sizes[term] ?? 0;
      if (size === 0) return undefined;
      const start = lists.starts[term] as number;
      return { docs: lists.docs, impacts: lists.impacts, start, end: start + size };
    },
  };
}

export function allocateScratch(capacity: number): Scratch {
  return {
    slots: new Uint32Array(capacity),
    scores: new Float32Array(capacity),
    marks: new Uint8Array(capacity),
    hits: new Uint8Array(capacity),
  };
}

/** Adds a product's terms and title; the caller fills the other columns of the slot returned. */
export function appendSlot(segment: GrowingSegment, productId: number, analysis: Analysis): number {
  const slot = segment.slotCount++;
  if (slot === segment.columns.alive.length) {
    segment.columns = growColumns(segment.columns, slot * 2);
    segment.scratch = allocateScratch(slot * 2);
  }
  const { columns, lists } = segment;
  const { terms, impacts, titleTerms } = analysis;
  for (let at = 0; at < terms.length; at++) appendPosting(lists, terms[at] as number, slot, impacts[at] as number);
  const titleStart = columns.titleStart[slot] as number;
  if (titleStart + titleTerms.length > segment.titles.length) {
    const larger = new Uint32Array(segment.titles.length * 2 + titleTerms.length);
    larger.set(segment.titles);
    segment.titles = larger;
  }
  segment.titles.set(titleTerms, titleStart);
  columns.titleStart[slot + 1] = titleStart + titleTerms.length;
  columns.productId[slot] = productId;
  columns.headWords[slot] = analysis.headWords;
  columns.forAt[slot] = Math.min(analysis.forAt, NO_FOR);
  columns.alive[slot] = 1;
  segment.slotOf.set(productId, slot);
  return slot;
}

function appendPosting(lists: Lists, term: number, slot: number, impact: number): void {
  if (term >= lists.sizes.length) growTerms(lists, term + 1);
  const size = lists.sizes[term] as number;
  if (size === lists.rooms[term]) moveToEnd(lists, term, size);
  const at = (lists.starts[term] as number) + size;
  lists.docs[at] = slot;
  lists.impacts[at] = impact;
  lists.sizes[term] = size + 1;
}

function moveToEnd(lists: Lists, term: number, size: number): void {
  // Most terms are in one product only.
  const room = size === 0 ? 1 : size * 2;
  const start = lists.used;
  lists.used += room;
  if (lists.used > lists.docs.length) {
    const docs = new Uint32Array(lists.used * 2);
    const impacts = new Uint8Array(lists.used * 2);
    docs.set(lists.docs);
    impacts.set(lists.impacts);
    lists.docs = docs;
    lists.impacts = impacts;
  }
  const from = lists.starts[term] as number;
  lists.docs.copyWithin(start, from, from + size);
  lists.impacts.copyWithin(start, from, from + size);
  lists.starts[term] = start;
  lists.rooms[term] = room;
}

function growTerms(lists: Lists, terms: number): void {
  for (const name of ['starts', 'sizes', 'rooms'] as const) {
    const larger = new Uint32Array(terms * 2);
    larger.set(lists[name]);
    lists[name] = larger;
  }
}

export function aliveSlot(segment: Segment, productId: number): number | undefined {
  const slot = segment.slotOf.get(productId);
  return slot !== undefined && segment.columns.alive[slot] === 1 ? slot : undefined;
}

export function killSlot(segment: Segment, slot: number): void {
  segment.columns.alive[slot] = 0;
  segment.deadCount++;
}
