// From an understood query to what OpenSearch is asked. Each group of terms is one thing that was asked for, in any spelling.
//
// Matching is the engine's. Ranking follows its rules with OpenSearch's means: BM25 by field instead of over all fields, the signs
// of the title as further clauses for all results instead of a second look at the best 200. Not there: which kind most of the best
// results are of, nouns before other nouns ("camera" in "camera battery"), and brevity.
import { RERANK_WEIGHTS } from '../engine/rerank.ts';
import type { Group } from '../engine/understand.ts';
import { termName, type Vocabulary } from '../engine/vocabulary.ts';
import { TEXT_FIELDS, WORDS_ANALYZER } from './mapping.ts';
import type { Body } from './server.ts';

/** A word in a second field says a little more. */
const OTHER_FIELDS_SHARE = 0.3;
/** Who misses a word ranks below everybody who has all: more than any score. */
const MISSING_PENALTY = 1_000;
/** BM25 in the title counts thrice its idf, where the engine's impacts count once. */
const SCORE_OF_IDF = TEXT_FIELDS.title.weight;
/** A tenth of that, and 0.15 of it, as in the engine. */
const ESTEEM_WEIGHT = 0.3;
const IN_STOCK_BONUS = 0.45;

/** Of all groups together. Each asks six fields, and OpenSearch refuses a query of more than 1,024 parts. */
const MAX_ALTERNATIVES = 96;

/** Stems, of which a product must have all. */
export type WordAlternative = { stems: string[]; weight: number };
export type WordGroup = { alternatives: WordAlternative[]; idf: number };

export function wordGroups(vocabulary: Vocabulary, groups: Group[]): WordGroup[] {
  const most = Math.max(1, Math.floor(MAX_ALTERNATIVES / groups.length));
  return groups.map(({ alternatives, idf }) => ({
    idf,
    alternatives: alternatives.slice(0, most).map(({ term, also = [], weight }) => ({
      stems: [term, ...also].map((one) => termName(vocabulary, one)),
      weight,
    })),
  }));
}

/** Has the product this thing at all? Without a score. */
export function groupFilter({ alternatives }: WordGroup, field: 'words' | 'title' = 'words'): Body {
  const single = alternatives.flatMap(({ stems }) => (stems.length === 1 ? stems : []));
  const several = alternatives.filter(({ stems }) => stems.length > 1);
  const should = [
    ...(single.length === 0 ? [] : [{ terms: { [field]: single } }]),
    ...several.map(({ stems }) => ({
      bool: { filter: stems.map((stem) => ({ term: { [field]: { value: stem } } })) },
    })),
  ];
  return { bool: { should, minimum_should_match: 1 } };
}

/** `missing`: so many of the groups a product may lack. */
export function termQuery(
  groups: WordGroup[],
  head: number,
  missing: number,
  filter: Body[],
  denied: string[] = [],
): Body {
  const scored = groups.map(scoredGroup);
  const fits = groups.map((group) => ({ constant_score: { filter: groupFilter(group), boost: MISSING_PENALTY } }));
  const words =
    missing === 0
      ? scored
      : [
          {
            bool: {
              should: [...scored.map((group, at) => ({ bool: { must: [group, fits[at] as Body] } }))],
              minimum_should_match: groups.length - missing,
            },
          },
        ];
  return {
    function_score: {
      query: { bool: { must: words, should: titleClauses(groups, head, denied), filter } },
      functions: [
        { field_value_factor: { field: 'esteem', factor: ESTEEM_WEIGHT, missing: 0 } },
        { filter: { term: { soldOut: { value: false } } }, weight: IN_STOCK_BONUS },
      ],
      score_mode: 'sum',
      boost_mode: 'sum',
    },
  };
}

/** How many products have at least so many of the groups: by how many they lack. */
export function lackingFilters(groups: WordGroup[]): Record<string, Body> {
  const should = groups.map((group) => groupFilter(group));
  return Object.fromEntries(
    groups.map((_, missing) => [String(missing), { bool: { should, minimum_should_match: groups.length - missing } }]),
  );
}

export function groupName(at: number): string {
  return `group-${at}`;
}

function scoredGroup({ alternatives }: WordGroup, at: number): Body {
  const queries = alternatives.map(({ stems, weight }) =>
    stems.length === 1
      ? scoredStem(stems[0] as string, weight)
      : { bool: { must: stems.map((stem) => scoredStem(stem, weight / stems.length)) } },
  );
  return { dis_max: { queries, _name: groupName(at) } };
}

/** Over all fields as if they were one, so that a word rare in titles and common elsewhere is common. */
function scoredStem(stem: string, weight: number): Body {
  return {
    multi_match: {
      query: stem,
      type: 'cross_fields',
      fields: Object.entries(TEXT_FIELDS).map(([name, field]) => `${name}^${field.weight}`),
      analyzer: WORDS_ANALYZER,
      tie_breaker: OTHER_FIELDS_SHARE,
      boost: weight,
    },
  };
}

/** The signs that a product is the thing itself, with the engine's weights: those are shares of a perfect score. */
function titleClauses(groups: WordGroup[], head: number, denied: string[]): Body[] {
  const whole = groups.reduce((sum, { idf }) => sum + idf, 0);
  const scale = (SCORE_OF_IDF * whole) / RERANK_WEIGHTS.words;
  const sign = (filter: Body, weight: number): Body => ({ constant_score: { filter, boost: round(weight * scale) } });
  // Of a phrase the last word names the thing.
  const things = groups[head]?.alternatives.map(({ stems }) => stems.at(-1) as string) ?? [];
  const all = [...new Set(groups.flatMap(stemsOf))];
  return [
    ...groups.map((group) => sign(groupFilter(group, 'title'), (RERANK_WEIGHTS.coverage * group.idf) / (whole || 1))),
    ...neighbours(groups).map((phrase) =>
      sign(
        { match_phrase: { title: { query: phrase, analyzer: WORDS_ANALYZER } } },
        RERANK_WEIGHTS.adjacent / (groups.length - 1),
      ),
    ),
    sign({ terms: { head: things } }, RERANK_WEIGHTS.head),
    sign({ terms: { headLast: things } }, RERANK_WEIGHTS.headLast),
    sign({ terms: { kindHead: things } }, RERANK_WEIGHTS.kindHead),
    // A score cannot be taken away from, so all that are no accessory get more.
    sign({ bool: { must_not: [{ terms: { accessoryFor: things } }] } }, -RERANK_WEIGHTS.accessory),
    ...titlesWithout(denied).map((filter) => sign(filter, -RERANK_WEIGHTS.denied)),
    sign(
      { terms_set: { brandStems: { terms: all, minimum_should_match_field: 'brandStemCount' } } },
      RERANK_WEIGHTS.brand,
    ),
  ];
}

/** Titles that do not have these words or deny them, and of these again those that deny them. */
function titlesWithout(denied: string[]): Body[] {
  if (denied.length === 0) return [];
  const said = denied.join(' ');
  const denials = [`without ${said}`, `no ${said}`, `non ${said}`, `${said} free`].map((phrase) => ({
    match_phrase: { title: { query: phrase, analyzer: WORDS_ANALYZER } },
  }));
  const all = { bool: { filter: denied.map((stem) => ({ term: { title: { value: stem } } })) } };
  return [
    { bool: { should: [{ bool: { must_not: [all] } }, ...denials], minimum_should_match: 1 } },
    { bool: { should: denials, minimum_should_match: 1 } },
  ];
}

function stemsOf(group: WordGroup | undefined): string[] {
  return group ? group.alternatives.flatMap(({ stems }) => stems) : [];
}

/** Each two groups as they were typed. */
function neighbours(groups: WordGroup[]): string[] {
  const typed = groups.map(({ alternatives }) => alternatives[0]?.stems.join(' ') ?? '');
  return typed.slice(1).map((word, at) => `${typed[at]} ${word}`);
}

function round(value: number): number {
  return Math.max(0.001, Math.round(value * 1_000) / 1_000);
}
