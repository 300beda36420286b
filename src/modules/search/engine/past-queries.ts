// What people searched before and found, by how it begins. Sorted, so that a beginning is one stretch of the list.

export type PastQuery = { term: string; times: number };
/** By term, ascending. */
export type PastQueries = { terms: string[]; times: number[] };

const MAX_QUERIES = 50_000;
/** Of one beginning; the list is long where the beginning is short, and then any of the first will do. */
const MAX_LOOKED_AT = 5_000;

export function openPastQueries(): PastQueries {
  return { terms: [], times: [] };
}

/** The terms folded, the most frequent ones where there are too many. */
export function rememberQueries(queries: PastQuery[]): PastQueries {
  const kept = queries
    .toSorted((a, b) => b.times - a.times)
    .slice(0, MAX_QUERIES)
    .sort((a, b) => (a.term < b.term ? -1 : a.term > b.term ? 1 : 0));
  return { terms: kept.map(({ term }) => term), times: kept.map(({ times }) => times) };
}

/** The most frequent ones that begin so, without the beginning itself. */
export function queriesBeginning({ terms, times }: PastQueries, beginning: string, limit: number): string[] {
  const found: { term: string; times: number }[] = [];
  const first = firstAtLeast(terms, beginning);
  for (let at = first; at < Math.min(terms.length, first + MAX_LOOKED_AT); at++) {
    const term = terms[at] as string;
    if (!term.startsWith(beginning)) break;
    if (term !== beginning) found.push({ term, times: times[at] as number });
  }
  return found
    .sort((a, b) => b.times - a.times)
    .slice(0, limit)
    .map(({ term }) => term);
}

function firstAtLeast(terms: string[], beginning: string): number {
  let low = 0;
  let high = terms.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((terms[middle] as string) < beginning) low = middle + 1;
    else high = middle;
  }
  return low;
}
