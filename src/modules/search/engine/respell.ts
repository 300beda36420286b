// A second guess at spelling, once it is known how little the term finds.
import { correctWord, exchangeWord } from './correct.ts';
import type { Segment } from './segment.ts';
import type { SearchState } from './state.ts';
import type { Understood } from './understand.ts';
import { termOf } from './vocabulary.ts';

/** A likelier spelling must find this many times more; below, the typed one is believed. */
export const FAR_MORE = 20;
/** With so few results a rare word may be a slip. */
export const FEW_RESULTS = 2;
export const MIN_RESPELLED_LETTERS = 5;

/** The text with a rare word exchanged for a common one that is a slip away. */
export function respell(state: SearchState, segments: Segment[], understood: Understood): string | undefined {
  const text = understood.correctedTerm ?? understood.text;
  for (const word of understood.rareWords) {
    if (word.length < MIN_RESPELLED_LETTERS || standsInTitle(state, segments, word)) continue;
    const correction = correctWord(state, word, FAR_MORE);
    if (correction?.slips === 1) return exchangeWord(text, word, correction.word);
  }
  return undefined;
}

// A word of a title is a word of this shop, however rare; slips are found in descriptions.
function standsInTitle(state: SearchState, segments: Segment[], word: string): boolean {
  const term = termOf(state.vocabulary, word) as number;
  return segments.some((segment) => {
    const list = segment.postings(term);
    const { titleStart, alive } = segment.columns;
    return list?.docs
      .subarray(list.start, list.end)
      .some(
        (slot) => alive[slot] === 1 && segment.titles.subarray(titleStart[slot], titleStart[slot + 1]).includes(term),
      );
  });
}
