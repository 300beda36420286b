// Words that are right as they are, though this shop has no product, or hardly any, under them.
import { wordsWithPrefix } from './prefixes.ts';
import type { SearchState } from './state.ts';
import { stemOf, termOf } from './vocabulary.ts';

/** Shorter ones make a word of any other. */
const MIN_BASE_LETTERS = 4;

/** Whether titles have it, in any of its endings: a word of a title is a word of this shop, however rare. */
export function standsInTitles({ vocabulary }: SearchState, word: string): boolean {
  const { prefixes, termOfWord, seenInTitle } = vocabulary;
  const term = termOf(vocabulary, word);
  if (term === undefined) return false;
  return wordsWithPrefix(prefixes, word).some((id) => termOfWord[id] === term && seenInTitle[id] !== 0);
}

/** Known to the operator, or made of a word of this shop: no slip of another one. */
export function isRightWord(state: SearchState, word: string): boolean {
  if (state.knowledge.synonyms.phrases.has(stemOf(word))) return true;
  return agentBases(word).some((base) => standsInTitles(state, base));
}

/**
 * The words of whose deed or kind this may be the name, by the rules of English spelling: seater of seat, stapler of staple, scanner
 * of scan. "Scaner" and "designner" break them.
 */
function agentBases(word: string): string[] {
  const part = /^([a-z]*[^e\W])ers?$/.exec(word)?.[1];
  if (part === undefined) return [];
  const single = /([a-z])\1$/.test(part) ? part.slice(0, -1) : '';
  const bases = [
    `${part}e`,
    ...(SHORT_SYLLABLE.test(part) ? [] : [part]),
    ...(SHORT_SYLLABLE.test(single) ? [single] : []),
  ];
  return bases.filter((base) => base.length >= MIN_BASE_LETTERS);
}

/** One short vowel and one consonant: its end is doubled before "er". */
const SHORT_SYLLABLE = /^[^aeiouy]*[aeiou][^aeiouwxy]$/;
