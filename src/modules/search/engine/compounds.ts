// Compounds, together and apart: "door bell" and doorbell, "tn 2110" and tn2110, iphone11 and "iphone 11".
import { productsWithTerm, type SearchState } from './state.ts';
import { joinWords } from './text.ts';
import { termOf, wordIdOf } from './vocabulary.ts';

const MIN_JOINED_LETTERS = 6;
const MIN_SPLIT_LETTERS = 7;
const MIN_PART_LETTERS = 3;
/** Both halves of a compound are words that this many products use; otherwise any word would fall apart into debris. */
const MIN_PART_PRODUCTS = 5;

/** The word at this place joined with its neighbours, where products write it so. */
export function joinedTerms(state: SearchState, words: string[], at: number): number[] {
  const spans = [
    [at - 1, at],
    [at, at + 1],
    [at - 2, at],
    [at - 1, at + 1],
    [at, at + 2],
  ] as const;
  const terms: number[] = [];
  for (const [from, to] of spans) {
    if (from < 0 || to >= words.length) continue;
    const joined = words.slice(from, to + 1).reduce(joinWords);
    if (/^[a-z]*$/.test(joined) && joined.length < MIN_JOINED_LETTERS) continue;
    const wordId = writtenAs(state, joined);
    const term = wordId === undefined ? undefined : (state.vocabulary.termOfWord[wordId] as number);
    if (term !== undefined && productsWithTerm(state, term) > 0 && !terms.includes(term)) terms.push(term);
  }
  return terms;
}

/** In either number. By its stem alone "chair red" would be a past tense of chair. */
function writtenAs({ vocabulary }: SearchState, joined: string): number | undefined {
  const other = joined.endsWith('s') ? joined.slice(0, -1) : `${joined}s`;
  return wordIdOf(vocabulary, joined) ?? wordIdOf(vocabulary, other);
}

/** The word's two parts, where products know both. */
export function splitTerms(state: SearchState, word: string): [number, number] | undefined {
  const code = /^(?:([a-z]+)([0-9.]+)|([0-9.]+)([a-z]+))$/.exec(word);
  if (code) {
    const left = partOf(state, code[1] ?? code[3] ?? '');
    const right = partOf(state, code[2] ?? code[4] ?? '');
    return left && right ? [left.term, right.term] : undefined;
  }
  if (word.length < MIN_SPLIT_LETTERS || !/^[a-z]+$/.test(word)) return undefined;
  let best: { terms: [number, number]; products: number } | undefined;
  for (let cut = MIN_PART_LETTERS; cut <= word.length - MIN_PART_LETTERS; cut++) {
    const left = partOf(state, word.slice(0, cut));
    const right = partOf(state, word.slice(cut));
    if (!left || !right) continue;
    const products = Math.min(left.products, right.products);
    if (products >= MIN_PART_PRODUCTS && products > (best?.products ?? 0)) {
      best = { terms: [left.term, right.term], products };
    }
  }
  return best?.terms;
}

function partOf(state: SearchState, part: string): { term: number; products: number } | undefined {
  const term = termOf(state.vocabulary, part);
  const products = term === undefined ? 0 : productsWithTerm(state, term);
  return term === undefined || products === 0 ? undefined : { term, products };
}
