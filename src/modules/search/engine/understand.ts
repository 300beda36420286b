// From what somebody typed to groups of terms: each group is one thing that was asked for, in any of its spellings.
import { MAX_QUERY_WORDS, MAX_TERM_CHARACTERS, type PriceWords } from '../query.ts';
import { joinedTerms, splitTerms } from './compounds.ts';
import { type Correction, correctWord, exchangeWord } from './correct.ts';
import { isRightWord, standsInTitles } from './known-words.ts';
import { digitsOf, otherNumeral } from './numerals.ts';
import { wordsWithPrefix } from './prefixes.ts';
import { takePriceWords } from './prices.ts';
import { askedPlaces, deniedPlaces, headPlace } from './query-words.ts';
import { documentCount, productsWithTerm, type SearchState } from './state.ts';
import { synonymsAt } from './synonyms.ts';
import { fold, joinWords, wordsOf } from './text.ts';
import { isNumber, spellingsOf, unitOf } from './units.ts';
import { termOf, wordAt } from './vocabulary.ts';

const JOINED_WEIGHT = 0.9;
const SPLIT_WEIGHT = 0.9;
const NUMERAL_WEIGHT = 0.9;
const SYNONYM_WEIGHT = 0.8;
const PREFIX_WEIGHT = 0.6;
/** A word that fewer products have is looked at twice: parts, beginnings and spellings are tried as well. */
const RARE_PRODUCTS = 3;
const MIN_PREFIX_LETTERS = 2;
/**
 * A shorter word begins so many others that only its neighbours can say which: where nothing is known of yoga, a yoga mat is no matter.
 * Alone, what no product has is the beginning of something.
 */
const MIN_LONE_PREFIX_LETTERS = 4;
const MAX_PREFIX_TERMS = 24;
const MIN_SPELT_UNIT_LETTERS = 4;
/** In shorter words a slip makes another word, so that it is unfinished is the better guess. */
const MIN_CORRECTED_LAST_LETTERS = 5;

/** `also`: further terms that a product must have too. */
export type Alternative = { term: number; weight: number; also?: number[] };
export type Group = {
  alternatives: Alternative[];
  idf: number;
  /** Words in a row that say the same in a title, where joined words do not stand: 6 in, 6 inch. */
  written?: number[][];
};
export type Understood = {
  /** Folded and cut, without price words; what corrections are made in. */
  text: string;
  groups: Group[];
  /** Of each group the term and the word that it was made for. */
  terms: number[];
  words: string[];
  /** Which group names the thing itself. */
  head: number;
  /** What it is wanted without. */
  denied: number[];
  correctedTerm: string | null;
  /** Known words that hardly any product has. */
  rareWords: string[];
  /** Left out, for no product has them in any spelling. */
  unknownWords: string[];
  price: PriceWords | null;
};

/** `isExact`: as typed, with nothing corrected, completed, exchanged or read as a price. */
export function understand(state: SearchState, typed: string, isExact = false): Understood {
  const folded = fold(typed.slice(0, MAX_TERM_CHARACTERS)).trim().replace(/\s+/g, ' ');
  const { text, price } = isExact ? { text: folded, price: null } : takePriceWords(folded, state.knowledge.currency);
  const asTyped = understandText(state, text, price, isExact);
  if (asTyped.correctedTerm === null) return asTyped;
  // The word that was meant has synonyms and neighbours too: "smart fone" is a smartphone.
  const asMeant = understandText(state, asTyped.correctedTerm, price, isExact);
  const correctedTerm = asMeant.correctedTerm ?? asTyped.correctedTerm;
  return { ...asMeant, text, correctedTerm, rareWords: asTyped.rareWords };
}

function understandText(state: SearchState, text: string, price: PriceWords | null, isExact: boolean): Understood {
  const words = measured(wordsOf(text).words.slice(0, MAX_QUERY_WORDS * 2));
  const understood: Understood = {
    text,
    groups: [],
    terms: [],
    words: [],
    head: -1,
    denied: [],
    correctedTerm: null,
    rareWords: [],
    unknownWords: [],
    price,
  };
  const denied = isExact ? [] : deniedPlaces(words);
  understood.denied = denied.flatMap((at) => termOf(state.vocabulary, words[at] as string) ?? []);
  const asked = askedPlaces(words)
    .filter((at) => !denied.includes(at))
    .slice(0, MAX_QUERY_WORDS);
  const head = headPlace(words, asked);
  const called = isExact ? new Map<number, Alternative[]>() : synonymAlternatives(state, words);
  for (const at of asked) {
    if (isUnitAt(words, at)) continue;
    const before = understood.groups.length;
    if (isUnitAt(words, at + 1)) addMeasure(state, understood, words[at] as string, words[at + 1] as string);
    else addWord(state, understood, words, at, called.get(at) ?? [], isExact);
    if (at === head && understood.groups.length > before) understood.head = before;
  }
  if (understood.head === -1) understood.head = understood.groups.length - 1;
  return understood;
}

/** "Two litre" is a measure like "2 litre". Of short units only the digits are: two in one is a thing with two uses. */
function measured(words: string[]): string[] {
  return words.map((word, at) => {
    const next = words[at + 1];
    const isMeasure = next !== undefined && next.length >= MIN_SPELT_UNIT_LETTERS && unitOf(next) !== undefined;
    return isMeasure ? (digitsOf(word) ?? word) : word;
  });
}

/** One group for all words that begin so, the most common ones. */
export function prefixAlternatives(state: SearchState, prefix: string): Alternative[] {
  const { vocabulary } = state;
  const seen = new Map<number, number>();
  const isOfNumber = isNumber(prefix);
  for (const wordId of wordsWithPrefix(vocabulary.prefixes, prefix)) {
    // A longer number is another one: who looks for 2110 wants no article whose 13 digits begin so.
    if (isOfNumber && isNumber(wordAt(vocabulary, wordId))) continue;
    const term = vocabulary.termOfWord[wordId] as number;
    seen.set(term, (seen.get(term) ?? 0) + (vocabulary.seen[wordId] as number));
  }
  return [...seen]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_PREFIX_TERMS)
    .filter(([term]) => productsWithTerm(state, term) > 0)
    .map(([term]) => ({ term, weight: PREFIX_WEIGHT }));
}

/** A group counts as one word however many spellings it has: rare spellings are not worth more than common ones. */
export function groupOf(state: SearchState, alternatives: Alternative[]): Group {
  const all = documentCount(state);
  const products = alternatives.reduce((sum, { term, also = [] }) => {
    return sum + Math.min(...[term, ...also].map((one) => productsWithTerm(state, one)));
  }, 0);
  const having = Math.min(products, all);
  return { alternatives, idf: Math.log(1 + (all - having + 0.5) / (having + 0.5)) };
}

function addWord(
  state: SearchState,
  understood: Understood,
  words: string[],
  at: number,
  called: Alternative[],
  isExact: boolean,
): void {
  const word = words[at] as string;
  const term = termOf(state.vocabulary, word);
  const products = term === undefined ? 0 : productsWithTerm(state, term);
  const alternatives: Alternative[] = [];
  if (term !== undefined && products > 0) {
    if (understood.terms.includes(term)) return;
    alternatives.push({ term, weight: 1 });
    if (products < RARE_PRODUCTS) understood.rareWords.push(word);
  }
  for (const joined of joinedTerms(state, words, at)) alternatives.push({ term: joined, weight: JOINED_WEIGHT });
  alternatives.push(...called);
  if (!isExact) alternatives.push(...numeralAlternatives(state, words, at));
  if (products < RARE_PRODUCTS && !isExact) {
    const isCalled = alternatives.some((other) => other.term !== term);
    const isAlone = words.length === 1 && products === 0;
    const mayGoOn =
      at === words.length - 1 &&
      word.length >= (understood.groups.length > 0 || isAlone ? MIN_PREFIX_LETTERS : MIN_LONE_PREFIX_LETTERS) &&
      !isCalled &&
      !standsInTitles(state, word);
    const guess = guessWord(state, word, mayGoOn, alternatives.length > 0);
    if (guess.kind === 'corrected') {
      const corrected = termOf(state.vocabulary, guess.word) as number;
      understood.correctedTerm = exchangeWord(understood.correctedTerm ?? understood.text, word, guess.word);
      if (!understood.terms.includes(corrected)) {
        addGroup(state, understood, guess.word, [{ term: corrected, weight: 1 }]);
      }
      return;
    }
    if (guess.kind === 'others') alternatives.push(...guess.alternatives.filter((other) => other.term !== term));
  }
  if (alternatives.length > 0) addGroup(state, understood, word, alternatives);
  // It would only hide what the others find.
  else understood.unknownWords.push(word);
}

/** A number in its other spelling: any that is a word, and digits before what they count ("2 person", and not "iphone 2"). */
function numeralAlternatives(state: SearchState, words: string[], at: number): Alternative[] {
  const word = words[at] as string;
  const other = otherNumeral(word);
  if (other === undefined || (isNumber(word) && !/^[a-z]+$/.test(words[at + 1] ?? ''))) return [];
  const term = termOf(state.vocabulary, other);
  return term === undefined || productsWithTerm(state, term) === 0 ? [] : [{ term, weight: NUMERAL_WEIGHT }];
}

/** A unit behind its number: both are one thing that is asked for, and neither is a slip. */
function isUnitAt(words: string[], at: number): boolean {
  const unit = words[at];
  return unit !== undefined && at > 0 && isNumber(words[at - 1] as string) && unitOf(unit) !== undefined;
}

/** However the unit is written: 6 in, 6", 6 inches. Apart from each other number and unit may be of two measures. */
function addMeasure(state: SearchState, understood: Understood, number: string, unit: string): void {
  const countOf = (term: number | undefined) => (term === undefined ? 0 : productsWithTerm(state, term));
  const { vocabulary } = state;
  const joined = termOf(vocabulary, joinWords(number, unit));
  if (joined !== undefined && understood.terms.includes(joined)) return;
  const alternatives: Alternative[] = [];
  if (joined !== undefined && countOf(joined) > 0) alternatives.push({ term: joined, weight: 1 });
  const numeral = termOf(vocabulary, number);
  const written = spellingsOf(unit).flatMap((spelling) => {
    const term = termOf(vocabulary, spelling);
    return numeral === undefined || countOf(numeral) === 0 || term === undefined || countOf(term) === 0
      ? []
      : [[numeral, term]];
  });
  if (alternatives.length === 0) {
    for (const [term, also] of written as [number, number][])
      alternatives.push({ term, weight: SPLIT_WEIGHT, also: [also] });
  }
  if (alternatives.length === 0) understood.unknownWords.push(`${number} ${unit}`);
  else addGroup(state, understood, `${number} ${unit}`, alternatives, written);
}

function addGroup(
  state: SearchState,
  understood: Understood,
  word: string,
  alternatives: Alternative[],
  written: number[][] = [],
): void {
  understood.terms.push((alternatives[0] as Alternative).term);
  understood.words.push(word);
  understood.groups.push({ ...groupOf(state, alternatives), ...(written.length === 0 ? {} : { written }) });
}

type Guess = { kind: 'corrected'; word: string } | { kind: 'others'; alternatives: Alternative[] };

/** What a rare or unknown word may be: a slip, a compound, or the beginning of one. */
function guessWord(state: SearchState, word: string, mayGoOn: boolean, isKnown: boolean): Guess {
  const correction = isKnown || isRightWord(state, word) ? undefined : correctWord(state, word, 1);
  const beginnings = mayGoOn ? prefixAlternatives(state, word) : [];
  const mayCorrect = correction !== undefined && !isUnfinished(word, beginnings, correction);
  if (mayCorrect && correction.slips === 1) return { kind: 'corrected', word: correction.word };
  const parts = splitTerms(state, word);
  if (parts) {
    const [left, right] = parts;
    return { kind: 'others', alternatives: [{ term: left, weight: SPLIT_WEIGHT, also: [right] }] };
  }
  if (mayCorrect) return { kind: 'corrected', word: correction.word };
  return { kind: 'others', alternatives: beginnings };
}

function isUnfinished(word: string, beginnings: Alternative[], correction: Correction): boolean {
  return beginnings.length > 0 && (word.length < MIN_CORRECTED_LAST_LETTERS || correction.slips !== 1);
}

/** By place in the query, what the words there may be called too. A phrase's other names answer for each of its words. */
function synonymAlternatives(state: SearchState, words: string[]): Map<number, Alternative[]> {
  const called = new Map<number, Alternative[]>();
  const { synonyms } = state.knowledge;
  for (let at = 0; at < words.length; ) {
    const { length, others } = synonymsAt(synonyms, words, at);
    const alternatives = others.flatMap((other) => {
      const terms = other.map((word) => termOf(state.vocabulary, word));
      if (terms.some((term) => term === undefined || productsWithTerm(state, term) === 0)) return [];
      const [term = 0, ...also] = terms as number[];
      return [{ term, weight: SYNONYM_WEIGHT, ...(also.length === 0 ? {} : { also }) }];
    });
    for (let covered = at; covered < at + length; covered++) called.set(covered, alternatives);
    at += length;
  }
  return called;
}
