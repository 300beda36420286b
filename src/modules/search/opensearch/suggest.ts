// What somebody is about to type, in one request for words, one for what begins so, and one more where nothing does.
//
// A slip in the beginning is forgiven by the term suggester, which knows whole words only: "wirles" finds "wireless", "chrag" does
// not yet find "charger".
import type { ReplicaDocument } from '../document.ts';
import { correctWord } from '../engine/correct.ts';
import { queriesBeginning } from '../engine/past-queries.ts';
import { soundAlikes } from '../engine/sounds.ts';
import { fold, wordsOf } from '../engine/text.ts';
import { stemOf } from '../engine/vocabulary.ts';
import { MAX_TERM_CHARACTERS, type Suggestion } from '../query.ts';
import {
  type BeginningsAnswer,
  beginningsOf,
  currentState,
  type Lexicon,
  learnCounts,
  learnNeighbours,
} from './lexicon.ts';
import { groupFilter, wordGroups } from './query-body.ts';
import { type Body, searchIndex } from './server.ts';
import { understandWith } from './understand-query.ts';
import { type ValueTables, valueSuggestions } from './value-tables.ts';

const MAX_QUERIES = 4;
/** Places kept for completions, which also know what came in today. */
const MAX_PAST_QUERIES = 3;
const MAX_CATEGORIES = 2;
const MAX_BRANDS = 2;
const MAX_PRODUCTS = 5;
/** Variants have one title. */
const MAX_CANDIDATES = 20;
const MIN_FORGIVEN_LETTERS = 4;

type TitleHit = { _id: string; _source: { document: Pick<ReplicaDocument, 'title'> } };
type SuggestAnswer = BeginningsAnswer & { hits: { hits: TitleHit[] } };

export async function suggestFor(lexicon: Lexicon, tables: ValueTables, typed: string): Promise<Suggestion[]> {
  // A surrogate without its half can stand in no address.
  const text = fold(typed.slice(0, MAX_TERM_CHARACTERS).toWellFormed()).trim().replace(/\s+/g, ' ');
  const { words } = wordsOf(text);
  const last = words.at(-1);
  if (last === undefined) return [];
  const { state, understood } = await understandWith(lexicon, words.slice(0, -1).join(' '), false);
  const filter = wordGroups(state.vocabulary, understood.groups).map((group) => groupFilter(group));
  const asTyped = await beginning(lexicon, filter, last);
  const forgiven = asTyped.hits.hits.length > 0 ? last : await forgive(lexicon, last);
  const answer = forgiven === last ? asTyped : await beginning(lexicon, filter, forgiven);
  const before = understood.correctedTerm ?? understood.text;
  const named = [...words.slice(0, -1), forgiven];
  const values = [
    ...valueSuggestions(tables.category, named, 'category', MAX_CATEGORIES),
    ...valueSuggestions(tables.brand, named, 'brand', MAX_BRANDS),
  ];
  const names = new Set(values.map((value) => fold(value.text)));
  const queries = new Set([
    ...pastQueries(lexicon, text, `${before} ${forgiven}`.trim()),
    ...completions(answer).map((word) => `${before} ${word}`.trim()),
  ]);
  return [
    ...[...queries.difference(names)].slice(0, MAX_QUERIES).map(querySuggestion),
    ...values,
    ...productSuggestions(answer),
  ];
}

export function beginningBody(filter: Body[], beginning: string): Body {
  return {
    size: MAX_CANDIDATES,
    track_total_hits: false,
    _source: ['document.title'],
    sort: [{ soldOut: 'asc' }, { esteem: 'desc' }, { productId: 'asc' }],
    ...beginningsOf(beginning, filter),
  };
}

function beginning({ server, alias }: Lexicon, filter: Body[], prefix: string): Promise<SuggestAnswer> {
  return searchIndex<SuggestAnswer>(server, alias, beginningBody(filter, prefix));
}

async function forgive(lexicon: Lexicon, last: string): Promise<string> {
  if (last.length < MIN_FORGIVEN_LETTERS || !/^[a-z]+$/.test(last)) return last;
  const state = currentState(lexicon);
  const byEar = soundAlikes(last);
  await Promise.all([learnCounts(lexicon, state, byEar), learnNeighbours(lexicon, state, [last, ...byEar], undefined)]);
  return correctWord(state, last, 1)?.word ?? last;
}

/** One of each stem: charger and chargers find the same. */
function completions({ aggregations }: SuggestAnswer): string[] {
  const found = new Map<string, string>();
  for (const { key } of aggregations?.sample.words.buckets ?? []) {
    if (!found.has(stemOf(key))) found.set(stemOf(key), key);
  }
  return [...found.values()].slice(0, MAX_QUERIES);
}

/** What others searched: as typed, or with the slip forgiven. */
function pastQueries({ knowledge }: Lexicon, text: string, corrected: string): string[] {
  const asTyped = queriesBeginning(knowledge.pastQueries, text, MAX_PAST_QUERIES);
  if (asTyped.length > 0 || corrected === text) return asTyped;
  return queriesBeginning(knowledge.pastQueries, corrected, MAX_PAST_QUERIES);
}

function querySuggestion(text: string): Suggestion {
  return { text, kind: 'query', url: `/search/?term=${encodeURIComponent(text)}` };
}

function productSuggestions({ hits }: SuggestAnswer): Suggestion[] {
  const titles = new Map(hits.hits.toReversed().map(({ _id, _source }) => [_source.document.title, _id]));
  return [...titles]
    .toReversed()
    .slice(0, MAX_PRODUCTS)
    .map(([title, productId]) => ({ text: title, kind: 'product', url: `/product/${productId}/` }));
}
