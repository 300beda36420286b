// For the tests of the engine: a shop of a few products, whose ids count from 1.
import type { ReplicaDocument } from './document.ts';
import { searchProducts } from './engine/search.ts';
import { openState, putDocument, type SearchState } from './engine/state.ts';
import { testDocument, testQuery } from './test-documents.ts';

export function shopOf(...products: Partial<ReplicaDocument>[]): SearchState {
  const state = openState();
  for (const [position, fields] of products.entries()) putDocument(state, testDocument(position + 1, fields));
  return state;
}

export function titlesFor(state: SearchState, term: string, fields = {}): string[] {
  return searchProducts(state, testQuery(term, fields)).items.map((item) => item.title);
}
