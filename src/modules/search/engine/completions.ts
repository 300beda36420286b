// The word that is being typed, in full: as titles have it, together with the words before it.
import { findAll } from './match.ts';
import { wordsWithPrefix } from './prefixes.ts';
import type { Segment } from './segment.ts';
import { type SearchState, segmentsOf } from './state.ts';
import type { Group } from './understand.ts';
import { type Vocabulary, wordAt } from './vocabulary.ts';

/** Completions that are looked for in the titles. */
const MAX_LIKELY = 24;
/** So many products with the words before it say well enough what follows them; a keystroke must not read a million. */
const ENOUGH_PRODUCTS = 2_000;

/** Words that begin so, first what most titles have together with all groups. */
export function completeWord(state: SearchState, before: Group[], prefix: string, limit: number): string[] {
  const { vocabulary } = state;
  const likely = likelyWords(vocabulary, prefix);
  if (before.length === 0) return likely.slice(0, limit).map((wordId) => wordAt(vocabulary, wordId));
  const counts = new Map(likely.map((wordId) => [vocabulary.termOfWord[wordId] as number, 0]));
  let products = 0;
  for (const segment of segmentsOf(state)) {
    if (products >= ENOUGH_PRODUCTS) break;
    const { slots, count } = findAll(segment, before);
    // Some of all that were found: neighbours are alike.
    const step = Math.max(1, count / (ENOUGH_PRODUCTS - products));
    for (let at = 0; at < count; at += step) {
      const slot = slots[Math.floor(at)] as number;
      if (segment.columns.alive[slot] !== 1) continue;
      products++;
      countTitleTerms(segment, slot, counts);
    }
  }
  return likely
    .map((wordId) => ({ wordId, products: counts.get(vocabulary.termOfWord[wordId] as number) ?? 0 }))
    .filter((one) => one.products > 0)
    .sort((a, b) => b.products - a.products)
    .slice(0, limit)
    .map(({ wordId }) => wordAt(vocabulary, wordId));
}

/** The ones that most titles have, one of each stem: charger and chargers find the same. */
function likelyWords(vocabulary: Vocabulary, prefix: string): number[] {
  const { seenInTitle, termOfWord } = vocabulary;
  const inTitles = wordsWithPrefix(vocabulary.prefixes, prefix)
    .filter((wordId) => seenInTitle[wordId] !== 0)
    .sort((a, b) => (seenInTitle[b] as number) - (seenInTitle[a] as number));
  const terms = new Set<number>();
  const likely: number[] = [];
  for (const wordId of inTitles) {
    if (likely.length === MAX_LIKELY) break;
    const term = termOfWord[wordId] as number;
    if (terms.has(term) || !/^\p{L}{3,}$/u.test(wordAt(vocabulary, wordId))) continue;
    terms.add(term);
    likely.push(wordId);
  }
  return likely;
}

function countTitleTerms({ titles, columns }: Segment, slot: number, counts: Map<number, number>): void {
  const end = columns.titleStart[slot + 1] as number;
  for (let at = columns.titleStart[slot] as number; at < end; at++) {
    const term = titles[at] as number;
    const count = counts.get(term);
    if (count !== undefined) counts.set(term, count + 1);
  }
}
