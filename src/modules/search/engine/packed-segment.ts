// A segment that gets no new product: flat arrays, in shared memory and in the snapshot the same.
import type { Columns } from './columns.ts';
import { numberProfiles, type Profiles, readProfiles } from './profiles.ts';
import type { CategoryLists, Postings, Segment } from './segment.ts';

export type PackedArrays = {
  /** Ascending. */
  terms: Uint32Array;
  /** By place in `terms`, with the end of the last list behind it. */
  starts: Uint32Array;
  docs: Uint16Array;
  impacts: Uint8Array;
  titles: Uint32Array;
  /** By slot; empty where they are too many. Made of the columns where they are not given. */
  profiles?: Uint16Array;
};
export type PackedSegment = Segment & { arrays: Required<PackedArrays> };

export function packedSegment(
  number: number,
  slotCount: number,
  deadCount: number,
  columns: Columns,
  arrays: PackedArrays,
): PackedSegment {
  const ofSlot = arrays.profiles ?? numberProfiles(columns, slotCount);
  let categories: CategoryLists | undefined;
  let profiles: Profiles | null | undefined;
  return {
    number,
    slotCount,
    deadCount,
    columns,
    titles: arrays.titles,
    arrays: { ...arrays, profiles: ofSlot },
    postings: (term) => postingsOf(arrays, term),
    categories() {
      categories ??= listCategories(columns.category, slotCount);
      return categories;
    },
    profiles() {
      if (profiles === undefined) profiles = readProfiles(ofSlot, columns);
      return profiles;
    },
    body: () => ({
      terms: arrays.terms,
      starts: arrays.starts.subarray(0, arrays.terms.length),
      ends: arrays.starts.subarray(1),
      docs: arrays.docs,
      impacts: arrays.impacts,
      titles: arrays.titles,
      titleStart: columns.titleStart,
      slotCount,
    }),
  };
}

function postingsOf({ terms, starts, docs, impacts }: PackedArrays, term: number): Postings | undefined {
  let low = 0;
  let high = terms.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((terms[middle] as number) < term) low = middle + 1;
    else high = middle;
  }
  if (terms[low] !== term) return undefined;
  return { docs, impacts, start: starts[low] as number, end: starts[low + 1] as number };
}

/** Made when first asked for: a pass of half a millisecond, once in a segment's life. */
function listCategories(category: Uint32Array, slotCount: number): CategoryLists {
  let most = 0;
  for (let slot = 0; slot < slotCount; slot++) most = Math.max(most, category[slot] as number);
  const starts = new Uint32Array(most + 2);
  for (let slot = 0; slot < slotCount; slot++) {
    const next = (category[slot] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let id = 0; id <= most; id++) starts[id + 1] = (starts[id + 1] as number) + (starts[id] as number);
  const ends = starts.slice();
  const slots = new Uint16Array(slotCount);
  for (let slot = 0; slot < slotCount; slot++) {
    const id = category[slot] as number;
    slots[ends[id] as number] = slot;
    ends[id] = (ends[id] as number) + 1;
  }
  return { starts, slots };
}
