// One search, from the term to the page of results.

import type { ListedProduct } from '../document.ts';
import { MAX_PAGE_SIZE, MAX_RANKED_RESULTS, type SearchQuery, type SearchResult } from '../query.ts';
import { MAX_CANDIDATES, placedAt } from './candidates.ts';
import { explain } from './explain.ts';
import { facetsOf } from './facets.ts';
import { compileFilters } from './filters.ts';
import { countByGroups, findAll, findSome } from './match.ts';
import { withPrice } from './prices.ts';
import { ENOUGH_RESULTS, wordsLacking } from './relax.ts';
import { rerank } from './rerank.ts';
import { FAR_MORE, FEW_RESULTS, respell } from './respell.ts';
import type { Segment } from './segment.ts';
import { listedOf, type SearchState, segmentsOf } from './state.ts';
import { openTally, type Tally, takeFigures, tallyAll, tallyFound } from './tally.ts';
import { type Ranked, rankedOf } from './top.ts';
import { type Understood, understand } from './understand.ts';

/** From so many on, it is first counted how many words products have: twelve common ones took 40 ms word by word. */
const MANY_WORDS = 5;

type Placed = { segment: Segment; base: number };
/** `query` with what was read out of its term; `fitting` products have every word. */
type Run = { query: SearchQuery; understood: Understood; tally: Tally; fitting: number; leftOut: number };

/** A result whose documents are still to be put in: plain data, whichever thread found it. */
export type FoundProducts = Omit<SearchResult, 'items'> & { productIds: number[] };

export function searchProducts(state: SearchState, asked: SearchQuery): SearchResult {
  return withDocuments(state, findProducts(state, asked));
}

export function withDocuments(state: SearchState, { productIds, ...found }: FoundProducts): SearchResult {
  return { ...found, items: listedProducts(state, productIds) };
}

export function findProducts(state: SearchState, asked: SearchQuery): FoundProducts {
  const startedAt = performance.now();
  const size = Math.max(1, Math.min(MAX_PAGE_SIZE, Math.floor(asked.size)));
  const first = (Math.max(1, Math.floor(asked.page)) - 1) * size;
  const fewest = asked.sort === 'relevance' ? MAX_CANDIDATES : 0;
  const limit = Math.min(MAX_RANKED_RESULTS, Math.max(first + size, fewest));
  const segments = placeSegments(state);
  const { query, understood, tally, fitting, leftOut } = runCorrected(state, segments, asked, limit);

  const ranked = rankedOf(tally.top);
  const isReranked = understood.groups.length > 0 && query.sort === 'relevance';
  const best = isReranked
    ? rerank(state, segments, understood, ranked.slice(0, MAX_CANDIDATES), query.explain === true)
    : [];
  const listed = [...best, ...ranked.slice(best.length)];
  const shown = listed.slice(first, first + size);
  return {
    correctedTerm: understood.correctedTerm,
    unknownWords: understood.unknownWords,
    relaxedWords: fitting === 0 && listed[0] ? lackedBy(segments, understood, listed[0]) : [],
    price: understood.price,
    currency: state.knowledge.currency,
    fitting,
    leftOut: fitting === 0 ? leftOut : 0,
    total: tally.total,
    productIds: shown.map(({ productId }) => productId),
    facets: facetsOf(state, tally, query),
    tookMs: Math.round((performance.now() - startedAt) * 100) / 100,
    ...(query.explain ? { explanation: explain(state, understood, shown) } : {}),
  };
}

/** The term, or a likelier spelling of it that finds far more. */
function runCorrected(state: SearchState, segments: Placed[], asked: SearchQuery, limit: number): Run {
  const typed = runNear(state, segments, asked, limit);
  if (asked.exact || typed.understood.groups.length === 0 || typed.tally.matched > FEW_RESULTS) return typed;
  const respelled = respell(
    state,
    segments.map(({ segment }) => segment),
    typed.understood,
  );
  const other = respelled && run(state, segments, typed.query, respelled, limit);
  if (!other || other.tally.matched < FAR_MORE * Math.max(1, typed.tally.matched)) return typed;
  const { price } = typed.understood;
  return { ...other, understood: { ...other.understood, correctedTerm: respelled, price } };
}

/** The term; where nothing costs about the one price that it names, whatever it costs. */
function runNear(state: SearchState, segments: Placed[], asked: SearchQuery, limit: number): Run {
  const near = run(state, segments, asked, asked.term, limit);
  const { price, text } = near.understood;
  if (!price?.isNear || near.tally.total > 0 || near.tally.matched === 0) return near;
  const any = run(state, segments, asked, text, limit);
  return { ...any, understood: { ...any.understood, price: { text: price.text } } };
}

function run(state: SearchState, segments: Placed[], asked: SearchQuery, term: string, limit: number): Run {
  const understood = understand(state, term, asked.exact);
  const query = withPrice(asked, understood.price);
  const tally = openTally(state, compileFilters(state, query), query.sort, limit);
  if (understood.text === '') {
    for (const { segment, base } of segments) tallyAll(tally, segment, base);
    takeFigures(tally);
    return { query, understood, tally, fitting: tally.total, leftOut: 0 };
  }
  const { fitting, leftOut } = tallyMatches(
    tally,
    segments,
    understood,
    query.sort === 'relevance' ? ENOUGH_RESULTS : 1,
  );
  takeFigures(tally);
  return { query, understood, tally, fitting, leftOut };
}

function lackedBy(segments: Placed[], understood: Understood, { place }: Ranked): string[] {
  const { segment, base } = placedAt(segments, place);
  return wordsLacking(understood, segment, place - base);
}

export function placeSegments(state: SearchState): Placed[] {
  let base = 0;
  return segmentsOf(state).map((segment) => {
    const placed = { segment, base };
    base += segment.slotCount;
    return placed;
  });
}

/** In another thread a product may be found twice while it moves to a new slot, and it may be gone by now. */
export function listedProducts(state: SearchState, productIds: number[]): ListedProduct[] {
  return [...new Set(productIds)]
    .map((productId) => listedOf(state, productId))
    .filter((product) => product !== undefined);
}

/**
 * Products that have every word; where they are fewer than `enough`, also those that lack one, and so on. The filters have
 * no say in that: they only narrow. Answers how many have every word and pass them, and how many have and do not.
 */
export function tallyMatches(
  tally: Tally,
  segments: Placed[],
  { groups }: Understood,
  enough: number,
): { fitting: number; leftOut: number } {
  for (const { segment, base } of segments) {
    tallyFound(tally, segment, base, findAll(segment, groups), 0);
  }
  const fitting = tally.total;
  const leftOut = tally.matched - fitting;
  if (tally.matched >= enough || groups.length < 2) return { fitting, leftOut };
  const all = segments.map(({ segment }) => segment);
  const counts = groups.length < MANY_WORDS ? undefined : countByGroups(all, groups);
  for (let missing = 1; missing < groups.length && tally.matched < enough; missing++) {
    if (counts?.[groups.length - missing] === 0) continue;
    for (const { segment, base } of segments) {
      tallyFound(tally, segment, base, findSome(segment, groups, groups.length - missing), missing);
    }
  }
  return { fitting, leftOut };
}
