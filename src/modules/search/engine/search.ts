// One search, from the term to the page of results.

import type { ReplicaDocument } from '../document.ts';
import { MAX_PAGE_SIZE, MAX_RANKED_RESULTS, type SearchQuery, type SearchResult } from '../query.ts';
import { facetsOf } from './facets.ts';
import { compileFilters, type Filters } from './filters.ts';
import { matchAll, matchSome } from './match.ts';
import { RERANKED_RESULTS, rerank } from './rerank.ts';
import type { Segment } from './segment.ts';
import { documentOf, type SearchState, segmentsOf } from './state.ts';
import { openTally, type Tally, tallyAll, tallySlot } from './tally.ts';
import { type Ranked, rankedOf } from './top.ts';
import { correctWord, exchangeWord, type Understood, understand } from './understand.ts';
import { termOf } from './vocabulary.ts';

/** With so few results a rare word may be a slip. */
const FEW_RESULTS = 2;
/** A likelier spelling must find this many times more; below, the typed one is believed. */
const FAR_MORE = 20;
const MIN_RESPELLED_LETTERS = 5;
/**
 * With fewer products that have every word, the nearly fitting ones follow behind. In any other order than by relevance
 * they would come in between, so there they are shown only where nothing fits.
 */
const ENOUGH_RESULTS = 10;

type Placed = { segment: Segment; base: number };

export function searchProducts(state: SearchState, query: SearchQuery): SearchResult {
  const startedAt = performance.now();
  const size = Math.max(1, Math.min(MAX_PAGE_SIZE, Math.floor(query.size)));
  const first = (Math.max(1, Math.floor(query.page)) - 1) * size;
  const limit = Math.min(MAX_RANKED_RESULTS, Math.max(first + size, RERANKED_RESULTS));
  const filters = compileFilters(state, query);
  const segments = placeSegments(state);

  let { tally, understood } = run(state, segments, query, query.term, filters, limit);
  if (understood && tally.matched <= FEW_RESULTS) {
    const respelled = respell(state, segments, understood);
    const other = respelled && run(state, segments, query, respelled, filters, limit);
    if (other && other.tally.matched >= FAR_MORE * Math.max(1, tally.matched)) {
      tally = other.tally;
      understood = { ...(other.understood as Understood), correctedTerm: respelled };
    }
  }

  let ranked = rankedOf(tally.top);
  if (understood && query.sort === 'relevance') {
    const best = rerank(state, segments, understood, ranked.slice(0, RERANKED_RESULTS));
    ranked = [...best, ...ranked.slice(RERANKED_RESULTS)];
  }
  return {
    correctedTerm: understood?.correctedTerm ?? null,
    total: tally.total,
    items: documentsOf(state, ranked.slice(first, first + size)),
    facets: facetsOf(state, tally, query),
    tookMs: Math.round((performance.now() - startedAt) * 100) / 100,
  };
}

/** `understood` is null where nothing was asked for: then everything matches. */
function run(
  state: SearchState,
  segments: Placed[],
  query: SearchQuery,
  term: string,
  filters: Filters,
  limit: number,
): { tally: Tally; understood: Understood | null } {
  const tally = openTally(state, filters, query.sort, limit);
  if (term.trim() === '') {
    for (const { segment, base } of segments) tallyAll(tally, segment, base);
    return { tally, understood: null };
  }
  const understood = understand(state, term);
  tallyMatches(tally, segments, understood, query.sort === 'relevance' ? ENOUGH_RESULTS : 1);
  return { tally, understood };
}

export function placeSegments(state: SearchState): Placed[] {
  let base = 0;
  return segmentsOf(state).map((segment) => {
    const placed = { segment, base };
    base += segment.slotCount;
    return placed;
  });
}

export function documentsOf(state: SearchState, ranked: Ranked[]): ReplicaDocument[] {
  return ranked.map(({ productId }) => documentOf(state, productId)).filter((document) => document !== undefined);
}

/**
 * Products that have every word; where they are fewer than `enough`, also those that lack one, and so on. The filters have
 * no say in that: they only narrow.
 */
export function tallyMatches(tally: Tally, segments: Placed[], understood: Understood, enough: number): void {
  const { groups } = understood;
  for (const { segment, base } of segments) {
    matchAll(segment, groups, (slot, score) => tallySlot(tally, segment, base, slot, score, 0));
  }
  for (let missing = 1; missing < groups.length && tally.matched < enough; missing++) {
    for (const { segment, base } of segments) {
      matchSome(segment, groups, groups.length - missing, (slot, score) =>
        tallySlot(tally, segment, base, slot, score, missing),
      );
    }
  }
}

/** The term with a rare word exchanged for a common one that is a slip away. */
function respell(state: SearchState, segments: Placed[], understood: Understood): string | undefined {
  const text = understood.correctedTerm ?? understood.text;
  for (const word of understood.rareWords) {
    if (word.length < MIN_RESPELLED_LETTERS || standsInTitle(state, segments, word)) continue;
    const correction = correctWord(state, word, FAR_MORE);
    if (correction?.slips === 1) return exchangeWord(text, word, correction.word);
  }
  return undefined;
}

// A word of a title is a word of this shop, however rare; slips are found in descriptions.
function standsInTitle(state: SearchState, segments: Placed[], word: string): boolean {
  const term = termOf(state.vocabulary, word) as number;
  return segments.some(({ segment }) => {
    const list = segment.postings(term);
    const { titleStart, alive } = segment.columns;
    return list?.docs
      .subarray(list.start, list.end)
      .some(
        (slot) => alive[slot] === 1 && segment.titles.subarray(titleStart[slot], titleStart[slot + 1]).includes(term),
      );
  });
}
