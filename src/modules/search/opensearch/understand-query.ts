// A query understood by the engine's rules, after the index was asked for the words that they will look up.
//
// What differs: counts may be five minutes old for common words; spellings come from titles, brands and kinds and not from
// descriptions; of beginnings a sample of titles is known.
import { otherNumeral } from '../engine/numerals.ts';
import { takePriceWords } from '../engine/prices.ts';
import { soundAlikes } from '../engine/sounds.ts';
import { productsWithTerm, type SearchState } from '../engine/state.ts';
import { synonymsAt } from '../engine/synonyms.ts';
import { fold, joinWords, wordsOf } from '../engine/text.ts';
import { type Understood, understand } from '../engine/understand.ts';
import { termOf } from '../engine/vocabulary.ts';
import { MAX_QUERY_WORDS, MAX_TERM_CHARACTERS } from '../query.ts';
import { currentState, type Lexicon, learnCounts, learnNeighbours, RARE_PRODUCTS } from './lexicon.ts';

const SPELT = /^\p{L}{4,20}$/u;
const CODE = /^([a-z]+|[0-9.]+)([a-z]+|[0-9.]+)$/;
const MIN_PART_LETTERS = 3;
const MIN_SPLIT_LETTERS = 7;
const MAX_SPLIT_LETTERS = 24;
const MIN_BEGINNING_LETTERS = 2;

export async function understandWith(
  lexicon: Lexicon,
  typed: string,
  isExact: boolean,
): Promise<{ state: SearchState; understood: Understood }> {
  const state = currentState(lexicon);
  const words = queryWords(state, typed, isExact);
  if (isExact) await learnCounts(lexicon, state, words);
  else await learnAround(lexicon, state, words);
  const understood = understand(state, typed, isExact);
  if (understood.correctedTerm === null) return { state, understood };
  // The words that were meant have neighbours and synonyms of their own.
  await learnAround(lexicon, state, queryWords(state, understood.correctedTerm, true));
  return { state, understood: understand(state, typed, isExact) };
}

async function learnAround(lexicon: Lexicon, state: SearchState, words: string[]): Promise<void> {
  await learnCounts(lexicon, state, [
    ...words,
    ...words.flatMap((word) => otherNumeral(word) ?? []),
    ...joinedWords(words),
    ...synonymWords(lexicon, words),
  ]);
  const rare = words.filter((word) => productsOf(state, word) < RARE_PRODUCTS);
  if (rare.length === 0) return;
  const last = words.at(-1) as string;
  const isUnfinished = rare.includes(last) && last.length >= MIN_BEGINNING_LETTERS;
  const spelt = rare.filter((word) => SPELT.test(word)).flatMap((word) => [word, ...soundAlikes(word)]);
  await Promise.all([
    learnCounts(lexicon, state, [...rare.flatMap(partsOf), ...spelt]),
    spelt.length > 0 || isUnfinished
      ? learnNeighbours(lexicon, state, [...new Set(spelt)], isUnfinished ? last : undefined)
      : undefined,
  ]);
}

/** The words that the engine will see: cut and without price words, as it does that itself. */
function queryWords(state: SearchState, typed: string, isExact: boolean): string[] {
  const folded = fold(typed.slice(0, MAX_TERM_CHARACTERS)).trim().replace(/\s+/g, ' ');
  const { text } = isExact ? { text: folded } : takePriceWords(folded, state.knowledge.currency);
  return wordsOf(text).words.slice(0, MAX_QUERY_WORDS * 2);
}

/** Two and three neighbours as one word. */
function joinedWords(words: string[]): string[] {
  return words.flatMap((_, at) =>
    [2, 3].flatMap((count) => (at + count > words.length ? [] : [words.slice(at, at + count).reduce(joinWords)])),
  );
}

function synonymWords({ knowledge }: Lexicon, words: string[]): string[] {
  return words.flatMap((_, at) => synonymsAt(knowledge.synonyms, words, at).others.flat());
}

/** All halves that a compound may fall into. */
export function partsOf(word: string): string[] {
  const code = CODE.exec(word);
  if (code && /[0-9]/.test(word)) return [code[1] as string, code[2] as string];
  if (word.length < MIN_SPLIT_LETTERS || word.length > MAX_SPLIT_LETTERS || !/^[a-z]+$/.test(word)) return [];
  const cuts = word.length - 2 * MIN_PART_LETTERS + 1;
  return Array.from({ length: cuts }, (_, at) => at + MIN_PART_LETTERS).flatMap((cut) => [
    word.slice(0, cut),
    word.slice(cut),
  ]);
}

function productsOf(state: SearchState, word: string): number {
  const term = termOf(state.vocabulary, word);
  return term === undefined ? 0 : productsWithTerm(state, term);
}
