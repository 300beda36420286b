// What somebody is about to type: what others searched, the word completed, categories, brands and products, forgiving a slip.
import { MAX_TERM_CHARACTERS, type SearchQuery, type Suggestion } from '../query.ts';
import { completeWord } from './completions.ts';
import { compileFilters } from './filters.ts';
import { queriesBeginning } from './past-queries.ts';
import { wordsWithPrefix } from './prefixes.ts';
import { listedProducts, placeSegments, tallyMatches } from './search.ts';
import { soundAlikes } from './sounds.ts';
import type { SearchState } from './state.ts';
import { openTally } from './tally.ts';
import { fold, wordsOf } from './text.ts';
import { type Ranked, rankedOf } from './top.ts';
import { groupOf, prefixAlternatives, type Understood, understand } from './understand.ts';
import type { ValueTable } from './value-table.ts';

const MAX_QUERIES = 4;
/** Places kept for completions, which also know what came in today. */
const MAX_PAST_QUERIES = 3;
const ENOUGH_PRODUCTS = 2_000;
const MAX_CATEGORIES = 2;
const MAX_BRANDS = 2;
const MAX_PRODUCTS = 5;
/** A shorter beginning with a slip could be the beginning of anything. */
const MIN_FORGIVEN_LETTERS = 4;

const EVERYTHING: SearchQuery = {
  term: '',
  page: 1,
  size: 1,
  sort: 'relevance',
  categories: [],
  brands: [],
  sellers: [],
};

/** Products are named by their documents, which are not in every thread. */
export type FoundSuggestions = { suggestions: Suggestion[]; productIds: number[] };

export function suggestFor(state: SearchState, typed: string): Suggestion[] {
  return withProducts(state, findSuggestions(state, typed));
}

export function withProducts(state: SearchState, { suggestions, productIds }: FoundSuggestions): Suggestion[] {
  return [...suggestions, ...productSuggestions(state, productIds)];
}

export function findSuggestions(state: SearchState, typed: string): FoundSuggestions {
  // A surrogate without its half can stand in no address.
  const text = fold(typed.slice(0, MAX_TERM_CHARACTERS).toWellFormed()).trim().replace(/\s+/g, ' ');
  const { words } = wordsOf(text);
  const last = words.at(-1);
  if (last === undefined) return { suggestions: [], productIds: [] };
  const forgiven = forgive(state, last);
  const earlier = understand(state, words.slice(0, -1).join(' '));
  const before = earlier.correctedTerm ?? earlier.text;
  const named = [...words.slice(0, -1), forgiven];
  const values = [
    ...valueSuggestions(state.categories, named, 'category').slice(0, MAX_CATEGORIES),
    ...valueSuggestions(state.brands, named, 'brand').slice(0, MAX_BRANDS),
  ];
  const names = new Set(values.map((value) => fold(value.text)));
  const queries = new Set([
    ...pastQueries(state, text, `${before} ${forgiven}`.trim()),
    ...completeWord(state, earlier.groups, forgiven, MAX_QUERIES).map((word) => `${before} ${word}`.trim()),
  ]);
  return {
    suggestions: [...[...queries.difference(names)].slice(0, MAX_QUERIES).map(querySuggestion), ...values],
    productIds: productsBeginning(state, earlier, forgiven),
  };
}

/** What others searched: as typed, or with the slip forgiven. */
function pastQueries(state: SearchState, text: string, corrected: string): string[] {
  const asTyped = queriesBeginning(state.knowledge.pastQueries, text, MAX_PAST_QUERIES);
  if (asTyped.length > 0 || corrected === text) return asTyped;
  return queriesBeginning(state.knowledge.pastQueries, corrected, MAX_PAST_QUERIES);
}

function querySuggestion(text: string): Suggestion {
  return { text, kind: 'query', url: `/search/?term=${encodeURIComponent(text)}` };
}

/** More than are shown: several may have the same title. */
function productsBeginning(state: SearchState, earlier: Understood, prefix: string): number[] {
  const own = groupOf(state, prefixAlternatives(state, prefix));
  const wanted = { ...earlier, groups: own.alternatives.length === 0 ? earlier.groups : [...earlier.groups, own] };
  return best(state, wanted, MAX_PRODUCTS * 4).map(({ productId }) => productId);
}

function productSuggestions(state: SearchState, productIds: number[]): Suggestion[] {
  const titles = new Set<string>();
  const suggestions: Suggestion[] = [];
  for (const document of listedProducts(state, productIds)) {
    if (suggestions.length === MAX_PRODUCTS) break;
    if (titles.has(document.title)) continue;
    titles.add(document.title);
    suggestions.push({ text: document.title, kind: 'product', url: `/product/${document.productId}/` });
  }
  return suggestions;
}

/** Of the first segments that have enough of them: any good ones will do, and a keystroke must not read a million. */
function best(state: SearchState, understood: Understood, limit: number): Ranked[] {
  const tally = openTally(state, compileFilters(state, EVERYTHING), 'relevance', limit);
  for (const placed of placeSegments(state)) {
    if (tally.matched >= ENOUGH_PRODUCTS) break;
    tallyMatches(tally, [placed], understood, 0);
  }
  if (tally.matched === 0) tallyMatches(tally, placeSegments(state), understood, 1);
  return rankedOf(tally.top);
}

/** Values of which every typed word begins a word, the ones with most products first. */
function valueSuggestions(table: ValueTable, typed: string[], kind: 'category' | 'brand'): Suggestion[] {
  const found: { id: number; count: number }[] = [];
  for (const [id, words] of table.words.entries()) {
    const count = table.counts[id] as number;
    if (count > 0 && words.length > 0 && typed.every((one) => words.some((word) => word.startsWith(one)))) {
      found.push({ id, count });
    }
  }
  return found
    .sort((a, b) => b.count - a.count)
    .map(({ id }) => ({
      text: table.labels[id] as string,
      kind,
      url: `/search/?${kind}=${encodeURIComponent((table.values[id] as string).toWellFormed())}`,
    }));
}

/** The beginning as typed, or the likeliest one a slip away where no word begins as typed. The first letter is believed. */
function forgive(state: SearchState, prefix: string): string {
  const { vocabulary } = state;
  const beginnings = (one: string) => wordsWithPrefix(vocabulary.prefixes, one);
  if (prefix.length < MIN_FORGIVEN_LETTERS || !/^[a-z]+$/.test(prefix) || beginnings(prefix).length > 0) return prefix;
  let likeliest = { prefix, seen: 0 };
  // A word that goes on as it sounds is meant more surely than any other slip.
  const byEar = soundAlikes(prefix).filter((candidate) => beginnings(candidate).length > 0);
  for (const candidate of byEar.length > 0 ? byEar : oneSlipAway(prefix)) {
    let seen = 0;
    for (const wordId of beginnings(candidate)) seen = Math.max(seen, vocabulary.seen[wordId] as number);
    if (seen > likeliest.seen) likeliest = { prefix: candidate, seen };
  }
  return likeliest.prefix;
}

function* oneSlipAway(prefix: string): Generator<string> {
  for (let at = 1; at <= prefix.length; at++) {
    const head = prefix.slice(0, at);
    const tail = prefix.slice(at);
    if (tail !== '') yield head + tail.slice(1);
    if (tail.length > 1) yield head + tail.charAt(1) + tail.charAt(0) + tail.slice(2);
    for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
      yield head + letter + tail;
      if (tail !== '') yield head + letter + tail.slice(1);
    }
  }
}
