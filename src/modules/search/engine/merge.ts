// Packs segments into one, without their dead slots. A generator: each step is short, so that queries can run in between.
import { allocateColumns, COLUMN_NAMES } from './columns.ts';
import { allocateScratch, type Segment } from './segment.ts';

const DEAD = 0xffffffff;
/** Between two pauses; about half a millisecond of copying. */
const POSTINGS_A_STEP = 50_000;
const SLOTS_A_STEP = 10_000;

/**
 * The sources must get no new slot meanwhile, but slots may die and figures may change: the last step, which is not
 * interrupted, copies all columns and with them every such change. The caller swaps segments right after it.
 */
export function* mergeSegments(sources: Segment[], termCount: number): Generator<void, Segment> {
  const { remaps, slotCount } = yield* renumber(sources);
  const lists = yield* mergePostings(sources, remaps, termCount);
  const slotOf = new Map<number, number>();
  for (const [position, source] of sources.entries()) {
    const remap = remaps[position] as Uint32Array;
    for (let slot = 0; slot < source.slotCount; slot++) {
      if (slot % SLOTS_A_STEP === 0) yield;
      if (remap[slot] !== DEAD) slotOf.set(source.columns.productId[slot] as number, remap[slot] as number);
    }
  }
  const { titles, titleStart } = yield* mergeTitles(sources, remaps, slotCount);
  const scratch = allocateScratch(slotCount);
  const columns = allocateColumns(slotCount);
  yield;
  for (const [position, source] of sources.entries()) {
    const remap = remaps[position] as Uint32Array;
    for (const name of COLUMN_NAMES) {
      const from = source.columns[name];
      const to = columns[name];
      for (let slot = 0; slot < source.slotCount; slot++) {
        const target = remap[slot] as number;
        if (target !== DEAD) to[target] = from[slot] as number;
      }
    }
  }
  columns.titleStart = titleStart;
  let deadCount = 0;
  for (let slot = 0; slot < slotCount; slot++) deadCount += 1 - (columns.alive[slot] as number);
  return {
    slotCount,
    deadCount,
    columns,
    slotOf,
    titles,
    scratch,
    postings(term) {
      // Terms that came after the merge have no list here.
      if (term >= termCount) return undefined;
      const start = lists.starts[term] as number;
      const end = lists.starts[term + 1] as number;
      return start === end ? undefined : { docs: lists.docs, impacts: lists.impacts, start, end };
    },
  };
}

/** New slots of old ones: first the first source's, in their order, then the next one's. */
function* renumber(sources: Segment[]): Generator<void, { remaps: Uint32Array[]; slotCount: number }> {
  let slotCount = 0;
  const remaps: Uint32Array[] = [];
  for (const source of sources) {
    const remap = new Uint32Array(source.slotCount);
    for (let slot = 0; slot < source.slotCount; slot++) {
      if (slot % SLOTS_A_STEP === 0) yield;
      remap[slot] = source.columns.alive[slot] === 1 ? slotCount++ : DEAD;
    }
    remaps.push(remap);
  }
  return { remaps, slotCount };
}

type PackedLists = { starts: Uint32Array; docs: Uint32Array; impacts: Uint8Array };

function* mergePostings(sources: Segment[], remaps: Uint32Array[], termCount: number): Generator<void, PackedLists> {
  let upperBound = 0;
  for (let term = 0; term < termCount; term++) {
    if (term % SLOTS_A_STEP === 0) yield;
    for (const source of sources) {
      const list = source.postings(term);
      if (list) upperBound += list.end - list.start;
    }
  }
  const starts = new Uint32Array(termCount + 1);
  const docs = new Uint32Array(upperBound);
  const impacts = new Uint8Array(upperBound);
  let size = 0;
  let sinceStep = 0;
  for (let term = 0; term < termCount; term++) {
    starts[term] = size;
    for (let position = 0; position < sources.length; position++) {
      const list = (sources[position] as Segment).postings(term);
      if (!list) continue;
      const remap = remaps[position] as Uint32Array;
      for (let at = list.start; at < list.end; at++) {
        const slot = remap[list.docs[at] as number] as number;
        if (slot === DEAD) continue;
        docs[size] = slot;
        impacts[size++] = list.impacts[at] as number;
      }
      sinceStep += list.end - list.start;
    }
    if (++sinceStep > POSTINGS_A_STEP) {
      sinceStep = 0;
      yield;
    }
  }
  starts[termCount] = size;
  return { starts, docs: docs.subarray(0, size), impacts: impacts.subarray(0, size) };
}

type PackedTitles = { titles: Uint32Array; titleStart: Uint32Array };

function* mergeTitles(sources: Segment[], remaps: Uint32Array[], slotCount: number): Generator<void, PackedTitles> {
  let upperBound = 0;
  for (const source of sources) upperBound += source.columns.titleStart[source.slotCount] as number;
  const titles = new Uint32Array(upperBound);
  const titleStart = new Uint32Array(slotCount + 1);
  let size = 0;
  for (const [position, source] of sources.entries()) {
    const remap = remaps[position] as Uint32Array;
    const { titleStart: from } = source.columns;
    for (let slot = 0; slot < source.slotCount; slot++) {
      if (slot % SLOTS_A_STEP === 0) yield;
      const target = remap[slot] as number;
      if (target === DEAD) continue;
      titleStart[target] = size;
      for (let at = from[slot] as number; at < (from[slot + 1] as number); at++)
        titles[size++] = source.titles[at] as number;
    }
  }
  titleStart[slotCount] = size;
  return { titles, titleStart };
}
