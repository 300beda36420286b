// The second look at the best candidates: what their titles, categories and brands say about being the thing that was asked for.
import { NO_FOR } from './fields.ts';
import type { Segment } from './segment.ts';
import type { SearchState } from './state.ts';
import { MISSING_PENALTY } from './tally.ts';
import { compareRanked, type Ranked } from './top.ts';
import type { Understood } from './understand.ts';
import { NO_VALUE } from './value-table.ts';

export const RERANKED_RESULTS = 200;
/** Candidates whose categories say which one is meant. */
const FEEDBACK_RESULTS = 40;
/** Candidates by place lose half their say in this many places. */
const FEEDBACK_HALF = 10;

/** A name stands at the end of what comes before "with", "for" or a comma: "Brand Model Bluetooth speaker". */
const HEAD_NAME_WORDS = 3;

/** Shares of the whole score; the words' own score lies between 0 and 1. */
const RERANK_WEIGHTS = {
  /** All words stand in the title. */
  coverage: 0.4,
  /** Words that were typed beside each other stand beside each other. */
  adjacent: 0.2,
  /** What was asked for is what the title names before "with", "for" or a comma. */
  head: 0.2,
  /** It stands only behind "for": a case for the phone is no phone. */
  accessory: 0.4,
  /** The category is called so: the share of its words that were asked for. */
  category: 0.15,
  /** Its last word is the last one asked for: projectors, not projector lamps. */
  categoryHead: 0.3,
  /** The category that most of the best candidates are in. */
  commonCategory: 0.3,
  brand: 0.2,
  /** Of two titles the shorter one is more about the words. */
  brief: 0.3,
};

/** `segments` with the first place of each; ranks by the new keys. */
export function rerank(
  state: SearchState,
  segments: { segment: Segment; base: number }[],
  understood: Understood,
  candidates: Ranked[],
): Ranked[] {
  const { terms, groups } = understood;
  const wholeScore = groups.reduce((sum, group) => sum + group.idf, 0);
  const idfs = new Map(terms.map((term, at) => [term, groups[at]?.idf ?? 0]));
  const places = candidates.map(({ place }) => {
    const { segment, base } = segments.findLast((one) => one.base <= place) as { segment: Segment; base: number };
    return { segment, slot: place - base };
  });
  const categoryShare = feedback(places);
  return candidates
    .map((candidate, at) => {
      const { segment, slot } = places[at] as { segment: Segment; slot: number };
      const missing = candidate.key >= 0 ? 0 : Math.ceil(-candidate.key / MISSING_PENALTY - 1e-3);
      const words = (candidate.key + missing * MISSING_PENALTY) / wholeScore;
      const seen = titleSays(segment, slot, terms, idfs);
      const category = segment.columns.category[slot] as number;
      const brand = segment.columns.brand[slot] as number;
      const categoryTerms = state.categories.terms[category] as number[];
      const key =
        words +
        seen +
        RERANK_WEIGHTS.category * shareIn(categoryTerms, terms) +
        (categoryTerms.at(-1) === terms.at(-1) ? RERANK_WEIGHTS.categoryHead : 0) +
        RERANK_WEIGHTS.commonCategory * (categoryShare.get(category) ?? 0) +
        (brand !== NO_VALUE && shareIn(state.brands.terms[brand] as number[], terms) === 1 ? RERANK_WEIGHTS.brand : 0) -
        missing * MISSING_PENALTY;
      return { ...candidate, key };
    })
    .sort(compareRanked);
}

function titleSays(segment: Segment, slot: number, terms: number[], idfs: Map<number, number>): number {
  const { titles, columns } = segment;
  const start = columns.titleStart[slot] as number;
  const end = columns.titleStart[slot + 1] as number;
  const headWords = columns.headWords[slot] as number;
  const forAt = columns.forAt[slot] as number;
  const asked = terms[terms.length - 1] as number;
  let covered = 0;
  let whole = 0;
  let adjacent = 0;
  let askedAt = -1;
  for (const [position, term] of terms.entries()) {
    const idf = idfs.get(term) as number;
    whole += idf;
    const next = terms[position + 1];
    let found = false;
    let beside = false;
    for (let at = start; at < end; at++) {
      if (titles[at] !== term) continue;
      found = true;
      if (term === asked && askedAt === -1) askedAt = at - start;
      if (next !== undefined && at + 1 < end && titles[at + 1] === next) beside = true;
    }
    if (found) covered += idf;
    if (beside) adjacent++;
  }
  const length = end - start;
  let says =
    RERANK_WEIGHTS.coverage * (whole === 0 ? 0 : covered / whole) + RERANK_WEIGHTS.brief / Math.log2(3 + length);
  if (terms.length > 1) says += (RERANK_WEIGHTS.adjacent * adjacent) / (terms.length - 1);
  if (askedAt >= 0) {
    if (askedAt < headWords && askedAt >= headWords - HEAD_NAME_WORDS) says += RERANK_WEIGHTS.head;
    if (forAt !== NO_FOR && askedAt >= forAt) says -= RERANK_WEIGHTS.accessory;
  }
  return says;
}

/** Each category's share among the first candidates, the better placed ones saying more. */
function feedback(places: { segment: Segment; slot: number }[]): Map<number, number> {
  const shares = new Map<number, number>();
  let whole = 0;
  for (const [at, { segment, slot }] of places.slice(0, FEEDBACK_RESULTS).entries()) {
    const say = 1 / (FEEDBACK_HALF + at);
    const category = segment.columns.category[slot] as number;
    whole += say;
    if (category !== NO_VALUE) shares.set(category, (shares.get(category) ?? 0) + say);
  }
  for (const [category, say] of shares) shares.set(category, say / whole);
  return shares;
}

function shareIn(own: number[], terms: number[]): number {
  if (own.length === 0) return 0;
  return own.filter((term) => terms.includes(term)).length / own.length;
}
