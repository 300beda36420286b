// Merges segments into the flat arrays of one, without their dead slots. A generator: each step is short, so that queries can
// run in between.
import { allocateColumns, type Columns } from './columns.ts';
import type { PackedArrays } from './packed-segment.ts';
import { numberProfiles } from './profiles.ts';
import type { Segment, SegmentBody } from './segment.ts';
import { resized, sharedUint8, sharedUint16, sharedUint32 } from './shared-arrays.ts';

const DEAD = 0xffffffff;
/** Between two pauses; about half a millisecond of copying. */
const POSTINGS_A_STEP = 50_000;
const SLOTS_A_STEP = 10_000;

/** Never written again once a slot is whole. All others are copied in the end, with what changed during the merge. */
export const FIXED_COLUMNS = ['productId', 'brand', 'category', 'kind', 'seller', 'headWords', 'forAt'] as const;

/** What is merged: segments that get no new slots, and which of theirs live. One that dies later is merged all the same and dead afterwards. */
export type MergeSource = { segment: Segment; alive: Uint8Array };
export type Merged = {
  /** By source: where slots that lived side by side went, as three numbers each: first, end, new first. */
  runs: Uint32Array[];
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
  const remaps: Uint32Array[] = [];
  let slotCount = 0;
  for (const { alive } of sources) {
    // New slots of old ones: first the first source's, in their order, then the next one's.
    const remap = new Uint32Array(alive.length);
    for (let slot = 0; slot < remap.length; slot++) remap[slot] = alive[slot] === 1 ? slotCount++ : DEAD;
    remaps.push(remap);
  }
  yield;
  const bodies = sources.map(({ segment }) => segment.body());
  const { lost, ...lists } = yield* mergePostings(bodies, remaps);
  const { titles, titleStart } = yield* mergeTitles(bodies, remaps, slotCount);
  const columns = { ...allocateColumns(slotCount), titleStart };
  const runs = remaps.map(runsOf);
  for (const name of FIXED_COLUMNS) {
    for (const [position, { segment }] of sources.entries()) {
      copyColumn(segment.columns[name], columns[name], runs[position] as Uint32Array);
    }
    yield;
  }
  const profiles = numberProfiles(columns, slotCount);
  return { runs, slotCount, arrays: { ...lists, titles, profiles }, columns, lost };
}

/** Run by run, which is ten times as fast as slot by slot where few are dead. */
export function copyColumn(from: Columns[keyof Columns], to: Columns[keyof Columns], runs: Uint32Array): void {
  for (let at = 0; at < runs.length; at += 3) {
    const [first, end, target] = [runs[at] as number, runs[at + 1] as number, runs[at + 2] as number];
    if (end - first === 1) to[target] = from[first] as number;
    else to.set(from.subarray(first, end), target);
  }
}

function runsOf(remap: Uint32Array): Uint32Array {
  const runs: number[] = [];
  for (let slot = 0; slot < remap.length; slot++) {
    const target = remap[slot] as number;
    if (target === DEAD) continue;
    if (runs.length > 0 && runs.at(-2) === slot) runs[runs.length - 2] = slot + 1;
    else runs.push(slot, slot + 1, target);
  }
  return Uint32Array.from(runs);
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
    for (const cursor of cursors) {
      const { body, remap, at } = cursor;
      if (body.terms[at] !== term) continue;
      cursor.at++;
      const start = body.starts[at] as number;
      const end = body.ends[at] as number;
      had += end - start;
      for (let posting = start; posting < end; posting++) {
        const slot = remap[body.docs[posting] as number] as number;
        if (slot === DEAD) continue;
        docs[size] = slot;
        impacts[size++] = body.impacts[posting] as number;
      }
    }
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
  let most = 0;
  for (const { titleStart, slotCount: slots } of bodies) most += titleStart[slots] as number;
  const titles = new Uint32Array(most);
  const titleStart = sharedUint32(slotCount + 1);
  let size = 0;
  for (const [position, body] of bodies.entries()) {
    const remap = remaps[position] as Uint32Array;
    for (let slot = 0; slot < body.slotCount; slot++) {
      if (slot % SLOTS_A_STEP === 0) yield;
      const target = remap[slot] as number;
      if (target === DEAD) continue;
      titleStart[target] = size;
      const end = body.titleStart[slot + 1] as number;
      for (let at = body.titleStart[slot] as number; at < end; at++) titles[size++] = body.titles[at] as number;
    }
  }
  titleStart[slotCount] = size;
  return { titles: exactly(sharedUint32(size), titles), titleStart };
}
