// The second look at the best candidates: what their titles, kinds and brands say about being the thing that was asked for.
import { type Candidates, readCandidates } from './candidates.ts';
import { MISSING_PENALTY } from './offer.ts';
import type { Segment } from './segment.ts';
import type { SearchState } from './state.ts';
import { type Asked, askedOf, readTitle, type TitleSigns } from './title.ts';
import { compareRanked, type Ranked } from './top.ts';
import { headTermsOf, typeNounsOf } from './type-nouns.ts';
import type { Understood } from './understand.ts';
import { NO_VALUE } from './value-table.ts';
import { termOf } from './vocabulary.ts';

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
  /** What it is of is what was asked for: projectors, not projector lamps. */
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
  denied: -0.5,
  brief: 0.15,
  kind: 0.1,
  kindHead: 0.3,
  commonKind: 0.3,
  brand: 0.3,
  missing: -0.3,
};
const NO_PARTS = Object.fromEntries(Object.keys(RERANK_WEIGHTS).map((name) => [name, 0])) as ScoreParts;

/** `parts` only where somebody wants to know why. */
export type Scored = Ranked & { parts?: ScoreParts };
type Placed = { segment: Segment; base: number };
type KindSigns = { kind: number; kindHead: number; commonKind: number };

/** `segments` with the first place of each; ranks by the new keys. */
export function rerank(
  state: SearchState,
  segments: Placed[],
  understood: Understood,
  candidates: Ranked[],
  isExplained: boolean,
): Scored[] {
  const typeNouns = typeNounsOf(state);
  const asked = askedOf(understood, understood.denied.length === 0 ? undefined : denialsOf(state));
  const wholeScore = understood.groups.reduce((sum, group) => sum + group.idf, 0);
  const read = readCandidates(candidates, segments);
  const kinds = feedback(state, asked, read);
  const brands = new Map<number, number>();
  // Filled anew for each candidate: two hundred of them made a third of a query's garbage.
  const parts = { ...NO_PARTS };
  const scored: Scored[] = candidates.map((candidate, at) => {
    const brand = read.brands[at] as number;
    let brandAsked = brands.get(brand);
    if (brandAsked === undefined) {
      brandAsked = isBrandAsked(state, brand, asked) ? 1 : 0;
      brands.set(brand, brandAsked);
    }
    const kind = kindSigns(kinds, state, read.kinds[at] as number, asked);
    const missing = candidate.key >= 0 ? 0 : Math.ceil(-candidate.key / MISSING_PENALTY - 1e-3);
    readTitle(parts, read, at, asked, typeNouns);
    parts.words = wholeScore === 0 ? 0 : (candidate.key + missing * MISSING_PENALTY) / wholeScore;
    parts.kind = kind.kind;
    parts.kindHead = kind.kindHead;
    parts.commonKind = kind.commonKind;
    parts.brand = brandAsked;
    parts.missing = missing;
    const { productId, place } = candidate;
    const key = scoreOf(parts);
    return isExplained ? { key, productId, place, parts: { ...parts } } : { key, productId, place };
  });
  return scored.sort(compareRanked);
}

function denialsOf({ vocabulary }: SearchState): Set<number> {
  return new Set(['without', 'no', 'non', 'free'].flatMap((word) => termOf(vocabulary, word) ?? []));
}

function scoreOf(parts: ScoreParts): number {
  return (
    RERANK_WEIGHTS.words * parts.words +
    RERANK_WEIGHTS.coverage * parts.coverage +
    RERANK_WEIGHTS.adjacent * parts.adjacent +
    RERANK_WEIGHTS.head * parts.head +
    RERANK_WEIGHTS.headLast * parts.headLast +
    RERANK_WEIGHTS.accessory * parts.accessory +
    RERANK_WEIGHTS.modifier * parts.modifier +
    RERANK_WEIGHTS.denied * parts.denied +
    RERANK_WEIGHTS.brief * parts.brief +
    RERANK_WEIGHTS.kind * parts.kind +
    RERANK_WEIGHTS.kindHead * parts.kindHead +
    RERANK_WEIGHTS.commonKind * parts.commonKind +
    RERANK_WEIGHTS.brand * parts.brand +
    RERANK_WEIGHTS.missing * parts.missing
  );
}

/** Of a kind, once a query. */
function kindSigns(known: Map<number, KindSigns>, state: SearchState, kind: number, asked: Asked): KindSigns {
  const found = known.get(kind);
  if (found) return found;
  const own = state.categories.terms[kind] ?? [];
  const signs = { kind: 0, kindHead: 0, commonKind: 0 };
  if (own.length > 0) {
    signs.kind = own.filter((term) => asked.bits.has(term)).length / own.length;
    signs.kindHead = headTermsOf(state, kind).some((term) => asked.things.has(term)) ? 1 : 0;
  }
  known.set(kind, signs);
  return signs;
}

function isBrandAsked(state: SearchState, brand: number, asked: Asked): boolean {
  if (brand === NO_VALUE) return false;
  const terms = state.brands.terms[brand] ?? [];
  return terms.length > 0 && terms.every((term) => asked.bits.has(term));
}

/** Each kind's share among the first candidates, the better placed ones saying more. */
function feedback(state: SearchState, asked: Asked, { count, kinds: read }: Candidates): Map<number, KindSigns> {
  const kinds = new Map<number, KindSigns>();
  let whole = 0;
  for (let at = 0; at < Math.min(count, FEEDBACK_RESULTS); at++) {
    const say = 1 / (FEEDBACK_HALF + at);
    const kind = read[at] as number;
    whole += say;
    if (kind !== NO_VALUE) kindSigns(kinds, state, kind, asked).commonKind += say;
  }
  for (const signs of kinds.values()) signs.commonKind /= whole;
  return kinds;
}
