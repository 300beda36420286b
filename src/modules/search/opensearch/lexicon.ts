// The words that queries need, asked of the index and kept for a while: the understanding of queries is the engine's own, over a
// vocabulary that holds what it needs for them instead of all words of the shop.
import { type Knowledge, openKnowledge } from '../engine/knowledge.ts';
import { openState, type SearchState } from '../engine/state.ts';
import { internWord, stemOf, termOf } from '../engine/vocabulary.ts';
import { literal } from './facet-values.ts';
import { type Body, type SearchServer, searchIndex } from './server.ts';

/** About 10 MB; then it is forgotten and asked for anew. */
const MAX_STRINGS = 100_000;
/** Rarer words may become common with the next product, so they are asked for every time; so fresh are all others. */
export const RARE_PRODUCTS = 3;
const KNOWN_MS = 5 * 60_000;
const MAX_SUGGESTIONS = 20;
const MAX_BEGINNINGS = 50;
/** Of each shard, the products whose titles say how a beginning goes on. */
const SAMPLED_PRODUCTS = 2_000;

type CountsAnswer = { aggregations: { words: { buckets: Record<string, { doc_count: number }> } } };
export type BeginningsAnswer = {
  aggregations?: { sample: { words: { buckets: { key: string; doc_count: number }[] } } };
};
type NeighboursAnswer = BeginningsAnswer & {
  suggest?: Record<string, { options: { text: string; freq: number }[] }[]>;
};

export type Lexicon = {
  server: SearchServer;
  alias: string;
  knowledge: Knowledge;
  state: SearchState;
  /** By stem, when its count was asked for last. */
  askedAtMs: Map<string, number>;
};

export function openLexicon(server: SearchServer, alias: string): Lexicon {
  const knowledge = openKnowledge();
  return { server, alias, knowledge, state: openState(knowledge), askedAtMs: new Map() };
}

/** Starts anew when it has grown large; a query takes the state once and keeps to it. */
export function currentState(lexicon: Lexicon): SearchState {
  if (lexicon.state.vocabulary.strings.count > MAX_STRINGS) {
    const { count } = lexicon.state.products;
    lexicon.state = openState(lexicon.knowledge);
    lexicon.state.products.count = count;
    lexicon.askedAtMs = new Map();
  }
  return lexicon.state;
}

/** Makes the words known with the number of products that have them; in one request, or none where all are known. */
export async function learnCounts(lexicon: Lexicon, state: SearchState, words: string[]): Promise<void> {
  const { askedAtMs } = lexicon;
  const nowMs = performance.now();
  const stems = new Set(words.map(stemOf));
  const unknown = [...stems].filter((stem) => nowMs - (askedAtMs.get(stem) ?? Number.NEGATIVE_INFINITY) > KNOWN_MS);
  if (unknown.length === 0) return;
  const counts = await countStems(lexicon, unknown);
  for (const word of words) {
    const count = counts.get(stemOf(word));
    if (count === undefined) continue;
    setProducts(state, word, count);
    if (count >= RARE_PRODUCTS) askedAtMs.set(stemOf(word), nowMs);
  }
}

/** Words that are a slip or two away from these, and how the last one may go on. */
export async function learnNeighbours(
  lexicon: Lexicon,
  state: SearchState,
  words: string[],
  beginning: string | undefined,
): Promise<void> {
  const { server, alias } = lexicon;
  const answer = await searchIndex<NeighboursAnswer>(server, alias, neighboursBody(words, beginning));
  for (const [entry] of Object.values(answer.suggest ?? {})) {
    for (const { text, freq } of entry?.options ?? []) learnWritten(lexicon, state, text, freq);
  }
  for (const { key, doc_count: count } of answer.aggregations?.sample.words.buckets ?? []) {
    const wordId = learnWritten(lexicon, state, key, count);
    state.vocabulary.seenInTitle[wordId] = count;
  }
}

export function countsBody(stems: string[]): Body {
  const filters = Object.fromEntries(stems.map((stem, at) => [String(at), { term: { words: { value: stem } } }]));
  return { size: 0, track_total_hits: false, aggs: { words: { filters: { filters } } } };
}

/** The suggester compares with titles, brands and kinds alone: a word that only descriptions have corrects nothing. */
export function neighboursBody(words: string[], beginning: string | undefined): Body {
  const suggest = Object.fromEntries(
    words.map((word, at) => [
      String(at),
      {
        text: word,
        // As the engine does it: a swapped pair is one slip, the first letter may be wrong too.
        term: {
          field: 'written',
          suggest_mode: 'always',
          max_edits: word.length < 6 ? 1 : 2,
          prefix_length: 0,
          min_word_length: 3,
          // Without it a word that one product in a hundred has is taken for right, in a small shop any word.
          max_term_freq: RARE_PRODUCTS,
          size: MAX_SUGGESTIONS,
          string_distance: 'damerau_levenshtein',
        },
      },
    ]),
  );
  return {
    size: 0,
    track_total_hits: false,
    ...(words.length === 0 ? {} : { suggest }),
    ...(beginning === undefined ? {} : beginningsOf(beginning, [])),
  };
}

/** Which words of titles begin so, among products that pass the filters: what most of the sample have comes first. */
export function beginningsOf(beginning: string, filter: Body[]): Body {
  return {
    query: { bool: { filter: [...filter, { prefix: { written: { value: beginning } } }] } },
    aggs: {
      sample: {
        sampler: { shard_size: SAMPLED_PRODUCTS },
        aggs: {
          words: {
            terms: {
              field: 'completions',
              include: `${literal(beginning)}.*`,
              size: MAX_BEGINNINGS,
              // Otherwise the words of all titles are numbered anew after each refresh, and where none begins so some versions
              // answer with an error (opensearch-project/OpenSearch#19869).
              execution_hint: 'map',
            },
          },
        },
      },
    },
  };
}

async function countStems({ server, alias }: Lexicon, stems: string[]): Promise<Map<string, number>> {
  const answer = await searchIndex<CountsAnswer>(server, alias, countsBody(stems));
  return new Map(stems.map((stem, at) => [stem, answer.aggregations.words.buckets[at]?.doc_count ?? 0]));
}

/** A spelling's own count stands for its stem's until the stem is asked for: too low at worst. */
function learnWritten(lexicon: Lexicon, state: SearchState, word: string, count: number): number {
  const { vocabulary } = state;
  const wordId = internWord(vocabulary, word);
  vocabulary.seen[wordId] = Math.max(vocabulary.seen[wordId] as number, count);
  const term = vocabulary.termOfWord[wordId] as number;
  if (!lexicon.askedAtMs.has(stemOf(word)))
    vocabulary.productsOfTerm[term] = Math.max(vocabulary.productsOfTerm[term] as number, count);
  return wordId;
}

function setProducts(state: SearchState, word: string, count: number): void {
  const { vocabulary } = state;
  // A word that nothing has is no spelling to correct others to.
  const term = count > 0 ? vocabulary.termOfWord[internWord(vocabulary, word)] : termOf(vocabulary, word);
  if (term !== undefined) vocabulary.productsOfTerm[term] = count;
}
