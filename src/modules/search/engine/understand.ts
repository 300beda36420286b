// From what somebody typed to groups of terms: each group is one thing that was asked for, in any of its spellings.
import { MAX_QUERY_WORDS, MAX_TERM_CHARACTERS } from '../query.ts';
import { wordsWithPrefix } from './prefixes.ts';
import { nearbyWords } from './spelling.ts';
import { documentCount, productsWithTerm, type SearchState } from './state.ts';
import { fold, isNumber, joinWords, wordsOf } from './text.ts';
import { termOf, wordAt, wordIdOf } from './vocabulary.ts';

// They say how the others hang together, which ranking sees in the titles.
const STOP_WORDS = new Set('a an and by for from in of on or the to with'.split(' '));
const JOINED_WEIGHT = 0.9;
const PREFIX_WEIGHT = 0.6;
/** A word that fewer products have is looked at twice: parts, beginnings and spellings are tried as well. */
const RARE_PRODUCTS = 3;
const MIN_JOINED_LETTERS = 6;
const MIN_SPLIT_LETTERS = 7;
const MIN_PART_LETTERS = 3;
/** Both halves of a compound are words that this many products use; otherwise any word would fall apart into debris. */
const MIN_PART_PRODUCTS = 5;
const MIN_PREFIX_LETTERS = 2;
const MAX_PREFIX_TERMS = 24;
/** In shorter words a slip makes another word, so that it is unfinished is the better guess. */
const MIN_CORRECTED_LAST_LETTERS = 5;

type Alternative = { term: number; weight: number };
export type Group = { alternatives: Alternative[]; idf: number };
export type Understood = {
  /** Folded and cut; what corrections are made in. */
  text: string;
  groups: Group[];
  /** The terms asked for, in order, for ranking by position. */
  terms: number[];
  correctedTerm: string | null;
  /** Known words that hardly any product has. */
  rareWords: string[];
};

export function understand(state: SearchState, typed: string): Understood {
  const text = fold(typed.slice(0, MAX_TERM_CHARACTERS)).trim().replace(/\s+/g, ' ');
  const words = wordsOf(text).words.slice(0, MAX_QUERY_WORDS * 2);
  const understood: Understood = { text, groups: [], terms: [], correctedTerm: null, rareWords: [] };
  const positions = words.keys().filter((at) => !isStopWord(words, at));
  const asked = positions.toArray();
  // "the who": where there are only stop words, they are what is asked for.
  for (const at of (asked.length === 0 ? [...words.keys()] : asked).slice(0, MAX_QUERY_WORDS)) {
    addWord(state, understood, words, at);
  }
  return understood;
}

/** `text` with its first `word` exchanged. */
export function exchangeWord(text: string, word: string, better: string): string {
  const at = text.search(new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(word)}(?![\\p{L}\\p{N}])`, 'u'));
  return at === -1 ? text : text.slice(0, at) + better + text.slice(at + word.length);
}

/** The word most likely meant: fewest slips, then the same first letter, then the more common one. */
export function correctWord(
  state: SearchState,
  word: string,
  minProducts: number,
): { word: string; slips: number } | undefined {
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

/** One group for all words that begin so, the most common ones. */
export function prefixAlternatives(state: SearchState, prefix: string): Alternative[] {
  const { vocabulary } = state;
  const seen = new Map<number, number>();
  for (const wordId of wordsWithPrefix(vocabulary.prefixes, prefix)) {
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
  const products = alternatives.reduce((sum, { term }) => sum + productsWithTerm(state, term), 0);
  const having = Math.min(products, all);
  return { alternatives, idf: Math.log(1 + (all - having + 0.5) / (having + 0.5)) };
}

function isStopWord(words: string[], at: number): boolean {
  // 17 in is a measure.
  return STOP_WORDS.has(words[at] as string) && !(words[at] === 'in' && at > 0 && isNumber(words[at - 1] as string));
}

function addWord(state: SearchState, understood: Understood, words: string[], at: number): void {
  const word = words[at] as string;
  const isLast = at === words.length - 1;
  const term = termOf(state.vocabulary, word);
  const products = term === undefined ? 0 : productsWithTerm(state, term);
  const alternatives: Alternative[] = [];
  if (term !== undefined && products > 0) {
    if (understood.terms.includes(term)) return;
    alternatives.push({ term, weight: 1 });
    if (products < RARE_PRODUCTS) understood.rareWords.push(word);
  }
  for (const joined of joinedTerms(state, words, at)) alternatives.push({ term: joined, weight: JOINED_WEIGHT });

  const correction = alternatives.length === 0 ? correctWord(state, word, 1) : undefined;
  const beginnings =
    isLast && products < RARE_PRODUCTS && word.length >= MIN_PREFIX_LETTERS ? prefixAlternatives(state, word) : [];
  const isUnfinished = beginnings.length > 0 && (word.length < MIN_CORRECTED_LAST_LETTERS || correction?.slips !== 1);
  const mayCorrect = correction !== undefined && !isUnfinished;
  if (products < RARE_PRODUCTS && !(mayCorrect && correction.slips === 1)) {
    const parts = splitTerms(state, word);
    if (parts) {
      for (const part of parts) addGroup(state, understood, part, [...alternatives, { term: part, weight: 1 }]);
      return;
    }
  }
  if (mayCorrect) {
    understood.correctedTerm = exchangeWord(understood.correctedTerm ?? understood.text, word, correction.word);
    const corrected = termOf(state.vocabulary, correction.word) as number;
    if (!understood.terms.includes(corrected)) addGroup(state, understood, corrected, [{ term: corrected, weight: 1 }]);
    return;
  }
  alternatives.push(...beginnings.filter((other) => other.term !== term));
  // A word that no product has, in no spelling, is left out: it would only hide what the others find.
  const first = alternatives[0];
  if (first) addGroup(state, understood, first.term, alternatives);
}

function addGroup(state: SearchState, understood: Understood, term: number, alternatives: Alternative[]): void {
  understood.terms.push(term);
  understood.groups.push(groupOf(state, alternatives));
}

/** "door bell" is also looked for as doorbell, "tn 2110" as tn2110; the joined word then answers for all its parts. */
function joinedTerms(state: SearchState, words: string[], at: number): number[] {
  const spans = [
    [at - 1, at],
    [at, at + 1],
    [at - 2, at],
    [at - 1, at + 1],
    [at, at + 2],
  ] as const;
  const terms: number[] = [];
  for (const [from, to] of spans) {
    if (from < 0 || to >= words.length) continue;
    const joined = words.slice(from, to + 1).reduce(joinWords);
    if (/^\p{L}*$/u.test(joined) && joined.length < MIN_JOINED_LETTERS) continue;
    const wordId = wordIdOf(state.vocabulary, joined);
    const term = wordId === undefined ? undefined : (state.vocabulary.termOfWord[wordId] as number);
    if (term !== undefined && productsWithTerm(state, term) > 0 && !terms.includes(term)) terms.push(term);
  }
  return terms;
}

/** iphone11 as iphone and 11, doorbell as door and bell, where products know both parts. */
function splitTerms(state: SearchState, word: string): [number, number] | undefined {
  const code = /^(?:([a-z]+)([0-9.]+)|([0-9.]+)([a-z]+))$/.exec(word);
  if (code) {
    const left = partOf(state, code[1] ?? code[3] ?? '');
    const right = partOf(state, code[2] ?? code[4] ?? '');
    return left && right ? [left.term, right.term] : undefined;
  }
  if (word.length < MIN_SPLIT_LETTERS || !/^[a-z]+$/.test(word)) return undefined;
  let best: { terms: [number, number]; products: number } | undefined;
  for (let cut = MIN_PART_LETTERS; cut <= word.length - MIN_PART_LETTERS; cut++) {
    const left = partOf(state, word.slice(0, cut));
    const right = partOf(state, word.slice(cut));
    if (!left || !right) continue;
    const products = Math.min(left.products, right.products);
    if (products >= MIN_PART_PRODUCTS && products > (best?.products ?? 0))
      best = { terms: [left.term, right.term], products };
  }
  return best?.terms;
}

function partOf(state: SearchState, part: string): { term: number; products: number } | undefined {
  const term = termOf(state.vocabulary, part);
  const products = term === undefined ? 0 : productsWithTerm(state, term);
  return term === undefined || products === 0 ? undefined : { term, products };
}
