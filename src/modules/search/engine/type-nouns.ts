// Words that name things in this shop: the last words of its categories. In "camera battery" the last one says what it is.
import { headsOf } from './kind.ts';
import { documentCount, type SearchState } from './state.ts';
import { fold } from './text.ts';
import { termOf } from './vocabulary.ts';

/** A category of fewer products may be called anything. */
const MIN_PRODUCTS = 10;
/** Counted anew when the shop grew or shrank by so much. */
const CHANGED_SHARE = 0.1;

type TypeNouns = { terms: Set<number>; values: number; documents: number };
const known = new WeakMap<SearchState['categories'], TypeNouns>();

export function typeNounsOf(state: SearchState): Set<number> {
  const { categories } = state;
  const documents = documentCount(state);
  const last = known.get(categories);
  if (last && last.values === categories.values.length) {
    if (Math.abs(documents - last.documents) <= last.documents * CHANGED_SHARE) return last.terms;
  }
  const counts = new Map<number, number>();
  for (let id = 0; id < categories.values.length; id++) {
    const products = categories.counts[id] as number;
    if (products > 0) for (const term of headTermsOf(state, id)) counts.set(term, (counts.get(term) ?? 0) + products);
  }
  const terms = new Set([...counts].filter(([, products]) => products >= MIN_PRODUCTS).map(([term]) => term));
  known.set(categories, { terms, values: categories.values.length, documents });
  return terms;
}

const headTerms = new WeakMap<SearchState['categories'], Map<number, number[]>>();

/** What is in a category or of a kind, as terms. */
export function headTermsOf({ categories, vocabulary }: SearchState, kind: number): number[] {
  const known = headTerms.get(categories) ?? new Map<number, number[]>();
  headTerms.set(categories, known);
  const label = categories.labels[kind];
  // Another thread may show a product before this one has heard of its kind.
  if (label === undefined) return [];
  const terms = known.get(kind) ?? headsOf(fold(label)).flatMap((word) => termOf(vocabulary, word) ?? []);
  known.set(kind, terms);
  return terms;
}
