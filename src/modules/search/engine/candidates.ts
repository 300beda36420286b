// What the second look reads of the best candidates. They lie far apart in memory, and a processor fetches many such places at
// once only where nothing but reads stands between them: so each is read in a loop of its own, before anything is made of it.
import type { Segment } from './segment.ts';
import type { Ranked } from './top.ts';

export const MAX_CANDIDATES = 200;

/** By candidate. Valid until the next ones are read. */
export type Candidates = {
  count: number;
  segments: Segment[];
  slots: Uint16Array;
  kinds: Uint32Array;
  brands: Uint32Array;
  /** Where its title's terms are in its segment's titles. */
  titleStarts: Uint32Array;
  titleEnds: Uint32Array;
  headWords: Uint8Array;
  forAts: Uint8Array;
};

const candidates: Candidates = {
  count: 0,
  segments: [],
  slots: new Uint16Array(MAX_CANDIDATES),
  kinds: new Uint32Array(MAX_CANDIDATES),
  brands: new Uint32Array(MAX_CANDIDATES),
  titleStarts: new Uint32Array(MAX_CANDIDATES),
  titleEnds: new Uint32Array(MAX_CANDIDATES),
  headWords: new Uint8Array(MAX_CANDIDATES),
  forAts: new Uint8Array(MAX_CANDIDATES),
};
/** So that the reads which only fetch titles are for something. */
const firstTerms = new Uint32Array(MAX_CANDIDATES);

/** `placed`: segments with the first place of each. */
export function readCandidates(ranked: Ranked[], placed: { segment: Segment; base: number }[]): Candidates {
  const { segments, slots, kinds, brands, titleStarts, titleEnds, headWords, forAts } = candidates;
  const count = Math.min(ranked.length, MAX_CANDIDATES);
  segments.length = 0;
  for (let at = 0; at < count; at++) {
    const { place } = ranked[at] as Ranked;
    const { segment, base } = placedAt(placed, place);
    segments.push(segment);
    slots[at] = place - base;
  }
  for (let at = 0; at < count; at++) {
    const { columns } = segments[at] as Segment;
    const slot = slots[at] as number;
    titleStarts[at] = columns.titleStart[slot] as number;
    titleEnds[at] = columns.titleStart[slot + 1] as number;
    kinds[at] = columns.kind[slot] as number;
    brands[at] = columns.brand[slot] as number;
    headWords[at] = columns.headWords[slot] as number;
    forAts[at] = columns.forAt[slot] as number;
  }
  for (let at = 0; at < count; at++)
    firstTerms[at] = (segments[at] as Segment).titles[titleStarts[at] as number] as number;
  candidates.count = count;
  return candidates;
}

export function placedAt<Placed extends { base: number }>(placed: Placed[], place: number): Placed {
  let at = placed.length - 1;
  while (at > 0 && (placed[at] as Placed).base > place) at--;
  return placed[at] as Placed;
}
