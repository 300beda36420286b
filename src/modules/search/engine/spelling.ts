// Words near a misspelt one, by the deletes that both have in common (SymSpell, https://github.com/wolfgarbe/SymSpell).
// Deletes are kept as hashes in a chained table of typed arrays, 8 bytes each: as strings in a Map they took ten times that.

const MIN_WORD_CHARACTERS = 3;
const MAX_WORD_CHARACTERS = 20;
/** From here on two slips are forgiven; in shorter words two slips make any word of any other. */
const TWO_SLIPS_FROM_CHARACTERS = 6;
/** Of one query word; a hash that very many words share must not make a keystroke slow. */
const MAX_CANDIDATES = 2_000;

export type Spellings = {
  wordAt: (wordId: number) => string;
  heads: Int32Array;
  next: Int32Array;
  wordIds: Uint32Array;
  hashes: Int32Array;
  size: number;
};
type Candidate = { wordId: number; slips: number; sameStart: boolean };

export function openSpellings(wordAt: (wordId: number) => string): Spellings {
  const capacity = 1 << 12;
  return {
    wordAt,
    heads: new Int32Array(capacity).fill(-1),
    next: new Int32Array(capacity),
    wordIds: new Uint32Array(capacity),
    hashes: new Int32Array(capacity),
    size: 0,
  };
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
  collect(spellings, hashWithout(word, -1, -1), ids);
  for (let skip = 0; skip < word.length; skip++) {
    collect(spellings, hashWithout(word, skip, -1), ids);
    if (maxSlips === 1) continue;
    for (let other = skip + 1; other < word.length; other++) collect(spellings, hashWithout(word, skip, other), ids);
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
  return hash ^ (hash >>> 15);
}

function addHash(spellings: Spellings, hash: number, wordId: number): void {
  if (spellings.size === spellings.next.length) grow(spellings);
  const slot = hash & (spellings.heads.length - 1);
  const entry = spellings.size++;
  spellings.hashes[entry] = hash;
  spellings.wordIds[entry] = wordId;
  spellings.next[entry] = spellings.heads[slot] as number;
  spellings.heads[slot] = entry;
}

function grow(spellings: Spellings): void {
  const capacity = spellings.next.length * 2;
  const { wordIds, hashes, size } = spellings;
  spellings.heads = new Int32Array(capacity).fill(-1);
  spellings.next = new Int32Array(capacity);
  spellings.wordIds = new Uint32Array(capacity);
  spellings.wordIds.set(wordIds);
  spellings.hashes = new Int32Array(capacity);
  spellings.hashes.set(hashes);
  for (let entry = 0; entry < size; entry++) {
    const slot = (spellings.hashes[entry] as number) & (capacity - 1);
    spellings.next[entry] = spellings.heads[slot] as number;
    spellings.heads[slot] = entry;
  }
}

function collect(spellings: Spellings, hash: number, into: Set<number>): void {
  let entry = spellings.heads[hash & (spellings.heads.length - 1)] as number;
  while (entry !== -1 && into.size < MAX_CANDIDATES) {
    if (spellings.hashes[entry] === hash) into.add(spellings.wordIds[entry] as number);
    entry = spellings.next[entry] as number;
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
