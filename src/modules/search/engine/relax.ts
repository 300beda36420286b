// What to say where no product has all the words that were asked for.
import type { Segment } from './segment.ts';
import type { Alternative, Understood } from './understand.ts';

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
