// The shop's most common brands and categories, for suggestions: asked for every few minutes and kept in memory, some MB however
// many products there are. A rarer brand is found by its products, but not suggested.
import type { API, Client } from '@opensearch-project/opensearch';
import { fold, wordsOf } from '../engine/text.ts';
import type { FacetValue, Suggestion } from '../query.ts';
import { readValues, type TermBuckets } from './facets.ts';
import { type Body, WRITE_WITHIN_MS } from './server.ts';

const MAX_VALUES = 10_000;

type NamedValue = FacetValue & { words: string[] };
/** The ones with most products first. */
export type ValueTables = { brand: NamedValue[]; category: NamedValue[]; documents: number };

export function openValueTables(): ValueTables {
  return { brand: [], category: [], documents: 0 };
}

type ValuesAnswer = {
  hits: { total: { value: number } };
  aggregations: { brand: TermBuckets; category: TermBuckets };
};

function valueTablesBody(): Body {
  return {
    size: 0,
    track_total_hits: true,
    aggs: {
      brand: { terms: { field: 'brandFacet', size: MAX_VALUES } },
      category: { terms: { field: 'ownCategory', size: MAX_VALUES } },
    },
  };
}

/** Nobody waits for it, and over ten million products it may take seconds. */
export async function loadValueTables(client: Client, alias: string): Promise<ValueTables> {
  const { body } = await client.search(
    { index: alias, body: valueTablesBody() as API.Search_RequestBody },
    { requestTimeout: WRITE_WITHIN_MS },
  );
  const { hits, aggregations } = body as unknown as ValuesAnswer;
  return {
    documents: hits.total.value,
    brand: named(readValues(aggregations.brand)),
    category: named(readValues(aggregations.category)),
  };
}

function named(values: Map<string, FacetValue>): NamedValue[] {
  return [...values.values()]
    .map((value) => ({ ...value, words: wordsOf(fold(value.label)).words }))
    .sort((a, b) => b.count - a.count);
}

/** Values of which every typed word begins a word. */
export function valueSuggestions(
  values: NamedValue[],
  typed: string[],
  kind: 'category' | 'brand',
  limit: number,
): Suggestion[] {
  const found: Suggestion[] = [];
  for (const { value, label, words } of values) {
    if (found.length === limit) break;
    if (!typed.every((one) => words.some((word) => word.startsWith(one)))) continue;
    found.push({ text: label, kind, url: `/search/?${kind}=${encodeURIComponent(value.toWellFormed())}` });
  }
  return found;
}
