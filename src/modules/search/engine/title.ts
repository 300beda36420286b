// What a title says about being the thing that was asked for.
import type { Candidates } from './candidates.ts';
import { NO_FOR } from './fields.ts';
import type { Segment } from './segment.ts';
import type { Group, Understood } from './understand.ts';

/** What a query asks, by term: a bit for each group the term answers, and how well. Made once a query. */
export type Asked = {
  groups: Group[];
  head: number;
  bits: Map<number, number>;
  weights: Map<number, number>;
  /** A bit for each term's last five: most words of a title are no term that was asked for, and this says so at once. */
  sieve: number;
  idfs: number[];
  wholeIdf: number;
  /** How well each group is answered by the title at hand. */
  best: number[];
  /** Spellings of several words, of which the title must have all, and names of several, of which it may have some. */
  phrases: { group: number; terms: number[]; weight: number; isName: boolean }[];
  /** What the thing itself is called: of a name of several words the last one. */
  things: Set<number>;
  /** What it is wanted without, and the words beside which a title says just that. */
  denied: number[];
  denials: Set<number>;
};

/** Each 0 to 1, `accessory` and `modifier` 0 or 1, `denied` also -1. */
export type TitleSigns = {
  coverage: number;
  adjacent: number;
  head: number;
  headLast: number;
  accessory: number;
  modifier: number;
  denied: number;
  brief: number;
};

/** The thing's name stands at the end of what comes before "with", "for" or a comma: "Brand Model Bluetooth speaker". */
const HEAD_NAME_WORDS = 3;

export function askedOf({ groups, head, denied }: Understood, denials: Set<number> = new Set()): Asked {
  const idfs = groups.map(({ idf }) => idf);
  const asked: Asked = {
    groups,
    head,
    bits: new Map(),
    weights: new Map(),
    sieve: 0,
    idfs,
    wholeIdf: idfs.reduce((sum, idf) => sum + idf, 0),
    best: idfs.map(() => 0),
    phrases: [],
    things: new Set(groups[head]?.alternatives.map(({ term, also }) => also?.at(-1) ?? term)),
    denied,
    denials,
  };
  for (const [group, { alternatives, written = [] }] of groups.entries()) {
    for (const terms of written) asked.phrases.push({ group, terms, weight: 1, isName: false });
    for (const { term, weight, also } of alternatives) {
      if (also) asked.phrases.push({ group, terms: [term, ...also], weight, isName: true });
      else {
        asked.bits.set(term, (asked.bits.get(term) ?? 0) | (1 << group));
        asked.weights.set(term, Math.max(asked.weights.get(term) ?? 0, weight));
      }
    }
  }
  for (const term of asked.bits.keys()) asked.sieve |= 1 << (term & 31);
  return asked;
}

/** Writes the signs into `signs`. */
export function readTitle(
  signs: TitleSigns,
  candidates: Candidates,
  candidate: number,
  asked: Asked,
  typeNouns: Set<number>,
): void {
  const { titles } = candidates.segments[candidate] as Segment;
  const start = candidates.titleStarts[candidate] as number;
  const end = candidates.titleEnds[candidate] as number;
  const headWords = candidates.headWords[candidate] as number;
  const forAt = candidates.forAts[candidate] as number;
  const { best, sieve } = asked;
  best.fill(0);
  let beside = 0;
  let previous = 0;
  let headAt = -1;
  let isModifier = false;
  for (let at = start; at < end; at++) {
    const term = titles[at] as number;
    const bits = (sieve >>> (term & 31)) & 1 ? (asked.bits.get(term) ?? 0) : 0;
    if (bits !== 0) {
      credit(best, bits, asked.weights.get(term) as number);
      // A joined word answers for two neighbours at once.
      beside |= (bits | previous) & (bits >> 1);
      if ((bits >> asked.head) & 1 && (headAt === -1 || isModifier)) {
        headAt = at - start;
        const next = titles[at + 1] as number;
        isModifier = headAt + 1 < headWords && typeNouns.has(next) && !asked.bits.has(next);
      }
    }
    previous = bits;
  }
  for (const { group, terms, weight, isName } of asked.phrases) {
    const places = terms.map((term) => titles.subarray(start, end).indexOf(term));
    const lacking = places.filter((place) => place === -1).length;
    // A rain jacket may call itself a jacket, and say only below that it is for rain.
    if (lacking > 0 && (!isName || places.at(-1) === -1)) continue;
    best[group] = Math.max(best[group] as number, weight * (1 - lacking / terms.length));
    if (group === asked.head && headAt === -1) headAt = places.at(-1) as number;
  }
  const isInHead = headAt !== -1 && headAt < headWords;
  signs.coverage = coverageOf(asked);
  signs.adjacent = asked.groups.length < 2 ? 0 : countBits(beside) / (asked.groups.length - 1);
  signs.head = isInHead && headAt >= headWords - HEAD_NAME_WORDS ? 1 : 0;
  signs.headLast = headAt !== -1 && headAt === headWords - 1 ? 1 : 0;
  signs.accessory = headAt !== -1 && forAt !== NO_FOR && headAt >= forAt ? 1 : 0;
  signs.modifier = isModifier ? 1 : 0;
  signs.denied = asked.denied.length === 0 ? 0 : deniedBy(asked, titles.subarray(start, end));
  signs.brief = 1 / Math.log2(3 + end - start);
}

/** 1 for "with microphone" where it is wanted without, -1 for "no microphone" and "microphone free", 0 where neither is said. */
function deniedBy({ denied, denials }: Asked, title: Uint32Array): number {
  const places = denied.map((term) => title.indexOf(term));
  if (places.includes(-1)) return 0;
  const [first, last] = [Math.min(...places), Math.max(...places)];
  // "Without a cause": an article may stand between.
  const beside = [title[first - 2], title[first - 1], title[last + 1]];
  return beside.some((term) => term !== undefined && denials.has(term)) ? -1 : 1;
}

function credit(best: number[], bits: number, weight: number): void {
  for (let group = 0; group < best.length; group++) {
    if ((bits >> group) & 1 && weight > (best[group] as number)) best[group] = weight;
  }
}

/** By idf: a rare word that is missing weighs more. */
function coverageOf({ idfs, wholeIdf, best }: Asked): number {
  let covered = 0;
  for (let at = 0; at < idfs.length; at++) covered += (idfs[at] as number) * (best[at] as number);
  return wholeIdf === 0 ? 0 : covered / wholeIdf;
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
