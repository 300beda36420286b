// Words near a misspelt one, by the deletes that both have in common (SymSpell, https://github.com/wolfgarbe/SymSpell).
// Deletes are kept as hashes in a chained table of typed arrays, 8 bytes each: as strings in a Map they took ten times that.

import { sharedUint32 } from './shared-arrays.ts';

const MIN_WORD_CHARACTERS = 3;
const MAX_WORD_CHARACTERS = 20;
/** From here on two slips are forgiven; in shorter words two slips make any word of any other. */
const TWO_SLIPS_FROM_CHARACTERS = 6;
/** Of one query word; a hash that very many words share must not make a keystroke slow. */
const MAX_CANDIDATES = 2_000;

/**
 * One thread adds while others look: an entry is written before the chain leads to it. The arrays that grew take the place of
 * all four at once.
 */
export type Spellings = {
  wordAt: (wordId: number) => string;
  arrays: SpellingArrays;
  size: number;
};
export type SpellingArrays = {
  /** By hash: an entry + 1. Fresh memory says "none". */
  heads: Uint32Array;
  /** By entry: another one of the same chain + 1. */
  next: Uint32Array;
  wordIds: Uint32Array;
  hashes: Uint32Array;
};
type Candidate = { wordId: number; slips: number; sameStart: boolean };

export function openSpellings(wordAt: (wordId: number) => string): Spellings {
  return { wordAt, arrays: arraysOf(1 << 12), size: 0 };
}

export function addSpelling(spellings: Spellings, wordId: number): void {
  const word = spellings.wordAt(wordId);
  if (!isCorrectable(word)) return;
  addHash(spellings, hashWithout(word, -1, -1), wordId);
  for (let skip = 0; skip < word.length; skip++) addHash(spellings, hashWithout(word, skip, -1), wordId);
}

/** Words at most one slip away, two for longer words; unsorted. */
export function nearbyWords(spellings: Spellings, word: string): Candidate[] {
  if (!isCorrectable(word)) return [];
  const maxSlips = word.length >= TWO_SLIPS_FROM_CHARACTERS ? 2 : 1;
  const ids = new Set<number>();
  collect(spellings.arrays, hashWithout(word, -1, -1), ids);
  for (let skip = 0; skip < word.length; skip++) {
    collect(spellings.arrays, hashWithout(word, skip, -1), ids);
    if (maxSlips === 1) continue;
    for (let other = skip + 1; other < word.length; other++)
      collect(spellings.arrays, hashWithout(word, skip, other), ids);
  }
  const candidates: Candidate[] = [];
  for (const wordId of ids) {
    const candidate = spellings.wordAt(wordId);
    const slips = slipsBetween(word, candidate, maxSlips);
    if (slips <= maxSlips)
      candidates.push({ wordId, slips, sameStart: candidate.charCodeAt(0) === word.charCodeAt(0) });
  }
  return candidates;
}

// Codes and numbers are never corrected: tn2110 and tn2120 are both right.
function isCorrectable(word: string): boolean {
  return word.length >= MIN_WORD_CHARACTERS && word.length <= MAX_WORD_CHARACTERS && /^\p{L}+$/u.test(word);
}

function hashWithout(word: string, skip: number, alsoSkip: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) {
    if (at !== skip && at !== alsoSkip) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

function addHash(spellings: Spellings, hash: number, wordId: number): void {
  if (spellings.size === spellings.arrays.next.length) grow(spellings);
  const { heads, next, wordIds, hashes } = spellings.arrays;
  const slot = hash & (heads.length - 1);
  const entry = spellings.size++;
  hashes[entry] = hash;
  wordIds[entry] = wordId;
  next[entry] = heads[slot] as number;
  Atomics.store(heads, slot, entry + 1);
}

function grow(spellings: Spellings): void {
  const { wordIds, hashes } = spellings.arrays;
  const capacity = wordIds.length * 2;
  const larger = arraysOf(capacity);
  larger.wordIds.set(wordIds);
  larger.hashes.set(hashes);
  const { heads, next } = larger;
  for (let entry = 0; entry < spellings.size; entry++) {
    const slot = (hashes[entry] as number) & (capacity - 1);
    next[entry] = heads[slot] as number;
    heads[slot] = entry + 1;
  }
  spellings.arrays = larger;
}

function arraysOf(capacity: number): SpellingArrays {
  return {
    heads: sharedUint32(capacity),
    next: sharedUint32(capacity),
    wordIds: sharedUint32(capacity),
    hashes: sharedUint32(capacity),
  };
}

function collect({ heads, next, wordIds, hashes }: SpellingArrays, hash: number, into: Set<number>): void {
  let entry = (heads[hash & (heads.length - 1)] as number) - 1;
  while (entry !== -1 && into.size < MAX_CANDIDATES) {
    if (hashes[entry] === hash) into.add(wordIds[entry] as number);
    entry = (next[entry] as number) - 1;
  }
}

/** Letters left out, put in, exchanged, or two swapped (optimal string alignment); above `max` only "more". */
function slipsBetween(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let slips = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      );
      const swapped =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) slips = Math.min(slips, (beforeLast[j - 2] as number) + 1);
      row.push(slips);
      best = Math.min(best, slips);
    }
    if (best > max) return max + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}
