// One search, from the term to the page of results: at most two requests for words that are not known yet, one for the results,
// two more where hardly any product has all words.
import type { ReplicaDocument } from '../document.ts';
import { correctWord, exchangeWord } from '../engine/correct.ts';
import { explainWords, rounded } from '../engine/explain.ts';
import { withPrice } from '../engine/prices.ts';
import { ENOUGH_RESULTS } from '../engine/relax.ts';
import { FAR_MORE, FEW_RESULTS, MIN_RESPELLED_LETTERS } from '../engine/respell.ts';
import type { SearchState } from '../engine/state.ts';
import type { Understood } from '../engine/understand.ts';
import { stemOf, termName } from '../engine/vocabulary.ts';
import { type Explanation, MAX_PAGE_SIZE, MAX_RANKED_RESULTS, type SearchQuery, type SearchResult } from '../query.ts';
import { emptyFacets, type FacetsAnswer, facetAggregations, readFacets } from './facets.ts';
import { allOf, filtersBut, fixedFilters, liftedFilters } from './filters.ts';
import type { Lexicon } from './lexicon.ts';
import { groupFilter, groupName, lackingFilters, termQuery, type WordGroup, wordGroups } from './query-body.ts';
import { type Body, searchIndex } from './server.ts';
import { understandWith } from './understand-query.ts';

const SORTS: Record<SearchQuery['sort'], Body[]> = {
  relevance: [{ _score: 'desc' }, { productId: 'asc' }],
  price_asc: [{ priceMinor: 'asc' }, { productId: 'asc' }],
  price_desc: [{ priceMinor: 'desc' }, { productId: 'asc' }],
  rating: [{ stars: 'desc' }, { esteem: 'desc' }, { productId: 'asc' }],
  newest: [{ createdAtMs: 'desc' }, { productId: 'asc' }],
};
/** Where nothing was asked for, nothing sold out comes before anything that can be bought. */
const BROWSE: Body[] = [{ soldOut: 'asc' }, { esteem: 'desc' }, { productId: 'asc' }];

type Hit = { _id: string; _score: number | null; _source: { document: ReplicaDocument }; matched_queries?: string[] };
type SearchAnswer = {
  hits: { total: { value: number }; hits: Hit[] };
  aggregations: FacetsAnswer & { fitting?: { doc_count: number } };
};
type LackingAnswer = { aggregations: { lacking: { buckets: Record<string, { doc_count: number }> } } };

/** `matched`: with the words, whatever the filters say; counted no further than it matters. */
type Run = {
  query: SearchQuery;
  state: SearchState;
  understood: Understood;
  answer: SearchAnswer | null;
  matched: number;
  fitting: number;
  leftOut: number;
};

export async function searchProducts(lexicon: Lexicon, asked: SearchQuery): Promise<SearchResult> {
  const startedAt = performance.now();
  const { query, state, understood, answer, fitting, leftOut } = await runCorrected(lexicon, asked);
  const hits = answer?.hits.hits ?? [];
  const first = fitting === 0 ? hits[0] : undefined;
  return {
    correctedTerm: understood.correctedTerm,
    unknownWords: understood.unknownWords,
    relaxedWords: first ? understood.words.filter((_, at) => !first.matched_queries?.includes(groupName(at))) : [],
    price: understood.price,
    currency: state.knowledge.currency,
    fitting,
    leftOut: fitting === 0 ? leftOut : 0,
    total: answer?.hits.total.value ?? 0,
    items: hits.map((hit) => hit._source.document),
    facets: answer ? readFacets(answer.aggregations, query) : emptyFacets(query),
    tookMs: Math.round((performance.now() - startedAt) * 100) / 100,
    ...(query.explain ? { explanation: explain(state, understood, hits) } : {}),
  };
}

/** The term, or a likelier spelling of it that finds far more. */
async function runCorrected(lexicon: Lexicon, asked: SearchQuery): Promise<Run> {
  const typed = await runNear(lexicon, asked);
  if (asked.exact || typed.understood.groups.length === 0 || typed.matched > FEW_RESULTS) return typed;
  const respelled = await respell(lexicon, typed);
  const other = respelled === undefined ? undefined : await run(lexicon, typed.query, respelled);
  if (!other || other.matched < FAR_MORE * Math.max(1, typed.matched)) return typed;
  const { price } = typed.understood;
  return { ...other, understood: { ...other.understood, correctedTerm: respelled ?? null, price } };
}

/** The term; where nothing costs about the one price that it names, whatever it costs. */
async function runNear(lexicon: Lexicon, asked: SearchQuery): Promise<Run> {
  const near = await run(lexicon, asked, asked.term);
  const { price, text } = near.understood;
  const total = near.answer?.hits.total.value ?? 0;
  if (!price?.isNear || total > 0 || near.matched === 0) return near;
  const any = await run(lexicon, asked, text);
  return { ...any, understood: { ...any.understood, price: { text: price.text } } };
}

async function run(lexicon: Lexicon, asked: SearchQuery, term: string): Promise<Run> {
  const { state, understood } = await understandWith(lexicon, term, asked.exact ?? false);
  const query = withPrice(asked, understood.price);
  const known = { query, state, understood };
  if (understood.text === '') {
    const answer = await find(lexicon, browseBody(query));
    return { ...known, answer, matched: answer.hits.total.value, fitting: answer.hits.total.value, leftOut: 0 };
  }
  // Nothing that was asked for is known to any product.
  if (understood.groups.length === 0) return { ...known, answer: null, matched: 0, fitting: 0, leftOut: 0 };
  const groups = wordGroups(state.vocabulary, understood.groups);
  const denied = understood.denied.map((term) => termName(state.vocabulary, term));
  const answer = await find(lexicon, termBody(query, groups, understood.head, 0, denied));
  const fitting = answer.hits.total.value;
  const enough = query.sort === 'relevance' ? ENOUGH_RESULTS : 1;
  if (fitting >= enough) return { ...known, answer, matched: fitting, fitting, leftOut: 0 };
  const { missing, matched, complete } = await mayLack(lexicon, groups, enough);
  const leftOut = Math.max(0, complete - fitting);
  if (missing === 0) return { ...known, answer, matched, fitting, leftOut };
  const relaxed = await find(lexicon, termBody(query, groups, understood.head, missing, denied));
  return { ...known, answer: relaxed, matched, fitting: relaxed.aggregations.fitting?.doc_count ?? 0, leftOut };
}

/** The fewest words that products must be allowed to lack to be enough, and how many lack none; the filters have no say in that. */
async function mayLack(
  { server, alias }: Lexicon,
  groups: WordGroup[],
  enough: number,
): Promise<{ missing: number; matched: number; complete: number }> {
  const filters = lackingFilters(groups);
  const { aggregations } = await searchIndex<LackingAnswer>(server, alias, {
    size: 0,
    track_total_hits: false,
    aggs: { lacking: { filters: { filters } } },
  });
  const counts = groups.map((_, missing) => aggregations.lacking.buckets[missing]?.doc_count ?? 0);
  const found = counts.findIndex((count) => count >= enough);
  const most = found === -1 ? counts.length - 1 : found;
  // No further than it helps.
  const missing = counts.indexOf(counts[most] as number);
  return { missing, matched: counts[missing] as number, complete: counts[0] as number };
}

function find({ server, alias }: Lexicon, body: Body): Promise<SearchAnswer> {
  return searchIndex<SearchAnswer>(server, alias, body);
}

export function browseBody(query: SearchQuery): Body {
  return {
    ...pageBody(query, query.sort === 'relevance' ? BROWSE : SORTS[query.sort]),
    query: allOf(fixedFilters(query)),
  };
}

export function termBody(
  query: SearchQuery,
  groups: WordGroup[],
  head: number,
  missing: number,
  denied: string[] = [],
): Body {
  const page = pageBody(query, SORTS[query.sort]);
  const every = allOf([...groups.map((group) => groupFilter(group)), ...filtersBut(liftedFilters(query), null)]);
  return {
    ...page,
    query: termQuery(groups, head, missing, fixedFilters(query), denied),
    ...(missing === 0 ? {} : { aggs: { ...page.aggs, fitting: { filter: every } } }),
  };
}

function pageBody(query: SearchQuery, sort: Body[]): Body & { aggs: Body } {
  const size = Math.max(1, Math.min(MAX_PAGE_SIZE, Math.floor(query.size)));
  const first = Math.min(MAX_RANKED_RESULTS, (Math.max(1, Math.floor(query.page)) - 1) * size);
  const lifted = liftedFilters(query);
  return {
    from: first,
    size: Math.min(size, MAX_RANKED_RESULTS - first),
    track_total_hits: true,
    _source: ['document'],
    sort,
    // Behind the counting: what a facet lifts must not keep its values from being counted.
    post_filter: allOf(filtersBut(lifted, null)),
    aggs: facetAggregations(query, lifted),
  };
}

/** The text with a rare word exchanged for a common one that is a slip away; a word of a title is a word of this shop. */
async function respell(lexicon: Lexicon, { state, understood }: Run): Promise<string | undefined> {
  const text = understood.correctedTerm ?? understood.text;
  for (const word of understood.rareWords) {
    if (word.length < MIN_RESPELLED_LETTERS) continue;
    const correction = correctWord(state, word, FAR_MORE);
    if (correction?.slips !== 1 || (await standsInTitle(lexicon, word))) continue;
    return exchangeWord(text, word, correction.word);
  }
  return undefined;
}

async function standsInTitle({ server, alias }: Lexicon, word: string): Promise<boolean> {
  const query = { term: { title: { value: stemOf(word) } } };
  const { hits } = await searchIndex<{ hits: { hits: Hit[] } }>(server, alias, { size: 1, _source: false, query });
  return hits.hits.length > 0;
}

/** OpenSearch adds the parts up by itself, so there is one. */
function explain(state: SearchState, understood: Understood, hits: Hit[]): Explanation {
  return {
    ...explainWords(state, understood),
    brands: [],
    scores: hits.flatMap(({ _id, _score }) =>
      _score === null
        ? []
        : [{ productId: Number(_id), score: rounded(_score), parts: { opensearch: rounded(_score) } }],
    ),
  };
}
