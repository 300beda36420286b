// All that a node knows of the products: the documents themselves and the index over them. Every change goes through here.

import type { ListedProduct, ReplicaDocument } from '../document.ts';
import { CATEGORY_SEPARATOR } from '../query.ts';
import { writeFigures } from './columns.ts';
import { appendDocument, type DocumentLog, dropDocument, readDocument, readListed } from './document-log.ts';
import { type DocumentStore, forget, type Kept, openDocumentStore, remember, remembered } from './document-store.ts';
import { type Analyser, analyse, openAnalyser, sameText } from './fields.ts';
import {
  appendSlot,
  type GrowingSegment,
  MAX_GROWING_SLOTS,
  openGrowingSegment,
  showSlots,
} from './growing-segment.ts';
import { type Knowledge, openKnowledge } from './knowledge.ts';
import type { PackedSegment } from './packed-segment.ts';
import {
  addRow,
  familyCandidates,
  familyHashOf,
  findRow,
  openProductTable,
  type ProductTable,
  removeRow,
  setFamily,
} from './product-table.ts';
import { killSlot, type Segment } from './segment.ts';
import { countValue, internValue, labelValue, NO_VALUE, openValueTable, type ValueTable } from './value-table.ts';
import { openVocabulary, type Vocabulary } from './vocabulary.ts';

export type SearchState = {
  vocabulary: Vocabulary;
  analyser: Analyser;
  brands: ValueTable;
  categories: ValueTable;
  sellers: ValueTable;
  documents: DocumentStore;
  products: ProductTable;
  /** All of them, by number. */
  segments: (Segment | undefined)[];
  packed: PackedSegment[];
  /** Full, and not packed yet. */
  frozen: GrowingSegment[];
  growing: GrowingSegment;
  knowledge: Knowledge;
};

/** `knowledge` outlives a state: what the operator taught holds for the next one too. */
export function openState(knowledge: Knowledge = openKnowledge()): SearchState {
  const vocabulary = openVocabulary();
  const growing = openGrowingSegment(0);
  const documents = openDocumentStore();
  return {
    vocabulary,
    analyser: openAnalyser(vocabulary, documents.log.codec.phrases),
    brands: openValueTable(),
    categories: openValueTable(),
    sellers: openValueTable(),
    documents,
    products: openProductTable(),
    segments: [growing],
    packed: [],
    frozen: [],
    growing,
    knowledge,
  };
}

export function segmentsOf(state: SearchState): Segment[] {
  return [...state.packed, ...state.frozen, state.growing];
}

export function putDocument(state: SearchState, document: ReplicaDocument): void {
  const { productId } = document;
  const place = placeOf(state, productId);
  const previous = place && documentOf(state, productId);
  const wasRemembered = forget(state.documents, productId);
  const sameSeller = previous?.sellerId === document.sellerId && previous.sellerName === document.sellerName;
  const family = familyHashOf(document.familyKey, document.sellerId);
  if (place && previous && sameSeller && sameText(previous, document)) {
    const { columns } = place.segment;
    dropDocument(state.documents.log, columns.document[place.slot] as number);
    writeFigures(columns, place.slot, document);
    columns.document[place.slot] = appendDocument(state.documents.log, document);
    columns.family[place.slot] = family;
    setFamily(state.products, place.row, family);
  } else {
    addToIndex(state, place?.row ?? addRow(state.products, productId, family), document, family);
    if (place) {
      // After the new slot is there: a thread that searches meanwhile finds one of them.
      dropSlot(state, place);
      setFamily(state.products, place.row, family);
    }
  }
  remember(state.documents.whole, document, wasRemembered);
}

export function removeDocument(state: SearchState, productId: number): void {
  const place = placeOf(state, productId);
  if (!place) return;
  forget(state.documents, productId);
  dropSlot(state, place);
  removeRow(state.products, place.row);
}

export function documentCount(state: SearchState): number {
  return state.products.count;
}

/** The same object as long as nothing in it changes and it is asked for now and then. */
export function documentOf(state: SearchState, productId: number): ReplicaDocument | undefined {
  return readOnce(state, productId, state.documents.whole, readDocument);
}

/** The same for what a list shows of it: a fraction of the document is read. */
export function listedOf(state: SearchState, productId: number): ListedProduct | undefined {
  return readOnce(state, productId, state.documents.listed, readListed);
}

function readOnce<Document extends { productId: number }>(
  state: SearchState,
  productId: number,
  kept: Kept<Document>,
  read: (log: DocumentLog, address: number) => Document,
): Document | undefined {
  const known = remembered(kept, productId);
  if (known) return known;
  const place = placeOf(state, productId);
  if (!place) return undefined;
  const document = read(state.documents.log, place.segment.columns.document[place.slot] as number);
  remember(kept, document, true);
  return document;
}

/** The variants of one thing, by product id. */
export function familyOf(state: SearchState, familyKey: string, sellerId: number): ReplicaDocument[] {
  return familyCandidates(state.products, familyHashOf(familyKey, sellerId))
    .sort((a, b) => a - b)
    .map((productId) => documentOf(state, productId))
    .filter((document) => document !== undefined)
    .filter((document) => document.familyKey === familyKey && document.sellerId === sellerId);
}

/** How many products have the term, those counted that died since the last packing. */
export function productsWithTerm(state: SearchState, term: number): number {
  return state.vocabulary.productsOfTerm[term] ?? 0;
}

/** The growing segment gets no more products, and a new one does. */
export function freezeGrowing(state: SearchState): void {
  const free = state.segments.indexOf(undefined);
  const number = free === -1 ? state.segments.length : free;
  state.frozen.push(state.growing);
  state.growing = openGrowingSegment(number);
  state.segments[number] = state.growing;
}

type Place = { row: number; segment: Segment; slot: number };

function placeOf({ products, segments }: SearchState, productId: number): Place | undefined {
  const row = findRow(products, productId);
  if (row === undefined) return undefined;
  const segment = segments[products.segments[row] as number] as Segment;
  return { row, segment, slot: products.slots[row] as number };
}

function addToIndex(state: SearchState, row: number, document: ReplicaDocument, family: number): void {
  if (state.growing.slotCount === MAX_GROWING_SLOTS) freezeGrowing(state);
  const { vocabulary, growing, products } = state;
  const analysis = analyse(state.analyser, document);
  const slot = appendSlot(growing, document.productId, analysis);
  const { columns } = growing;
  writeFigures(columns, slot, document);
  const brand = document.brand ? internValue(state.brands, vocabulary, document.brand, document.brand) : NO_VALUE;
  const category = internValue(
    state.categories,
    vocabulary,
    document.category.join(CATEGORY_SEPARATOR),
    document.category.at(-1) ?? '',
  );
  const { kind } = analysis;
  const seller = internValue(state.sellers, vocabulary, String(document.sellerId), document.sellerName);
  columns.brand[slot] = brand;
  columns.category[slot] = category;
  columns.seller[slot] = seller;
  columns.kind[slot] = kind === undefined ? category : internValue(state.categories, vocabulary, kind, kind);
  columns.family[slot] = family;
  columns.document[slot] = appendDocument(state.documents.log, document);
  countValue(state.brands, brand, 1);
  countValue(state.categories, category, 1);
  countValue(state.sellers, seller, 1);
  labelValue(state.sellers, seller, document.sellerName);
  const { productsOfTerm } = vocabulary;
  for (const term of analysis.terms) productsOfTerm[term] = (productsOfTerm[term] as number) + 1;
  products.segments[row] = growing.number;
  products.slots[row] = slot;
  showSlots(growing);
}

function dropSlot(state: SearchState, { segment, slot }: Place): void {
  const { columns } = segment;
  countValue(state.brands, columns.brand[slot] as number, -1);
  countValue(state.categories, columns.category[slot] as number, -1);
  countValue(state.sellers, columns.seller[slot] as number, -1);
  dropDocument(state.documents.log, columns.document[slot] as number);
  killSlot(segment, slot);
}
