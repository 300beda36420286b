// Why the results are what they are, for operators.
import type { Explanation } from '../query.ts';
import { RERANK_WEIGHTS, type Scored, type ScoreParts } from './rerank.ts';
import { productsWithTerm, type SearchState } from './state.ts';
import type { Alternative, Understood } from './understand.ts';
import { termName } from './vocabulary.ts';

export function explain(state: SearchState, understood: Understood, shown: Scored[]): Explanation {
  const asked = new Set(understood.groups.flatMap(({ alternatives }) => alternatives.map(({ term }) => term)));
  return {
    ...explainWords(state, understood),
    brands: state.brands.labels.filter((_, id) => {
      const terms = state.brands.terms[id] ?? [];
      return terms.length > 0 && terms.every((term) => asked.has(term)) && (state.brands.counts[id] as number) > 0;
    }),
    scores: shown.flatMap((one) =>
      one.parts ? [{ productId: one.productId, score: rounded(one.key), parts: weighted(one.parts) }] : [],
    ),
  };
}

/** What was searched, word by word; the same whichever engine finds the products. */
export function explainWords(state: SearchState, understood: Understood): Pick<Explanation, 'text' | 'words'> {
  return {
    text: understood.correctedTerm ?? understood.text,
    words: understood.groups.map(({ alternatives, idf }, at) => ({
      word: understood.words[at] as string,
      isHead: at === understood.head,
      weight: rounded(idf),
      foundAs: alternatives.map((alternative) => foundAs(state, alternative)),
    })),
  };
}

function foundAs(state: SearchState, { term, also = [], weight }: Alternative) {
  const terms = [term, ...also];
  return {
    words: terms.map((one) => termName(state.vocabulary, one)).join(' and '),
    weight,
    products: Math.min(...terms.map((one) => productsWithTerm(state, one))),
  };
}

/** Parts as they enter the score, without those that say nothing. */
function weighted(parts: ScoreParts): Record<string, number> {
  const entries = Object.entries(parts).map(
    ([name, value]) => [name, rounded(value * RERANK_WEIGHTS[name as keyof ScoreParts])] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== 0));
}

export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
