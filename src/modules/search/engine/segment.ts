// A segment: products in slots, for each term the slots that have it (ascending) with their impacts, and the columns. New and
// changed products go to a growing one; packed ones are flat arrays that get no new product.
import type { Columns } from './columns.ts';
import { DEAD } from './digest.ts';
import type { Profiles } from './profiles.ts';

/** A slot's number fits in 16 bits, so that a posting takes three bytes and can still be looked up in the middle. */
export const MAX_SEGMENT_SLOTS = 65_536;

/** Slots of one term: docs[start..end), ascending, with impacts beside them. Valid until the segment grows. */
export type Postings = { docs: Uint16Array; impacts: Uint8Array; start: number; end: number };

/**
 * Slots of a segment: the first `count`, in any order. Their scores are in the scratch, by slot; or, where the slots are a
 * whole list, they are its impacts times `scale`, which then need not be put anywhere.
 */
export type Found = { slots: Uint16Array; count: number; impacts?: Uint8Array; scale?: number };

export type Segment = {
  /** Where it stands among the state's segments. */
  number: number;
  slotCount: number;
  /** Slots that died: worth a merge when they are many. */
  deadCount: number;
  columns: Columns;
  titles: Uint32Array;
  postings(term: number): Postings | undefined;
  /** Its slots by category; null where it still grows. */
  categories(): CategoryLists | null;
  /** Only where no product is added any more. */
  profiles?(): Profiles | null;
  /** All there is of the segment but its columns, as flat arrays, for merging. */
  body(): SegmentBody;
};

/** By category id: slots[starts[id]..starts[id + 1]). Dead ones too. */
export type CategoryLists = { starts: Uint32Array; slots: Uint16Array };

/** Terms ascending, and for each its postings: docs[starts[n]..ends[n]). */
export type SegmentBody = {
  terms: Uint32Array;
  starts: Uint32Array;
  ends: Uint32Array;
  docs: Uint16Array;
  impacts: Uint8Array;
  titles: Uint32Array;
  titleStart: Uint32Array;
  slotCount: number;
};

export function killSlot(segment: Segment, slot: number): void {
  segment.columns.alive[slot] = 0;
  segment.columns.digest[slot] = DEAD;
  segment.deadCount++;
}
