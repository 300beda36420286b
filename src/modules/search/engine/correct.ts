// Which word was meant where one is misspelt.
import { nearbyWords } from './spelling.ts';
import { productsWithTerm, type SearchState } from './state.ts';
import { wordAt } from './vocabulary.ts';

export type Correction = { word: string; slips: number };

/** The word most likely meant: fewest slips, then the same first letter, then the more common one. */
export function correctWord(state: SearchState, word: string, minProducts: number): Correction | undefined {
  const { vocabulary } = state;
  let best: { word: string; slips: number; sameStart: boolean; products: number } | undefined;
  for (const { wordId, slips, sameStart } of nearbyWords(vocabulary.spellings, word)) {
    if (best && (slips > best.slips || (slips === best.slips && best.sameStart && !sameStart))) continue;
    const products = productsWithTerm(state, vocabulary.termOfWord[wordId] as number);
    const closer = !best || slips < best.slips || (sameStart && !best.sameStart);
    const candidate = wordAt(vocabulary, wordId);
    if (products >= minProducts && candidate !== word && (closer || products > (best?.products ?? 0))) {
      best = { word: candidate, slips, sameStart, products };
    }
  }
  return best;
}

/** `text` with its first `word` exchanged. */
export function exchangeWord(text: string, word: string, better: string): string {
  const at = text.search(new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(word)}(?![\\p{L}\\p{N}])`, 'u'));
  return at === -1 ? text : text.slice(0, at) + better + text.slice(at + word.length);
}
