// The log of documents, and what was asked for lately as objects: pages keep what they made of one as long as it is the same
// object. Whole documents are for product pages; what lists show of a product is kept on its own.
import type { ListedProduct, ReplicaDocument } from '../document.ts';
import { type DocumentLog, openDocumentLog } from './document-log.ts';

/** In each of two generations; 3 KB a document, so about 25 MB in all, and a fifth of that for what is listed. */
const GENERATION_DOCUMENTS = 4_096;

type Product = { productId: number };
export type Kept<Document extends Product> = { young: Map<number, Document>; old: Map<number, Document> };
export type DocumentStore = { log: DocumentLog; whole: Kept<ReplicaDocument>; listed: Kept<ListedProduct> };

export function openDocumentStore(): DocumentStore {
  return {
    log: openDocumentLog(),
    whole: { young: new Map(), old: new Map() },
    listed: { young: new Map(), old: new Map() },
  };
}

export function remembered<Document extends Product>(kept: Kept<Document>, productId: number): Document | undefined {
  const young = kept.young.get(productId);
  if (young) return young;
  const document = kept.old.get(productId);
  if (document) keep(kept, document);
  return document;
}

/** What nobody asked for is kept only while there is room: a large import pushes nothing out. */
export function remember<Document extends Product>(
  kept: Kept<Document>,
  document: Document,
  wasAskedFor: boolean,
): void {
  if (wasAskedFor || kept.young.size < GENERATION_DOCUMENTS / 2) keep(kept, document);
}

/** Whether the whole document was remembered. */
export function forget({ whole, listed }: DocumentStore, productId: number): boolean {
  drop(listed, productId);
  return drop(whole, productId);
}

function drop<Document extends Product>({ young, old }: Kept<Document>, productId: number): boolean {
  const wasOld = old.delete(productId);
  return young.delete(productId) || wasOld;
}

function keep<Document extends Product>(kept: Kept<Document>, document: Document): void {
  if (kept.young.size === GENERATION_DOCUMENTS) {
    kept.old = kept.young;
    kept.young = new Map();
  }
  kept.young.set(document.productId, document);
}
