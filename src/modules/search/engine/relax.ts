// When products that lack words are shown too, and what to say where none has them all.
import type { Segment } from './segment.ts';
import type { Alternative, Understood } from './understand.ts';

/**
 * With fewer products that have every word, about a page, the nearly fitting ones follow behind. In any other order than by
 * relevance they would come in between, so there they are shown only where nothing fits.
 */
export const ENOUGH_RESULTS = 24;

/** The words that the product in this slot lacks, in every spelling. */
export function wordsLacking({ groups, words }: Understood, segment: Segment, slot: number): string[] {
  return words.filter(
    (_, at) => !groups[at]?.alternatives.some((alternative) => hasAlternative(segment, slot, alternative)),
  );
}

function hasAlternative(segment: Segment, slot: number, { term, also = [] }: Alternative): boolean {
  return [term, ...also].every((one) => {
    const list = segment.postings(one);
    return list?.docs.subarray(list.start, list.end).includes(slot) ?? false;
  });
}
