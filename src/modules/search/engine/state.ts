// All that a node knows of the products: the documents themselves and the index over them. Every change goes through here.

import type { ReplicaDocument } from '../document.ts';
import { CATEGORY_SEPARATOR } from '../query.ts';
import { writeFigures } from './columns.ts';
import { type Analyser, analyse, openAnalyser, sameText } from './fields.ts';
import { mergeSegments } from './merge.ts';
import { aliveSlot, appendSlot, type GrowingSegment, killSlot, openGrowingSegment, type Segment } from './segment.ts';
import { countValue, internValue, NO_VALUE, openValueTable, type ValueTable } from './value-table.ts';
import { openVocabulary, type Vocabulary } from './vocabulary.ts';

/** A growing segment is packed from here on, or from a third of the shop on: each product is then packed about four times. */
const MIN_PACKED_SLOTS = 8_192;
const PACKED_SHARE = 1 / 3;

export type SearchState = {
  vocabulary: Vocabulary;
  analyser: Analyser;
  brands: ValueTable;
  categories: ValueTable;
  sellers: ValueTable;
  documents: Map<number, ReplicaDocument>;
  /** Product ids of a family, by familyName. */
  families: Map<string, Set<number>>;
  /** Those that get no new slots. */
  packed: Segment[];
  growing: GrowingSegment;
};

export function openState(): SearchState {
  const vocabulary = openVocabulary();
  return {
    vocabulary,
    analyser: openAnalyser(vocabulary),
    brands: openValueTable(),
    categories: openValueTable(),
    sellers: openValueTable(),
    documents: new Map(),
    families: new Map(),
    packed: [],
    growing: openGrowingSegment(),
  };
}

export function segmentsOf(state: SearchState): Segment[] {
  return [...state.packed, state.growing];
}

export function familyName(familyKey: string, sellerId: number): string {
  return `${sellerId}\0${familyKey}`;
}

export function putDocument(state: SearchState, document: ReplicaDocument): void {
  const { productId } = document;
  const previous = state.documents.get(productId);
  const place = previous && placeOf(state, productId);
  const sameSeller = previous?.sellerId === document.sellerId && previous.sellerName === document.sellerName;
  if (place && sameSeller && sameText(previous, document)) {
    writeFigures(place.segment.columns, place.slot, document);
  } else {
    if (previous) dropFromIndex(state, productId);
    addToIndex(state, document);
  }
  if (previous) changeFamily(state, previous, false);
  changeFamily(state, document, true);
  state.documents.set(productId, document);
}

export function removeDocument(state: SearchState, productId: number): void {
  const previous = state.documents.get(productId);
  if (!previous) return;
  dropFromIndex(state, productId);
  changeFamily(state, previous, false);
  state.documents.delete(productId);
}

export function needsPacking(state: SearchState): boolean {
  const dead = state.packed.reduce((sum, segment) => sum + segment.deadCount, 0);
  return Math.max(state.growing.slotCount, dead) >= Math.max(MIN_PACKED_SLOTS, state.documents.size * PACKED_SHARE);
}

/** One packed segment out of all there are. Changes may come in between two steps; two packings may not run at once. */
export function* pack(state: SearchState): Generator<void, void> {
  state.packed = segmentsOf(state);
  state.growing = openGrowingSegment();
  state.packed = [yield* mergeSegments(state.packed, state.vocabulary.strings.count)];
}

export function documentCount(state: SearchState): number {
  return state.documents.size;
}

export function documentOf(state: SearchState, productId: number): ReplicaDocument | undefined {
  return state.documents.get(productId);
}

/** How many products have the term, those counted that died since the last packing. */
export function productsWithTerm(state: SearchState, term: number): number {
  let count = 0;
  for (const segment of segmentsOf(state)) {
    const list = segment.postings(term);
    if (list) count += list.end - list.start;
  }
  return count;
}

function placeOf(state: SearchState, productId: number): { segment: Segment; slot: number } | undefined {
  for (const segment of segmentsOf(state)) {
    const slot = aliveSlot(segment, productId);
    if (slot !== undefined) return { segment, slot };
  }
  return undefined;
}

function addToIndex(state: SearchState, document: ReplicaDocument): void {
  const { vocabulary, growing } = state;
  const slot = appendSlot(growing, document.productId, analyse(state.analyser, document));
  const { columns } = growing;
  writeFigures(columns, slot, document);
  const brand = document.brand ? internValue(state.brands, vocabulary, document.brand, document.brand) : NO_VALUE;
  const category = internValue(
    state.categories,
    vocabulary,
    document.category.join(CATEGORY_SEPARATOR),
    document.category.at(-1) ?? '',
  );
  const seller = internValue(state.sellers, vocabulary, String(document.sellerId), document.sellerName);
  columns.brand[slot] = brand;
  columns.category[slot] = category;
  columns.seller[slot] = seller;
  countValue(state.brands, brand, 1);
  countValue(state.categories, category, 1);
  countValue(state.sellers, seller, 1);
  state.sellers.labels[seller] = document.sellerName;
}

function dropFromIndex(state: SearchState, productId: number): void {
  const place = placeOf(state, productId);
  if (!place) return;
  const { columns } = place.segment;
  countValue(state.brands, columns.brand[place.slot] as number, -1);
  countValue(state.categories, columns.category[place.slot] as number, -1);
  countValue(state.sellers, columns.seller[place.slot] as number, -1);
  killSlot(place.segment, place.slot);
}

function changeFamily(state: SearchState, document: ReplicaDocument, present: boolean): void {
  if (document.familyKey === null) return;
  const name = familyName(document.familyKey, document.sellerId);
  const members = state.families.get(name) ?? new Set();
  if (present) members.add(document.productId);
  else members.delete(document.productId);
  if (members.size === 0) state.families.delete(name);
  else state.families.set(name, members);
}
