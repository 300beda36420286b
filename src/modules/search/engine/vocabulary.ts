// All words of all products, as they are written, and the terms (stems) under which they are found.
import { stem } from 'porter2';
import { addPrefixWord, openPrefixes, type Prefixes } from './prefixes.ts';
import { addSpelling, openSpellings, type Spellings } from './spelling.ts';

export type Vocabulary = {
  wordIds: Map<string, number>;
  words: string[];
  /** By word id. Keeping it spares stemming each occurrence: the build is twice as fast. */
  termOfWord: number[];
  /** By word id: how often it was seen; never counted down, so good for ranking only. */
  seen: number[];
  /** By word id: how often in a title. What titles never say is not worth suggesting. */
  seenInTitle: number[];
  termIds: Map<string, number>;
  prefixes: Prefixes;
  spellings: Spellings;
};

export function openVocabulary(): Vocabulary {
  const words: string[] = [];
  return {
    wordIds: new Map(),
    words,
    termOfWord: [],
    seen: [],
    seenInTitle: [],
    termIds: new Map(),
    prefixes: openPrefixes(words),
    spellings: openSpellings(words),
  };
}

/** The term a word is found under, whether or not any product has it. */
function stemOf(word: string): string {
  return /^[a-z]{3,}$/.test(word) ? stem(word) : word;
}

/** The word's id; a new word gets one. */
export function internWord(vocabulary: Vocabulary, word: string): number {
  const known = vocabulary.wordIds.get(word);
  if (known !== undefined) {
    vocabulary.seen[known] = (vocabulary.seen[known] as number) + 1;
    return known;
  }
  // A slice keeps its whole text alive; as a key of this map it would keep every description.
  const encoding = /^\p{ASCII}*$/u.test(word) ? 'latin1' : 'utf16le';
  const own = Buffer.from(word, encoding).toString(encoding);
  const wordId = vocabulary.words.length;
  const term = stemOf(own);
  let termId = vocabulary.termIds.get(term);
  if (termId === undefined) {
    termId = vocabulary.termIds.size;
    vocabulary.termIds.set(term, termId);
  }
  vocabulary.wordIds.set(own, wordId);
  vocabulary.words.push(own);
  vocabulary.termOfWord.push(termId);
  vocabulary.seen.push(1);
  vocabulary.seenInTitle.push(0);
  addPrefixWord(vocabulary.prefixes, wordId);
  addSpelling(vocabulary.spellings, wordId);
  return wordId;
}

export function termOf(vocabulary: Vocabulary, word: string): number | undefined {
  const wordId = vocabulary.wordIds.get(word);
  return wordId === undefined ? vocabulary.termIds.get(stemOf(word)) : vocabulary.termOfWord[wordId];
}
