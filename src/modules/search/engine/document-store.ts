// The log of documents, and the ones asked for lately as objects: pages keep what they made of a document as long as it is the
// same object.
import type { ReplicaDocument } from '../document.ts';
import { type DocumentLog, openDocumentLog } from './document-log.ts';

/** In each of two generations; 3 KB a document, so about 25 MB in all. */
const GENERATION_DOCUMENTS = 4_096;

type Generation = Map<number, ReplicaDocument>;
export type DocumentStore = { log: DocumentLog; young: Generation; old: Generation };

export function openDocumentStore(): DocumentStore {
  return { log: openDocumentLog(), young: new Map(), old: new Map() };
}

export function remembered(store: DocumentStore, productId: number): ReplicaDocument | undefined {
  const young = store.young.get(productId);
  if (young) return young;
  const document = store.old.get(productId);
  if (document) keep(store, document);
  return document;
}

/** A document that nobody asked for is kept only while there is room: a large import pushes nothing out. */
export function remember(store: DocumentStore, document: ReplicaDocument, wasAskedFor: boolean): void {
  if (wasAskedFor || store.young.size < GENERATION_DOCUMENTS / 2) keep(store, document);
}

/** Whether it was remembered. */
export function forget(store: DocumentStore, productId: number): boolean {
  const wasOld = store.old.delete(productId);
  return store.young.delete(productId) || wasOld;
}

function keep(store: DocumentStore, document: ReplicaDocument): void {
  if (store.young.size === GENERATION_DOCUMENTS) {
    store.old = store.young;
    store.young = new Map();
  }
  store.young.set(document.productId, document);
}
