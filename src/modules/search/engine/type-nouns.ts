// Words that name things in this shop: the last words of its categories. In "camera battery" the last one says what it is.
import { documentCount, type SearchState } from './state.ts';

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
  for (const [id, terms] of categories.terms.entries()) {
    const term = terms.at(-1);
    if (term !== undefined) counts.set(term, (counts.get(term) ?? 0) + (categories.counts[id] as number));
  }
  const terms = new Set([...counts].filter(([, products]) => products >= MIN_PRODUCTS).map(([term]) => term));
  known.set(categories, { terms, values: categories.values.length, documents });
  return terms;
}
