// Growing segments become packed ones, and small packed ones larger ones, so that a query finds few segments and no dead slots.
import { COLUMN_NAMES } from './columns.ts';
import { copyColumn } from './copy-column.ts';
import { addressesIn, chunkToReclaim, freeChunk, moveDocument, readDocument } from './document-log.ts';
import type { GrowingSegment } from './growing-segment.ts';
import { FIXED_COLUMNS, type Merged, mergeSegments, mergeSource } from './merge.ts';
import { type PackedSegment, packedSegment } from './packed-segment.ts';
import { findRow } from './product-table.ts';
import { MAX_SEGMENT_SLOTS, type Segment } from './segment.ts';
import { freezeGrowing, type SearchState } from './state.ts';

/** So many packed segments of about the same size become one: a product is packed about three times on its way. */
const FAN_IN = 4;
/** A packed segment with so many dead slots is written anew. */
const DEAD_SHARE = 1 / 3;
const MIN_DEAD_SLOTS = 256;
const DOCUMENTS_A_STEP = 500;
const ROWS_A_STEP = 2_000;
/** Filled in by the merge. */
const FILLED_COLUMNS: readonly string[] = [...FIXED_COLUMNS, 'titleStart'];

/**
 * In short steps. A step may answer segments: whoever runs it then either merges them and hands that in with the next step,
 * or hands in nothing, and they are merged in further steps.
 */
export type Packing = Generator<MergeableSegment[] | undefined, void, Merged | undefined>;
export type MergeableSegment = PackedSegment | GrowingSegment;

export function needsPacking(state: SearchState): boolean {
  return (
    state.frozen.length > 0 ||
    segmentsToMerge(state.packed).length > 0 ||
    chunkToReclaim(state.documents.log) !== undefined
  );
}

/** Everything into packed segments. Changes may come in between two steps; two packings may not run at once. */
export function* pack(state: SearchState): Packing {
  yield* packGrown(state);
  yield* packFrozen(state);
}

/** What grew, and nothing more. */
export function* packGrown(state: SearchState): Packing {
  if (state.growing.slotCount > 0) freezeGrowing(state);
  for (let frozen = state.frozen[0]; frozen; frozen = state.frozen[0]) yield* replace(state, [frozen]);
}

/** What is due, in the background. */
export function* packDue(state: SearchState): Packing {
  yield* packFrozen(state);
  const chunk = chunkToReclaim(state.documents.log);
  if (chunk !== undefined) yield* reclaim(state, chunk);
}

function* packFrozen(state: SearchState): Packing {
  for (let frozen = state.frozen[0]; frozen; frozen = state.frozen[0]) yield* replace(state, [frozen]);
  for (let small = segmentsToMerge(state.packed); small.length > 0; small = segmentsToMerge(state.packed)) {
    yield* replace(state, small);
  }
}

/** Packed segments that are worth becoming one. */
function segmentsToMerge(packed: PackedSegment[]): PackedSegment[] {
  const bySize = packed
    .map((segment) => ({ segment, alive: segment.slotCount - segment.deadCount }))
    .sort((a, b) => a.alive - b.alive);
  for (let at = 0; at + FAN_IN <= bySize.length; at++) {
    const some = bySize.slice(at, at + FAN_IN);
    const alive = some.reduce((sum, one) => sum + one.alive, 0);
    const [least, most] = [some[0]?.alive ?? 0, some.at(-1)?.alive ?? 0];
    if (alive <= MAX_SEGMENT_SLOTS && most < Math.max(least, 1) * FAN_IN) return some.map(({ segment }) => segment);
  }
  const worn = bySize.find(
    ({ segment }) => segment.deadCount >= Math.max(MIN_DEAD_SLOTS, segment.slotCount * DEAD_SHARE),
  );
  return worn ? [worn.segment] : [];
}

/** One packed segment in the place of some. */
function* replace(state: SearchState, sources: MergeableSegment[]): Packing {
  const merged = (yield sources) ?? (yield* mergeSegments(sources.map(mergeSource)));
  swap(state, sources, merged, yield* rowsOf(state, merged));
}

/** By new slot the product's row, which stays its own as long as it lives. Looking them up is most of a swap, so it is done before. */
function* rowsOf({ products }: SearchState, { columns, slotCount }: Merged): Generator<undefined, Uint32Array> {
  const rows = new Uint32Array(slotCount);
  for (let slot = 0; slot < slotCount; slot++) {
    if (slot % ROWS_A_STEP === 0) yield;
    rows[slot] = findRow(products, columns.productId[slot] as number) ?? 0;
  }
  return rows;
}

/**
 * Not interrupted: all that may have changed since the merge began is copied here. About 4 ms for the largest segment.
 */
function swap(state: SearchState, sources: MergeableSegment[], merged: Merged, rows: Uint32Array): void {
  const { columns, lost } = merged;
  for (const name of COLUMN_NAMES) {
    if (FILLED_COLUMNS.includes(name)) continue;
    for (const [position, source] of sources.entries()) {
      copyColumn(source.columns[name], columns[name], merged.remaps[position] as Uint32Array);
    }
  }
  const number = (sources[0] as MergeableSegment).number;
  const { products } = state;
  let deadCount = 0;
  for (let slot = 0; slot < merged.slotCount; slot++) {
    if (columns.alive[slot] === 0) {
      deadCount++;
      continue;
    }
    const row = rows[slot] as number;
    products.segments[row] = number;
    products.slots[row] = slot;
  }
  const segment = packedSegment(number, merged.slotCount, deadCount, columns, merged.arrays);
  const { productsOfTerm } = state.vocabulary;
  for (const [at, term] of lost.terms.entries()) {
    productsOfTerm[term] = (productsOfTerm[term] as number) - (lost.postings[at] as number);
  }
  for (const source of sources) state.segments[source.number] = undefined;
  state.segments[number] = segment;
  state.frozen = state.frozen.filter((one) => !sources.includes(one));
  state.packed = [...state.packed.filter((one) => !sources.includes(one)), segment];
}

export function countTerms(state: SearchState, segment: Segment): void {
  const { productsOfTerm } = state.vocabulary;
  const { terms, starts, ends } = segment.body();
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] as number;
    productsOfTerm[term] = (productsOfTerm[term] as number) + (ends[at] as number) - (starts[at] as number);
  }
}

/** Moves what is alive in a chunk to the end of the log. */
function* reclaim(state: SearchState, chunk: number): Packing {
  const { log } = state.documents;
  let sinceStep = 0;
  for (const address of addressesIn(log, chunk)) {
    const row = findRow(state.products, readDocument(log, address).productId);
    if (row !== undefined) {
      const segment = state.segments[state.products.segments[row] as number] as Segment;
      const slot = state.products.slots[row] as number;
      if (segment.columns.document[slot] === address) segment.columns.document[slot] = moveDocument(log, address);
    }
    if (++sinceStep % DOCUMENTS_A_STEP === 0) yield;
    // Somebody writes the chunks to a file meanwhile: what was moved is moved, the rest waits.
    if (log.isHeld) return;
  }
  freeChunk(log, chunk);
}
