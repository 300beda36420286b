// Words by prefix: sorted runs of word ids, merged as they grow, so that a new word costs a little and never a sort of everything.

/** New words wait unsorted up to this many; sorting them takes about 0.2 ms. */
const MAX_UNSORTED_WORDS = 512;
/** Of a run, for a one-letter prefix of a large vocabulary; bounds the time of a keystroke. */
const MAX_WORDS_A_RUN = 4_000;

export type Prefixes = { words: string[]; runs: Uint32Array[]; unsorted: number[] };

export function openPrefixes(words: string[]): Prefixes {
  return { words, runs: [], unsorted: [] };
}

export function addPrefixWord(prefixes: Prefixes, wordId: number): void {
  prefixes.unsorted.push(wordId);
  if (prefixes.unsorted.length < MAX_UNSORTED_WORDS) return;
  const { words, runs } = prefixes;
  let run = Uint32Array.from(prefixes.unsorted).sort((a, b) => compare(words[a] as string, words[b] as string));
  prefixes.unsorted = [];
  // Runs stay at least twice as long as the next one: a word is merged log2(n) times in its life.
  for (let last = runs.at(-1); last && last.length < run.length * 2; last = runs.at(-1)) {
    runs.pop();
    run = mergeRuns(words, last, run);
  }
  runs.push(run);
}

/** Ids of words that begin so, in no order. */
export function wordsWithPrefix(prefixes: Prefixes, prefix: string): number[] {
  const { words } = prefixes;
  const found = prefixes.unsorted.filter((wordId) => words[wordId]?.startsWith(prefix));
  for (const run of prefixes.runs) {
    const start = firstAtLeast(words, run, prefix);
    const end = Math.min(run.length, start + MAX_WORDS_A_RUN);
    for (let at = start; at < end; at++) {
      const wordId = run[at] as number;
      if (!words[wordId]?.startsWith(prefix)) break;
      found.push(wordId);
    }
  }
  return found;
}

function firstAtLeast(words: string[], run: Uint32Array, prefix: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[run[middle] as number] as string) < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mergeRuns(words: string[], left: Uint32Array, right: Uint32Array): Uint32Array<ArrayBuffer> {
  const merged = new Uint32Array(left.length + right.length);
  for (let at = 0, l = 0, r = 0; at < merged.length; at++) {
    const takeLeft =
      r === right.length ||
      (l < left.length && (words[left[l] as number] as string) < (words[right[r] as number] as string));
    merged[at] = (takeLeft ? left[l++] : right[r++]) as number;
  }
  return merged;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
