// Words near a misspelt one, by the deletes that both have in common (SymSpell, https://github.com/wolfgarbe/SymSpell).
// Deletes are kept as hashes in a chained table of typed arrays, 8 bytes each: as strings in a Map they took ten times that.

import { sharedUint32 } from './shared-arrays.ts';
import { type Distance, distanceBetween, isBelievable, mostSlips } from './slips.ts';
import { soundAlikes } from './sounds.ts';

const MIN_WORD_CHARACTERS = 3;
/** A shorter word that the shop does not know is another word, and not a slip: dad, day, dab. */
const MIN_TYPED_CHARACTERS = 4;
const MAX_WORD_CHARACTERS = 20;
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
type Candidate = Distance & { wordId: number; sameStart: boolean };

export function openSpellings(wordAt: (wordId: number) => string): Spellings {
  return { wordAt, arrays: arraysOf(1 << 12), size: 0 };
}

export function addSpelling(spellings: Spellings, wordId: number): void {
  const word = spellings.wordAt(wordId);
  if (!isCorrectable(word)) return;
  addHash(spellings, hashWithout(word, -1, -1), wordId);
  for (let skip = 0; skip < word.length; skip++) addHash(spellings, hashWithout(word, skip, -1), wordId);
}

/** Words that may be meant by this one, a slip away or two; unsorted. Spelt as it sounds is one slip. */
export function nearbyWords(spellings: Spellings, word: string): Candidate[] {
  if (word.length < MIN_TYPED_CHARACTERS || !isCorrectable(word)) return [];
  const max = mostSlips(word);
  const candidates = wordsWithin(spellings, word, max, word, 0);
  for (const way of soundAlikes(word)) candidates.push(...wordsWithin(spellings, way, max - 1, word, 1));
  return candidates;
}

/** Words at most so many slips from `spelt`, which is itself `before` slips away from what was typed. */
function wordsWithin(spellings: Spellings, spelt: string, max: number, typed: string, before: number): Candidate[] {
  const ids = new Set<number>();
  collect(spellings.arrays, hashWithout(spelt, -1, -1), ids);
  for (let skip = 0; skip < spelt.length && max > 0; skip++) {
    collect(spellings.arrays, hashWithout(spelt, skip, -1), ids);
    if (max === 1) continue;
    for (let other = skip + 1; other < spelt.length; other++)
      collect(spellings.arrays, hashWithout(spelt, skip, other), ids);
  }
  const candidates: Candidate[] = [];
  for (const wordId of ids) {
    const candidate = spellings.wordAt(wordId);
    const distance = distanceBetween(spelt, candidate, max);
    if (!distance || (distance.slips > 1 && isOtherEnding(spelt, candidate))) continue;
    const sameStart = candidate.charCodeAt(0) === spelt.charCodeAt(0);
    const whole = { slips: distance.slips + before, doubt: distance.doubt };
    if (isBelievable(whole, typed, sameStart)) candidates.push({ wordId, ...whole, sameStart });
  }
  return candidates;
}

// What ends in "ss" is no plural, and two slips rarely make one: a mattress is no matter, a princess no prices.
function isOtherEnding(typed: string, meant: string): boolean {
  return typed.endsWith('ss') && meant.endsWith('s') && !meant.endsWith('ss');
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
