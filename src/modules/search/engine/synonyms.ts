// Words that mean the same to a shopper, from a file that the operator edits:
//
//   # a comment
//   couch, sofa, settee          each finds the others
//   crib => cot, baby bed        the left one finds the right ones too, not the other way round
import { fold, wordsOf } from './text.ts';
import { stemOf } from './vocabulary.ts';

/** From the stems of a word or phrase to the words of each other one. */
export type Synonyms = { phrases: Map<string, string[][]>; longestWords: number };
export type SynonymsOutcome = {
  synonyms: Synonyms /** Lines that say nothing, by number from 1. */;
  badLines: number[];
};

const MAX_LINES = 20_000;
const MAX_PHRASES_A_LINE = 20;
const MAX_WORDS_A_PHRASE = 4;
/** Of one phrase, over all lines: more would find everything. */
const MAX_SYNONYMS = 12;

export function openSynonyms(): Synonyms {
  return { phrases: new Map(), longestWords: 0 };
}

export function readSynonyms(text: string): SynonymsOutcome {
  const synonyms = openSynonyms();
  const badLines: number[] = [];
  for (const [at, line] of text.split('\n').slice(0, MAX_LINES).entries()) {
    const said = line.replace(/#.*/, '').trim();
    if (said === '') continue;
    const [left = [], right] = said.split('=>').map(phrasesOf);
    const isBad = left.length === 0 || right?.length === 0 || (right === undefined && left.length === 1);
    if (isBad || said.split('=>').length > 2) badLines.push(at + 1);
    else for (const phrase of left) addSynonyms(synonyms, phrase, right ?? left);
  }
  return { synonyms, badLines };
}

/** What else the words at this place may be called: the longest phrase that is known, and how many words it takes. */
export function synonymsAt(synonyms: Synonyms, words: string[], at: number): { length: number; others: string[][] } {
  for (let length = Math.min(synonyms.longestWords, words.length - at); length > 0; length--) {
    const others = synonyms.phrases.get(keyOf(words.slice(at, at + length)));
    if (others) return { length, others };
  }
  return { length: 1, others: [] };
}

function phrasesOf(side: string): string[][] {
  return side
    .split(',')
    .slice(0, MAX_PHRASES_A_LINE)
    .map((phrase) => wordsOf(fold(phrase)).words)
    .filter((words) => words.length > 0 && words.length <= MAX_WORDS_A_PHRASE);
}

function addSynonyms(synonyms: Synonyms, phrase: string[], others: string[][]): void {
  const key = keyOf(phrase);
  const known = synonyms.phrases.get(key) ?? [];
  const keys = new Set([key, ...known.map(keyOf)]);
  const added = others.filter((other) => !keys.has(keyOf(other)));
  synonyms.phrases.set(key, [...known, ...added].slice(0, MAX_SYNONYMS));
  synonyms.longestWords = Math.max(synonyms.longestWords, phrase.length);
}

function keyOf(words: string[]): string {
  return words.map(stemOf).join(' ');
}
