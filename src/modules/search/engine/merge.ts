// Merges segments into the flat arrays of one, without their dead slots. A generator: each step is short, so that queries can
// run in between. Products of one category, brand and seller become neighbours: what a query finds is mostly alike, and then
// lies close together in every column.
import { allocateColumns, type Columns } from './columns.ts';
import { copyColumn, NO_SLOT } from './copy-column.ts';
import { orderPostings } from './order-postings.ts';
import type { PackedArrays } from './packed-segment.ts';
import { numberProfiles } from './profiles.ts';
import type { Segment, SegmentBody } from './segment.ts';
import { resized, sharedUint8, sharedUint16, sharedUint32 } from './shared-arrays.ts';

/** Between two pauses; about half a millisecond of copying. */
const POSTINGS_A_STEP = 50_000;
const SLOTS_A_STEP = 10_000;

/** Never written again once a slot is whole. All others are copied in the end, with what changed during the merge. */
export const FIXED_COLUMNS = ['productId', 'brand', 'category', 'kind', 'seller', 'headWords', 'forAt'] as const;

/** Neighbours are alike in the last of these, and among those that are in the one before. */
const ORDERED_BY = ['seller', 'brand', 'category'] as const;

/** What is merged: segments that get no new slots, and which of theirs live. One that dies later is merged all the same and dead afterwards. */
export type MergeSource = { segment: Segment; alive: Uint8Array };
export type Merged = {
  /** By source and old slot: the new one, or NO_SLOT. */
  remaps: Uint32Array[];
  slotCount: number;
  arrays: PackedArrays;
  /** With the fixed ones filled in, and where titles start. */
  columns: Columns;
  /** How many postings terms lost with the slots that were dead. */
  lost: { terms: Uint32Array; postings: Uint32Array };
};

export function mergeSource(segment: Segment): MergeSource {
  return { segment, alive: segment.columns.alive.slice(0, segment.slotCount) };
}

export function* mergeSegments(sources: MergeSource[]): Generator<undefined, Merged> {
  const { remaps, slotCount } = yield* placeSlots(sources);
  const bodies = sources.map(({ segment }) => segment.body());
  const { lost, ...lists } = yield* mergePostings(bodies, remaps);
  const { titles, titleStart } = yield* mergeTitles(bodies, remaps, slotCount);
  const columns = { ...allocateColumns(slotCount), titleStart };
  for (const name of FIXED_COLUMNS) {
    for (const [position, { segment }] of sources.entries()) {
      copyColumn(segment.columns[name], columns[name], remaps[position] as Uint32Array);
    }
    yield;
  }
  const profiles = numberProfiles(columns, slotCount);
  return { remaps, slotCount, arrays: { ...lists, titles, profiles }, columns, lost };
}

/** New slots of old ones. */
function* placeSlots(sources: MergeSource[]): Generator<undefined, Pick<Merged, 'remaps' | 'slotCount'>> {
  const alive = concatenated(sources.map((source) => source.alive));
  let order = Uint32Array.from(alive.keys()).filter((at) => alive[at] === 1);
  for (const name of ORDERED_BY) {
    yield;
    const keys = sources.map(({ segment, alive }) => segment.columns[name].subarray(0, alive.length));
    order = orderedBy(order, concatenated(keys));
  }
  const places = new Uint32Array(alive.length).fill(NO_SLOT);
  for (let slot = 0; slot < order.length; slot++) places[order[slot] as number] = slot;
  let end = 0;
  const remaps = sources.map(({ alive }) => {
    end += alive.length;
    return places.slice(end - alive.length, end);
  });
  return { remaps, slotCount: order.length };
}

function concatenated(arrays: (Uint8Array | Uint32Array)[]): Uint32Array {
  const whole = new Uint32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const array of arrays) {
    whole.set(array, end);
    end += array.length;
  }
  return whole;
}

/** By counting; those with the same key stay in their order. */
function orderedBy(order: Uint32Array, keys: Uint32Array): Uint32Array<ArrayBuffer> {
  let most = 0;
  for (let at = 0; at < order.length; at++) most = Math.max(most, keys[order[at] as number] as number);
  const starts = new Uint32Array(most + 2);
  for (let at = 0; at < order.length; at++) {
    const next = (keys[order[at] as number] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let key = 0; key <= most; key++) starts[key + 1] = (starts[key + 1] as number) + (starts[key] as number);
  const ordered = new Uint32Array(order.length);
  for (let at = 0; at < order.length; at++) {
    const position = order[at] as number;
    const key = keys[position] as number;
    const place = starts[key] as number;
    ordered[place] = position;
    starts[key] = place + 1;
  }
  return ordered;
}

type Cursor = { body: SegmentBody; remap: Uint32Array; at: number };

function* mergePostings(
  bodies: SegmentBody[],
  remaps: Uint32Array[],
): Generator<undefined, Pick<PackedArrays, 'terms' | 'starts' | 'docs' | 'impacts'> & Pick<Merged, 'lost'>> {
  let mostTerms = 0;
  let mostPostings = 0;
  for (const { terms, starts, ends } of bodies) {
    mostTerms += terms.length;
    for (let at = 0; at < terms.length; at++) mostPostings += (ends[at] as number) - (starts[at] as number);
    yield;
  }
  const terms = new Uint32Array(mostTerms);
  const starts = new Uint32Array(mostTerms + 1);
  const docs = sharedUint16(mostPostings);
  const impacts = sharedUint8(mostPostings);
  const cursors: Cursor[] = bodies.map((body, at) => ({ body, remap: remaps[at] as Uint32Array, at: 0 }));
  let termCount = 0;
  let size = 0;
  let sinceStep = 0;
  const lostTerms: number[] = [];
  const lostPostings: number[] = [];
  for (let term = nextTerm(cursors); term !== undefined; term = nextTerm(cursors)) {
    const before = size;
    let had = 0;
    let last = -1;
    let isOrdered = true;
    for (const cursor of cursors) {
      const { body, remap, at } = cursor;
      if (body.terms[at] !== term) continue;
      cursor.at++;
      const start = body.starts[at] as number;
      const end = body.ends[at] as number;
      had += end - start;
      for (let posting = start; posting < end; posting++) {
        const slot = remap[body.docs[posting] as number] as number;
        if (slot === NO_SLOT) continue;
        if (slot < last) isOrdered = false;
        last = slot;
        docs[size] = slot;
        impacts[size++] = body.impacts[posting] as number;
      }
    }
    if (!isOrdered) orderPostings(docs, impacts, before, size);
    if (size > before) {
      terms[termCount] = term;
      starts[++termCount] = size;
    }
    if (size - before < had) {
      lostTerms.push(term);
      lostPostings.push(had - (size - before));
    }
    sinceStep += size - before + 1;
    if (sinceStep > POSTINGS_A_STEP) {
      sinceStep = 0;
      yield;
    }
  }
  return {
    terms: exactly(sharedUint32(termCount), terms),
    starts: exactly(sharedUint32(termCount + 1), starts),
    docs: size < mostPostings ? resized(docs, size) : docs,
    impacts: size < mostPostings ? resized(impacts, size) : impacts,
    lost: { terms: Uint32Array.from(lostTerms), postings: Uint32Array.from(lostPostings) },
  };
}

function exactly(target: Uint32Array, source: Uint32Array): Uint32Array {
  target.set(source.subarray(0, target.length));
  return target;
}

function nextTerm(cursors: Cursor[]): number | undefined {
  let least: number | undefined;
  for (const { body, at } of cursors) {
    const term = body.terms[at];
    if (term !== undefined && (least === undefined || term < least)) least = term;
  }
  return least;
}

function* mergeTitles(
  bodies: SegmentBody[],
  remaps: Uint32Array[],
  slotCount: number,
): Generator<undefined, { titles: Uint32Array; titleStart: Uint32Array }> {
  const titleStart = sharedUint32(slotCount + 1);
  for (const [position, body] of bodies.entries()) {
    const remap = remaps[position] as Uint32Array;
    for (let slot = 0; slot < remap.length; slot++) {
      const target = remap[slot] as number;
      if (target === NO_SLOT) continue;
      titleStart[target + 1] = (body.titleStart[slot + 1] as number) - (body.titleStart[slot] as number);
    }
  }
  for (let slot = 0; slot < slotCount; slot++) {
    titleStart[slot + 1] = (titleStart[slot + 1] as number) + (titleStart[slot] as number);
  }
  const titles = sharedUint32(titleStart[slotCount] as number);
  for (const [position, body] of bodies.entries()) {
    const remap = remaps[position] as Uint32Array;
    for (let slot = 0; slot < remap.length; slot++) {
      if (slot % SLOTS_A_STEP === 0) yield;
      const target = remap[slot] as number;
      if (target === NO_SLOT) continue;
      let to = titleStart[target] as number;
      const end = body.titleStart[slot + 1] as number;
      for (let at = body.titleStart[slot] as number; at < end; at++) titles[to++] = body.titles[at] as number;
    }
  }
  return { titles, titleStart };
}
