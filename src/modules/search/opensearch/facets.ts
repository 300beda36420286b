// Facets as aggregations, and back to what pages show. Counts of brands, sellers and categories beyond a shard's most common
// ones are estimates, as everywhere in OpenSearch: each shard names its own first ones.
import { PRICE_STEP_COUNT } from '../engine/columns.ts';
import { priceFacet } from '../engine/facets.ts';
import { isWithin } from '../engine/filters.ts';
import { fold } from '../engine/text.ts';
import type { Facets, FacetValue, SearchQuery } from '../query.ts';
import { categoryLevelField, readFacetText, shownDepths } from './facet-values.ts';
import { allOf, filtersBut, type LiftedFilters } from './filters.ts';
import type { Body } from './server.ts';

const MAX_FACET_VALUES = 30;
/** Spellings of one value count apart until they are added up here. */
const MAX_SPELLINGS = 100;
const RATING_STEPS = [4, 3, 2, 1];

export type TermBuckets = { buckets: { key: string; doc_count: number }[] };
type Counted<Values> = { values: Values };
/** `chosen`: of those that were chosen, which need not be among the most common. */
type Chosen = Counted<TermBuckets> & { chosen?: Counted<TermBuckets> };
export type FacetsAnswer = {
  /** A level each, by its field. */
  category: Record<string, TermBuckets> & { chosen?: Counted<TermBuckets> };
  brand: Chosen;
  seller: Chosen;
  price: Counted<{ buckets: { key: number; doc_count: number }[] }>;
  rating: Counted<{ buckets: { from: number; doc_count: number }[] }>;
};

export function facetAggregations(query: SearchQuery, lifted: LiftedFilters): Body {
  const counted = (but: keyof LiftedFilters | null, aggs: Body) => ({ filter: allOf(filtersBut(lifted, but)), aggs });
  const values = (field: string) => ({ terms: { field, size: MAX_SPELLINGS } });
  const chosen = (keyField: string, keys: string[], aggs: Body) =>
    keys.length === 0 ? {} : { chosen: { filter: { terms: { [keyField]: keys } }, aggs: { values: aggs } } };
  const { categories, brands, sellers } = query;
  return {
    category: counted(null, {
      ...Object.fromEntries(
        shownDepths(categories)
          .map(categoryLevelField)
          .map((field) => [field, values(field)]),
      ),
      ...chosen('ownCategoryKey', categories.map(fold), values('ownCategory')),
    }),
    brand: counted('brand', {
      values: values('brandFacet'),
      ...chosen('brandKey', brands.map(fold), values('brandFacet')),
    }),
    seller: counted('seller', { values: values('sellerFacet'), ...chosen('sellerId', sellers, values('sellerFacet')) }),
    price: counted('price', { values: { terms: { field: 'priceStep', size: PRICE_STEP_COUNT } } }),
    rating: counted('rating', {
      values: { range: { field: 'stars', ranges: RATING_STEPS.map((from) => ({ from })) } },
    }),
  };
}

export function readFacets({ category, brand, seller, price, rating }: FacetsAnswer, query: SearchQuery): Facets {
  const priceSteps = new Uint32Array(PRICE_STEP_COUNT);
  for (const { key, doc_count: count } of price.values.buckets) priceSteps[key] = count;
  const atLeast = new Map(rating.values.buckets.map(({ from, doc_count: count }) => [from, count]));
  return {
    category: categoryFacet(category, query.categories),
    brand: valueFacet(brand, query.brands.map(fold), query.brands),
    seller: valueFacet(seller, query.sellers, query.sellers),
    price: priceFacet(priceSteps),
    rating: RATING_STEPS.map((min) => ({ min, count: atLeast.get(min) ?? 0 })),
  };
}

export function emptyFacets(query: SearchQuery): Facets {
  const none = { values: { buckets: [] } };
  return readFacets({ category: {}, brand: none, seller: none, price: none, rating: none }, query);
}

/** The next level below what is chosen, or the first level; and what products are in themselves of what is chosen. */
function categoryFacet({ chosen, ...levels }: FacetsAnswer['category'], categories: string[]): FacetValue[] {
  const ancestors = categories.map(fold);
  const found = shownDepths(categories).flatMap((depth) => [
    ...readValues(levels[categoryLevelField(depth)] ?? { buckets: [] }),
  ]);
  // A level is counted for all that was chosen; of a deeper choice it holds what was chosen itself.
  const below = found.filter(
    ([key]) => ancestors.length === 0 || ancestors.some((ancestor) => key !== ancestor && isWithin(key, ancestor)),
  );
  const own = chosen ? [...readValues(chosen.values)] : [];
  return [...new Map([...below, ...own]).values()].sort(compareValues).slice(0, MAX_FACET_VALUES);
}

/** What was chosen stays in sight, so that it can be taken back, also where nothing has it. */
function valueFacet({ values, chosen }: Chosen, keys: string[], typed: string[]): FacetValue[] {
  const found = readValues(values);
  const asked = chosen ? readValues(chosen.values) : found;
  const pinned = keys.map((key, at) => {
    const value = typed[at] as string;
    return asked.get(key) ?? found.get(key) ?? { value, label: value, count: 0 };
  });
  for (const key of keys) found.delete(key);
  const others = [...found.values()].sort(compareValues).slice(0, MAX_FACET_VALUES);
  return [...pinned, ...others].sort(compareValues);
}

/** By what they are compared by; the most common spelling is shown. */
export function readValues({ buckets }: TermBuckets): Map<string, FacetValue> {
  const found = new Map<string, FacetValue>();
  for (const { key: text, doc_count: count } of buckets) {
    const { key, value, label } = readFacetText(text);
    const known = found.get(key);
    if (known) known.count += count;
    else found.set(key, { value, label, count });
  }
  return found;
}

function compareValues(a: FacetValue, b: FacetValue): number {
  return b.count - a.count || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
}
