// Which word was meant where one is misspelt.
import { nearbyWords } from './spelling.ts';
import { productsWithTerm, type SearchState } from './state.ts';
import { wordAt } from './vocabulary.ts';

export type Correction = { word: string; slips: number };

/** The word most likely meant: fewest slips, then the likelier ones, then the same first letter, then the more common one. */
export function correctWord(state: SearchState, word: string, minProducts: number): Correction | undefined {
  const { vocabulary } = state;
  let best: (ReturnType<typeof nearbyWords>[number] & { products: number }) | undefined;
  for (const candidate of nearbyWords(vocabulary.spellings, word)) {
    const products = productsWithTerm(state, vocabulary.termOfWord[candidate.wordId] as number);
    if (products < minProducts || wordAt(vocabulary, candidate.wordId) === word) continue;
    const order = best
      ? candidate.slips - best.slips ||
        candidate.doubt - best.doubt ||
        Number(best.sameStart) - Number(candidate.sameStart) ||
        best.products - products
      : -1;
    if (order < 0) best = { ...candidate, products };
  }
  return best && { word: wordAt(vocabulary, best.wordId), slips: best.slips };
}

/** `text` with its first `word` exchanged. By hand: an expression made for each word took 60 µs. */
export function exchangeWord(text: string, word: string, better: string): string {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    if (ENDS_IN_WORD.test(text.slice(Math.max(0, at - 2), at)) || BEGINS_IN_WORD.test(text.slice(end, end + 2)))
      continue;
    return text.slice(0, at) + better + text.slice(end);
  }
  return text;
}

const ENDS_IN_WORD = /[\p{L}\p{N}]$/u;
const BEGINS_IN_WORD = /^[\p{L}\p{N}]/u;
