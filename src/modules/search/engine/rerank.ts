// The second look at the best candidates: what their titles, kinds and brands say about being the thing that was asked for.
import { MISSING_PENALTY } from './offer.ts';
import type { Segment } from './segment.ts';
import type { SearchState } from './state.ts';
import { type Asked, askedOf, type TitleSigns, titleSigns } from './title.ts';
import { compareRanked, type Ranked } from './top.ts';
import { typeNounsOf } from './type-nouns.ts';
import type { Understood } from './understand.ts';
import { NO_VALUE } from './value-table.ts';

export const RERANKED_RESULTS = 200;
/** Candidates whose kinds say which one is meant. */
const FEEDBACK_RESULTS = 40;
/** Candidates by place lose half their say in this many places. */
const FEEDBACK_HALF = 10;

/** What a result's place is made of; the explanation names these. */
export type ScoreParts = TitleSigns & {
  /** BM25F with popularity and stock, as a share of what a perfect product would get. */
  words: number;
  /** The share of the kind's words that were asked for. */
  kind: number;
  /** Its last word is the one asked for: projectors, not projector lamps. */
  kindHead: number;
  /** How many of the best candidates are of this kind. */
  commonKind: number;
  brand: number;
  /** Words asked for that the product does not have. */
  missing: number;
};

/**
 * Set by hand on rules that hold in any shop; five of them then by measuring: bench/relevance.ts --folds chooses those on four fifths
 * of the queries what it scores on the fifth.
 */
export const RERANK_WEIGHTS: Record<keyof ScoreParts, number> = {
  words: 2,
  coverage: 0.4,
  adjacent: 0.2,
  head: 0.2,
  headLast: 0.2,
  accessory: -0.4,
  modifier: -0.5,
  brief: 0.15,
  kind: 0.1,
  kindHead: 0.3,
  commonKind: 0.3,
  brand: 0.3,
  missing: -0.3,
};
const PART_NAMES = Object.keys(RERANK_WEIGHTS) as (keyof ScoreParts)[];

export type Scored = Ranked & { parts: ScoreParts };
type Place = { segment: Segment; slot: number };

/** `segments` with the first place of each; ranks by the new keys. */
export function rerank(
  state: SearchState,
  segments: { segment: Segment; base: number }[],
  understood: Understood,
  candidates: Ranked[],
): Scored[] {
  const asked = askedOf(understood.groups, understood.head);
  const typeNouns = typeNounsOf(state);
  const wholeScore = understood.groups.reduce((sum, group) => sum + group.idf, 0);
  const places = candidates.map(({ place }) => {
    const { segment, base } = segments.findLast((one) => one.base <= place) as { segment: Segment; base: number };
    return { segment, slot: place - base };
  });
  const commonKinds = feedback(places);
  return candidates
    .map((candidate, at) => {
      const { segment, slot } = places[at] as Place;
      const missing = candidate.key >= 0 ? 0 : Math.ceil(-candidate.key / MISSING_PENALTY - 1e-3);
      const kind = segment.columns.kind[slot] as number;
      const parts: ScoreParts = {
        words: wholeScore === 0 ? 0 : (candidate.key + missing * MISSING_PENALTY) / wholeScore,
        ...titleSigns(segment, slot, asked, typeNouns),
        ...kindSigns(state.categories.terms[kind] ?? [], asked),
        commonKind: commonKinds.get(kind) ?? 0,
        brand: isBrandAsked(state, segment.columns.brand[slot] as number, asked) ? 1 : 0,
        missing,
      };
      return { ...candidate, key: scoreOf(parts), parts };
    })
    .sort(compareRanked);
}

function scoreOf(parts: ScoreParts): number {
  let score = 0;
  for (const name of PART_NAMES) score += RERANK_WEIGHTS[name] * parts[name];
  return score;
}

function kindSigns(own: number[], asked: Asked): { kind: number; kindHead: number } {
  const last = own.at(-1);
  if (last === undefined) return { kind: 0, kindHead: 0 };
  return {
    kind: own.filter((term) => asked.bits.has(term)).length / own.length,
    kindHead: ((asked.bits.get(last) ?? 0) >> asked.head) & 1,
  };
}

function isBrandAsked(state: SearchState, brand: number, asked: Asked): boolean {
  if (brand === NO_VALUE) return false;
  const terms = state.brands.terms[brand] ?? [];
  return terms.length > 0 && terms.every((term) => asked.bits.has(term));
}

/** Each kind's share among the first candidates, the better placed ones saying more. */
function feedback(places: Place[]): Map<number, number> {
  const shares = new Map<number, number>();
  let whole = 0;
  for (const [at, { segment, slot }] of places.slice(0, FEEDBACK_RESULTS).entries()) {
    const say = 1 / (FEEDBACK_HALF + at);
    const kind = segment.columns.kind[slot] as number;
    whole += say;
    if (kind !== NO_VALUE) shares.set(kind, (shares.get(kind) ?? 0) + say);
  }
  for (const [kind, say] of shares) shares.set(kind, say / whole);
  return shares;
}
