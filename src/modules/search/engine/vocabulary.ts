// All words of all products, as they are written, and the terms (stems) under which they are found. A term is the number of
// its stem's string: words, stems and codes are kept once.
import { stem } from 'porter2';
import { singularOf } from './plurals.ts';
import { addPrefixWord, openPrefixes, type Prefixes } from './prefixes.ts';
import { roomFor, sharedUint32 } from './shared-arrays.ts';
import { addSpelling, openSpellings, type Spellings } from './spelling.ts';
import { addString, findString, openStringTable, type StringTable, stringAt } from './string-table.ts';

export type Vocabulary = {
  strings: StringTable;
  /** By word id; NOT_A_WORD where no product has the string as a word. Keeping it spares stemming each occurrence. */
  termOfWord: Uint32Array;
  /** By word id: how often it was seen; never counted down, so good for ranking only. */
  seen: Uint32Array;
  /** By word id: how often in a title. What titles never say is not worth suggesting. */
  seenInTitle: Uint32Array;
  /** By term: slots that have it, those counted that died since they were packed. */
  productsOfTerm: Uint32Array;
  prefixes: Prefixes;
  spellings: Spellings;
  /** The ids of words seen lately: twice as fast as the table, in which each look goes to three places of a large memory. */
  recent: Map<string, number>;
};

const NOT_A_WORD = 0;
const FIRST_LETTER = 'A'.charCodeAt(0);
const FIRST_STRINGS = 1 << 12;
const MAX_RECENT_WORDS = 1 << 16;

export function openVocabulary(): Vocabulary {
  const strings = openStringTable();
  // Number 0 is nobody's term, so that fresh memory says "not a word".
  addString(strings, '');
  return {
    strings,
    termOfWord: sharedUint32(FIRST_STRINGS),
    seen: sharedUint32(FIRST_STRINGS),
    seenInTitle: sharedUint32(FIRST_STRINGS),
    productsOfTerm: sharedUint32(FIRST_STRINGS),
    prefixes: openPrefixes(strings),
    spellings: openSpellings((wordId) => stringAt(strings, wordId)),
    recent: new Map(),
  };
}

/** The term a word is found under, whether or not any product has it. */
export function stemOf(word: string): string {
  return /^[a-z]{3,}$/.test(word) ? stem(singularOf(word)) : word;
}

/** The word's id; a new word gets one. */
export function internWord(vocabulary: Vocabulary, word: string): number {
  const wordId = vocabulary.recent.get(word) ?? findOrAdd(vocabulary, word);
  vocabulary.seen[wordId] = (vocabulary.seen[wordId] as number) + 1;
  return wordId;
}

function findOrAdd(vocabulary: Vocabulary, word: string): number {
  const wordId = internString(vocabulary, word);
  if (vocabulary.termOfWord[wordId] === NOT_A_WORD) addWord(vocabulary, wordId, word);
  else {
    // Not at the first time: most words that are seen once are seen never again.
    if (vocabulary.recent.size === MAX_RECENT_WORDS) vocabulary.recent.clear();
    // The table's own spelling of it: a slice would keep its whole text alive.
    vocabulary.recent.set(stringAt(vocabulary.strings, wordId), wordId);
  }
  return wordId;
}

function addWord(vocabulary: Vocabulary, wordId: number, word: string): void {
  const stemmed = stemOf(word);
  // The string first: it may give the arrays more room.
  const term = stemmed === word ? wordId : internString(vocabulary, stemmed);
  vocabulary.termOfWord[wordId] = term;
  addPrefixWord(vocabulary.prefixes, wordId);
  addSpelling(vocabulary.spellings, wordId);
}

function internString(vocabulary: Vocabulary, text: string): number {
  const id = addString(vocabulary.strings, text);
  if (id >= vocabulary.termOfWord.length) {
    for (const name of ['termOfWord', 'seen', 'seenInTitle', 'productsOfTerm'] as const) {
      vocabulary[name] = roomFor(vocabulary[name], id + 1);
    }
  }
  return id;
}

/** Makes what no image holds of the strings and words that one held. */
export function restoreWords(vocabulary: Vocabulary): void {
  const { strings, termOfWord } = vocabulary;
  vocabulary.productsOfTerm = sharedUint32(termOfWord.length);
  for (let id = 0; id < strings.count; id++) {
    // Most of a large shop's words are codes: to make a string of each took a third of a node's start.
    if (termOfWord[id] !== NOT_A_WORD && mayBeLetters(strings, id)) addSpelling(vocabulary.spellings, id);
  }
}

/** False for what has a digit or another sign of ASCII before the letters. */
function mayBeLetters({ letters, starts }: StringTable, id: number): boolean {
  const end = starts[id + 1] as number;
  for (let at = starts[id] as number; at < end; at++) if ((letters[at] as number) < FIRST_LETTER) return false;
  return true;
}

export function wordIdOf(vocabulary: Vocabulary, word: string): number | undefined {
  const id = findString(vocabulary.strings, word);
  return id === undefined || vocabulary.termOfWord[id] === NOT_A_WORD ? undefined : id;
}

export function wordAt(vocabulary: Vocabulary, wordId: number): string {
  return stringAt(vocabulary.strings, wordId);
}

export function termOf(vocabulary: Vocabulary, word: string): number | undefined {
  const wordId = wordIdOf(vocabulary, word);
  return wordId === undefined ? findString(vocabulary.strings, stemOf(word)) : vocabulary.termOfWord[wordId];
}

/** The stem that a term stands for, to be read. */
export function termName(vocabulary: Vocabulary, term: number): string {
  return stringAt(vocabulary.strings, term);
}
