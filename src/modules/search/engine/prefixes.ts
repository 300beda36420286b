// Words by prefix: sorted runs of word ids, merged as they grow, so that a new word costs a little and never a sort of everything.
import { sharedUint32 } from './shared-arrays.ts';
import { compareAt, compareToPrefix, type StringTable } from './string-table.ts';

/** New words wait unsorted up to this many; sorting them takes about 0.2 ms. */
const MAX_UNSORTED_WORDS = 512;
/** Of a run, for a one-letter prefix of a large vocabulary; bounds the time of a keystroke. */
const MAX_WORDS_A_RUN = 4_000;

/** Runs never change: larger ones take their place. */
export type Prefixes = { strings: StringTable; runs: Uint32Array[]; unsorted: number[] };

export function openPrefixes(strings: StringTable): Prefixes {
  return { strings, runs: [], unsorted: [] };
}

export function addPrefixWord(prefixes: Prefixes, wordId: number): void {
  prefixes.unsorted.push(wordId);
  if (prefixes.unsorted.length < MAX_UNSORTED_WORDS) return;
  const { strings, runs } = prefixes;
  let run = sharedUint32(prefixes.unsorted.length);
  run.set(prefixes.unsorted.sort((a, b) => compareAt(strings, a, b)));
  prefixes.unsorted = [];
  // Runs stay at least twice as long as the next one: a word is merged log2(n) times in its life.
  for (let last = runs.at(-1); last && last.length < run.length * 2; last = runs.at(-1)) {
    runs.pop();
    run = mergeRuns(strings, last, run);
  }
  runs.push(run);
}

/** Ids of words that begin so, in no order. */
export function wordsWithPrefix(prefixes: Prefixes, prefix: string): number[] {
  const { strings } = prefixes;
  const found = prefixes.unsorted.filter((wordId) => compareToPrefix(strings, wordId, prefix) === 0);
  for (const run of prefixes.runs) {
    const start = firstAtLeast(strings, run, prefix);
    const end = Math.min(run.length, start + MAX_WORDS_A_RUN);
    for (let at = start; at < end; at++) {
      const wordId = run[at] as number;
      if (compareToPrefix(strings, wordId, prefix) !== 0) break;
      found.push(wordId);
    }
  }
  return found;
}

function firstAtLeast(strings: StringTable, run: Uint32Array, prefix: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareToPrefix(strings, run[middle] as number, prefix) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mergeRuns(strings: StringTable, left: Uint32Array, right: Uint32Array): Uint32Array {
  const merged = sharedUint32(left.length + right.length);
  for (let at = 0, l = 0, r = 0; at < merged.length; at++) {
    const takeLeft =
      r === right.length || (l < left.length && compareAt(strings, left[l] as number, right[r] as number) < 0);
    merged[at] = (takeLeft ? left[l++] : right[r++]) as number;
  }
  return merged;
}
