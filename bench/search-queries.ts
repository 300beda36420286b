// What people ask of the demo shop, as far as its own products tell: heads, tails, slips, unfinished words, filters, orders.
import type { ReplicaDocument, SearchQuery } from '../src/modules/search/index.ts';

const NO_FILTERS = { page: 1, size: 24, sort: 'relevance' as const, categories: [], brands: [], sellers: [] };
const COMMON_WORDS = ['black', 'white', 'blue', 'small', 'large', 'steel', 'cotton', 'wireless', 'set', 'kids', 'pack'];

/** One query of a kind, about the product drawn. */
const KINDS: Record<string, { share: number; make: (about: ReplicaDocument, random: () => number) => SearchQuery }> = {
  'head, one word': { share: 0.2, make: (about, random) => plain(headWord(about, random)) },
  'two common words': { share: 0.15, make: (about, random) => plain(`${pick(COMMON_WORDS, random)} ${noun(about)}`) },
  'tail, words of a title': { share: 0.25, make: (about, random) => plain(titleWords(about, random, 3)) },
  'one slip': { share: 0.1, make: (about, random) => plain(slipIn(titleWords(about, random, 2), random)) },
  'unfinished word': { share: 0.1, make: (about, random) => plain(unfinished(titleWords(about, random, 2), random)) },
  'filters with facets': { share: 0.08, make: filtered },
  'a category, filtered': { share: 0.05, make: (about, random) => ({ ...filtered(about, random), term: '' }) },
  'by price': {
    share: 0.07,
    make: (about, random) => ({ ...plain(headWord(about, random)), sort: random() < 0.5 ? 'price_asc' : 'price_desc' }),
  },
};

export type TimedQuery = { kind: string; query: SearchQuery };

export function drawQueries(samples: ReplicaDocument[], count: number, random: () => number): TimedQuery[] {
  return Array.from({ length: count }, () => {
    let rest = random();
    const [kind, { make }] =
      Object.entries(KINDS).find(([, { share }]) => {
        rest -= share;
        return rest < 0;
      }) ?? (Object.entries(KINDS)[0] as [string, (typeof KINDS)[string]]);
    return { kind, query: make(pick(samples, random), random) };
  });
}

/** What is typed on the way to a title's words. */
export function drawPrefixes(samples: ReplicaDocument[], count: number, random: () => number): string[] {
  return Array.from({ length: count }, () => {
    const words = titleWords(pick(samples, random), random, 2);
    return words.slice(0, 1 + Math.floor(random() * words.length));
  });
}

function plain(term: string): SearchQuery {
  return { ...NO_FILTERS, term };
}

function headWord(about: ReplicaDocument, random: () => number): string {
  return random() < 0.3 ? pick(COMMON_WORDS, random) : noun(about);
}

function noun(about: ReplicaDocument): string {
  return (about.category.at(-1) ?? 'gift').toLowerCase();
}

function filtered(about: ReplicaDocument, random: () => number): SearchQuery {
  return {
    ...plain(headWord(about, random)),
    categories: [about.category.slice(0, 1 + Math.floor(random() * about.category.length)).join(' > ')],
    ...(random() < 0.5 && { minPriceMinor: 1_000, maxPriceMinor: 5_000 }),
    ...(random() < 0.5 && { minRating: 3 }),
    ...(random() < 0.3 && about.brand !== null && { brands: [about.brand] }),
    inStock: random() < 0.5,
  };
}

function titleWords(about: ReplicaDocument, random: () => number, most: number): string {
  const words = about.title
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2);
  const count = Math.min(words.length, 1 + Math.floor(random() * most));
  const first = Math.floor(random() * (words.length - count + 1));
  return words.slice(first, first + count).join(' ');
}

function slipIn(term: string, random: () => number): string {
  const at = Math.floor(random() * (term.length - 1));
  return term.slice(0, at) + term.charAt(at + 1) + term.charAt(at) + term.slice(at + 2);
}

function unfinished(term: string, random: () => number): string {
  return term.slice(0, Math.max(2, term.length - 1 - Math.floor(random() * 3)));
}

function pick<T>(list: T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}
