// A state as named pieces of memory, for a file, and back. What is shared memory in one node is the same bytes in the file and
// in the next node; only the ways in (product id to slot, slips to words) are made anew.

import type { ReplicaDocument } from '../document.ts';
import { allocateColumns, COLUMN_NAMES, type Columns } from './columns.ts';
import { DEAD } from './digest.ts';
import {
  type DocumentChunk,
  type DocumentLog,
  isDocumentThere,
  openDocumentLog,
  readDocument,
} from './document-log.ts';
import { openGrowingSegment } from './growing-segment.ts';
import type { Knowledge } from './knowledge.ts';
import { type PackedArrays, type PackedSegment, packedSegment } from './packed-segment.ts';
import { countTerms } from './packing.ts';
import { restorePhrases } from './phrases.ts';
import { indexPieces } from './pieces.ts';
import { addRow, findRow, openProductTable } from './product-table.ts';
import { openState, type SearchState } from './state.ts';
import { openValueTable, restoreValues, type ValueTable } from './value-table.ts';
import { restoreWords } from './vocabulary.ts';

export type ImagePart = { name: string; bytes: Uint8Array };
/** Whatever is not an array; plain enough for JSON. */
export type ImageNotes = {
  segments: { slotCount: number }[];
  strings: number;
  prefixRuns: number;
  unsortedWords: number[];
  values: Record<ValueTableName, { values: string[]; labels: string[] }>;
  chunks: ({ used: number; dead: number } | null)[];
  pieces: number;
  phrases: string[];
};
type ValueTableName = (typeof VALUE_TABLES)[number];

const VALUE_TABLES = ['brands', 'categories', 'sellers'] as const;
const ARRAY_NAMES = [
  'terms',
  'starts',
  'docs',
  'impacts',
  'titles',
  'profiles',
] as const satisfies (keyof PackedArrays)[];
const WORD_ARRAYS = ['termOfWord', 'seen', 'seenInTitle'] as const;

/**
 * The pieces one after the other, each as it is when it is asked for; the state may change in between. Nothing may be growing
 * at the start, and whoever reads the image must take again every change since then. The order matters: columns may point to
 * younger documents than they were, and documents to younger pieces of text, but never the other way round.
 */
export function imageParts(state: SearchState): Generator<ImagePart, ImageNotes> {
  return partsOf(state, [...state.packed]);
}

function* partsOf(state: SearchState, segments: PackedSegment[]): Generator<ImagePart, ImageNotes> {
  const { vocabulary, documents } = state;
  const { log } = documents;
  for (const [at, segment] of segments.entries()) {
    for (const name of ARRAY_NAMES) yield part(`segment/${at}/${name}`, segment.arrays[name]);
    for (const name of COLUMN_NAMES) yield part(`segment/${at}/column/${name}`, segment.columns[name]);
  }
  const { strings, prefixes } = vocabulary;
  const { count } = strings;
  // A stem may become a word of its own meanwhile, with a term that is not in the image: these two as they are now.
  const slots = strings.slots.slice();
  const termOfWord = vocabulary.termOfWord.slice(0, count);
  const runs = [...prefixes.runs];
  const unsortedWords = [...prefixes.unsorted];
  yield part('strings/letters', strings.letters.subarray(0, strings.starts[count]));
  yield part('strings/starts', strings.starts.subarray(0, count + 1));
  yield part('strings/slots', slots);
  for (const name of WORD_ARRAYS) {
    yield part(`words/${name}`, name === 'termOfWord' ? termOfWord : vocabulary[name].subarray(0, count));
  }
  for (const [at, run] of runs.entries()) yield part(`prefixes/${at}`, run);
  const chunks = log.chunks.map((chunk) => chunk ?? null);
  const used = chunks.map((chunk) => chunk && { used: chunk.used, dead: chunk.dead });
  for (const [at, chunk] of chunks.entries()) {
    if (chunk) yield part(`documents/${at}`, chunk.bytes.subarray(0, used[at]?.used ?? 0));
  }
  const { pieces, phrases } = log.codec;
  const pieceCount = pieces.count;
  yield part('pieces/bytes', pieces.bytes.subarray(0, pieces.starts[pieceCount]));
  yield part('pieces/starts', pieces.starts.subarray(0, pieceCount + 1));
  return {
    segments: segments.map(({ slotCount }) => ({ slotCount })),
    strings: count,
    prefixRuns: runs.length,
    unsortedWords,
    values: {
      brands: { values: state.brands.values, labels: state.brands.labels },
      categories: { values: state.categories.values, labels: state.categories.labels },
      sellers: { values: state.sellers.values, labels: state.sellers.labels },
    },
    chunks: used,
    pieces: pieceCount,
    phrases: phrases.list.map(({ text }) => text),
  };
}

/** `parts` by name; their memory becomes the state's own. */
export function stateOfImage(parts: Map<string, Uint8Array>, notes: ImageNotes, knowledge?: Knowledge): SearchState {
  const state = openState(knowledge);
  const { vocabulary } = state;
  const { strings, prefixes } = vocabulary;
  strings.count = notes.strings;
  strings.letters = view(parts, 'strings/letters', Uint16Array);
  strings.starts = view(parts, 'strings/starts', Uint32Array);
  strings.slots = view(parts, 'strings/slots', Uint32Array);
  for (const name of WORD_ARRAYS) vocabulary[name] = view(parts, `words/${name}`, Uint32Array);
  prefixes.runs = Array.from({ length: notes.prefixRuns }, (_, at) => view(parts, `prefixes/${at}`, Uint32Array));
  prefixes.unsorted = notes.unsortedWords;
  restoreWords(vocabulary);

  readLog(state.documents.log, parts, notes);
  for (const name of VALUE_TABLES) {
    state[name] = openValueTable();
    restoreValues(state[name], vocabulary, notes.values[name].values, notes.values[name].labels);
  }
  state.products = openProductTable(notes.segments.reduce((sum, { slotCount }) => sum + slotCount, 0));
  for (const [number, { slotCount }] of notes.segments.entries()) addSegment(state, parts, number, slotCount);
  state.growing = openGrowingSegment(notes.segments.length);
  state.segments[notes.segments.length] = state.growing;
  return state;
}

/** The documents alone, for an index by other rules. */
export function* documentsOfImage(parts: Map<string, Uint8Array>, notes: ImageNotes): Generator<ReplicaDocument> {
  const log = openDocumentLog();
  readLog(log, parts, notes);
  for (const [number, { slotCount }] of notes.segments.entries()) {
    const alive = view(parts, `segment/${number}/column/alive`, Uint8Array);
    const addresses = view(parts, `segment/${number}/column/document`, Uint32Array);
    for (let slot = 0; slot < slotCount; slot++) {
      const address = addresses[slot] as number;
      if (alive[slot] === 1 && isDocumentThere(log, address)) yield readDocument(log, address);
    }
  }
}

function readLog(log: DocumentLog, parts: Map<string, Uint8Array>, notes: ImageNotes): void {
  log.chunks = notes.chunks.map((chunk, at): DocumentChunk | undefined =>
    chunk ? { bytes: bytesOf(parts, `documents/${at}`), used: chunk.used, dead: chunk.dead } : undefined,
  );
  const { pieces, phrases } = log.codec;
  pieces.count = notes.pieces;
  pieces.bytes = bytesOf(parts, 'pieces/bytes');
  pieces.starts.set(view(parts, 'pieces/starts', Uint32Array));
  indexPieces(pieces);
  restorePhrases(phrases, notes.phrases);
}

function addSegment(state: SearchState, parts: Map<string, Uint8Array>, number: number, slotCount: number): void {
  const columns = allocateColumns(0) as Record<keyof Columns, unknown>;
  for (const name of COLUMN_NAMES) {
    const kind = (columns[name] as Uint8Array).constructor as ArrayKind<Uint8Array>;
    columns[name] = view(parts, `segment/${number}/column/${name}`, kind);
  }
  const arrays: PackedArrays = {
    terms: view(parts, `segment/${number}/terms`, Uint32Array),
    starts: view(parts, `segment/${number}/starts`, Uint32Array),
    docs: view(parts, `segment/${number}/docs`, Uint16Array),
    impacts: view(parts, `segment/${number}/impacts`, Uint8Array),
    titles: view(parts, `segment/${number}/titles`, Uint32Array),
    profiles: view(parts, `segment/${number}/profiles`, Uint16Array),
  };
  const own = columns as Columns;
  const deadCount = placeProducts(state, own, number, slotCount);
  const segment = packedSegment(number, slotCount, deadCount, own, arrays);
  state.segments[number] = segment;
  state.packed.push(segment);
  countTerms(state, segment);
}

function placeProducts(state: SearchState, columns: Columns, number: number, slotCount: number): number {
  const { products, documents } = state;
  const tables: [ValueTable, Uint32Array][] = [
    [state.brands, columns.brand],
    [state.categories, columns.category],
    [state.sellers, columns.seller],
  ];
  let deadCount = 0;
  for (let slot = 0; slot < slotCount; slot++) {
    const productId = columns.productId[slot] as number;
    const isWhole =
      columns.alive[slot] === 1 &&
      isDocumentThere(documents.log, columns.document[slot] as number) &&
      findRow(products, productId) === undefined;
    if (!isWhole) {
      columns.alive[slot] = 0;
      columns.digest[slot] = DEAD;
      deadCount++;
      continue;
    }
    const row = addRow(products, productId, columns.family[slot] as number);
    products.segments[row] = number;
    products.slots[row] = slot;
    for (const [{ counts }, column] of tables) {
      const id = column[slot] as number;
      counts[id] = (counts[id] ?? 0) + 1;
    }
  }
  return deadCount;
}

function part(name: string, array: Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array): ImagePart {
  return { name, bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) };
}

type ArrayKind<T> = { new (buffer: ArrayBufferLike, offset: number, length: number): T; BYTES_PER_ELEMENT: number };

function view<T>(parts: Map<string, Uint8Array>, name: string, kind: ArrayKind<T>): T {
  const { buffer, byteOffset, byteLength } = bytesOf(parts, name);
  return new kind(buffer, byteOffset, byteLength / kind.BYTES_PER_ELEMENT);
}

function bytesOf(parts: Map<string, Uint8Array>, name: string): Uint8Array {
  const bytes = parts.get(name);
  if (!bytes) throw new RangeError(`the image lacks ${name}`);
  return bytes;
}
