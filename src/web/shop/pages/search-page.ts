// Search results: what was found, ways to narrow it, and what to do when there is nothing.

import { type Html, type HtmlValue, html, nothing, raw } from '../../../lib/html.ts';
import type { FacetValue, SearchQuery, SearchResult, SearchSort } from '../../../modules/search/index.ts';
import { CATEGORY_SEPARATOR, MAX_RANKED_RESULTS } from '../../../modules/search/index.ts';
import { productGrid } from '../../kit/components/card.ts';
import { countText } from '../../kit/components/count.ts';
import { emptyState } from '../../kit/components/empty-state.ts';
import { facetList } from '../../kit/components/facet-list.ts';
import { pagination } from '../../kit/components/pagination.ts';
import {
  categoryEntries,
  choiceEntries,
  chosenFilters,
  priceEntries,
  priceRangeText,
  ratingEntries,
  stockEntry,
  withoutPriceWords,
} from '../facet-links.ts';
import { EVERYTHING, searchFor, searchUrl } from '../search-url.ts';
import { ageNotice } from './age-notice.ts';
import { explanationPart } from './explanation-part.ts';

const SORTS: readonly { sort: SearchSort; text: string }[] = [
  { sort: 'relevance', text: 'Best match' },
  { sort: 'price_asc', text: 'Cheapest' },
  { sort: 'price_desc', text: 'Dearest' },
  { sort: 'rating', text: 'Top rated' },
  { sort: 'newest', text: 'Newest' },
];

export function searchTitle(query: SearchQuery): string {
  if (query.term !== '') return `Results for “${query.term}”`;
  return query.categories.at(-1)?.split(CATEGORY_SEPARATOR).at(-1) ?? query.brands[0] ?? 'All products';
}

/** `departments` are ideas where else to look, for a search that found nothing. */
export function searchPage(
  query: SearchQuery,
  result: SearchResult,
  departments: readonly FacetValue[],
  ageSeconds: number,
): Html {
  const currency = result.items[0]?.currency ?? result.currency;
  const chosen = chosenFilters(query, result.facets, currency);
  return html`${ageNotice(ageSeconds)}
<div class="page-head"><h1>${searchTitle(query)}</h1></div>
${correction(query, result)}${priceReading(query, result, currency)}${relaxation(query, result)}
<div class="results">
<aside class="facets" aria-label="Narrow the results">${facets(query, result, currency)}</aside>
<section aria-labelledby="results"><h2 class="visually-hidden" id="results">Results</h2>
<div class="results-head"><p class="muted" role="status">${totalText(result.total)}</p>${result.total > 1 ? sorts(query) : nothing}</div>
${chosen.length === 0 ? nothing : html`<ul class="chips">${chosen.map((one) => html`<li><a class="chip" href="${one.href}">${one.text}<span aria-hidden="true">×</span><span class="visually-hidden"> (take off)</span></a></li>`)}</ul>`}
${result.items.length === 0 ? nothingFound(query, result, departments) : productGrid(result.items, 'Products', 'top')}
${pagination({ page: query.page, size: query.size, total: Math.min(result.total, MAX_RANKED_RESULTS) }, (page) => searchUrl({ ...query, page }), 'Pages of results')}
</section>
</div>
${result.explanation ? explanationPart(result.explanation, result.items) : nothing}`;
}

function totalText(total: number): string {
  if (total === 0) return 'No products';
  return total === 1 ? '1 product' : `${countText(total)} products`;
}

function correction(query: SearchQuery, result: SearchResult): Html {
  if (result.correctedTerm === null) return nothing;
  const term = result.price === null ? result.correctedTerm : `${result.correctedTerm} ${result.price.text}`;
  return html`<p>Showing results for <a href="${searchUrl({ ...query, term, page: 1 })}"><strong>${result.correctedTerm}</strong></a>. ${asTyped(query, html`Search for “${query.term}” instead`)}.</p>`;
}

function priceReading(query: SearchQuery, { price }: SearchResult, currency: string): Html {
  if (price === null) return nothing;
  const isAny = price.minPriceMinor === undefined && price.maxPriceMinor === undefined;
  const reading = isAny
    ? html`, and nothing costs about that`
    : html`: ${priceRangeText(price, currency).replace(/^Up/, 'up')}`;
  return html`<p>“${price.text}” is read as a price${reading}. ${asTyped(query, 'Search for all words as typed')}.</p>`;
}

/** What was given up, so that nobody takes the rest for what was asked. */
function relaxation(query: SearchQuery, result: SearchResult): Html {
  const { relaxedWords, unknownWords, fitting, total, leftOut } = result;
  const lines = [
    // Where nothing is found, this is what the whole page says.
    unknownWords.length === 0 || total === 0
      ? nothing
      : html`<p>Nothing here is called ${quoted(unknownWords)}; the other words were searched.</p>`,
    leftOut > 0 ? html`<p>${notLikeThis(query, result)}</p>` : nothing,
    relaxedWords.length === 0 || leftOut > 0
      ? nothing
      : html`<p>No product has all the words. The nearest ones lack ${quoted(relaxedWords)}${without(query, relaxedWords)}.</p>`,
  ];
  if (fitting > 0 && fitting < total) {
    lines.push(
      html`<p class="muted">${totalText(fitting)} ${fitting === 1 ? 'has' : 'have'} all the words; the others lack one or more.</p>`,
    );
  }
  return html`${lines}`;
}

/** What fits is there, at another price or without the filters. */
function notLikeThis(query: SearchQuery, { leftOut, price, relaxedWords }: SearchResult): Html {
  const { term } = withoutPriceWords(query, price);
  const what = price === null ? 'with what you chose' : 'at this price';
  const below = relaxedWords.length === 0 ? '' : ` Those below lack ${quoted(relaxedWords)}.`;
  return html`${totalText(leftOut)} ${leftOut === 1 ? 'has' : 'have'} all the words, and none ${what}: <a href="${searchFor({ term, exact: query.exact === true })}">show ${leftOut === 1 ? 'it' : 'them'}</a>.${below}`;
}

function without(query: SearchQuery, lacking: readonly string[]): Html {
  const rest = query.term.split(/\s+/).filter((word) => !lacking.includes(word.toLowerCase()));
  const term = rest.join(' ');
  if (term === '' || rest.length === query.term.split(/\s+/).length) return nothing;
  return html`: <a href="${searchUrl({ ...query, term, page: 1 })}">search for “${term}”</a>`;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `“${word}”`).join(', ');
}

function asTyped(query: SearchQuery, text: HtmlValue): Html {
  return html`<a href="${searchUrl({ ...query, exact: true, page: 1 })}" rel="nofollow">${text}</a>`;
}

function sorts(query: SearchQuery): Html {
  return html`<nav aria-label="Sort by"><ul class="sorts">${SORTS.map(
    ({ sort, text }) =>
      html`<li><a href="${searchUrl({ ...query, sort, page: 1 })}" rel="nofollow"${sort === query.sort ? html` aria-current="true"` : nothing}>${text}</a></li>`,
  )}</ul></nav>`;
}

/** By the facets of a remembered result, whose query is always the same: drawing them is more than half of a page. */
const drawnFacets = new WeakMap<SearchResult['facets'], Html>();

function facets(query: SearchQuery, result: SearchResult, currency: string): Html {
  const known = drawnFacets.get(result.facets);
  if (known) return known;
  const drawn = raw(Buffer.from(String(drawFacets(query, result, currency))).toString());
  drawnFacets.set(result.facets, drawn);
  return drawn;
}

function drawFacets(query: SearchQuery, result: SearchResult, currency: string): Html {
  const { category, brand, seller, price, rating } = result.facets;
  return html`<h2>Narrow down</h2><details><summary>Narrow down</summary>
${facetList('Department', categoryEntries(query, category))}
${facetList('Availability', [stockEntry(query)])}
${facetList('Price', priceEntries(withoutPriceWords(query, result.price), price, currency))}
${facetList('Rating', ratingEntries(query, rating))}
${facetList('Brand', choiceEntries(query, 'brands', brand))}
${facetList('Seller', choiceEntries(query, 'sellers', seller))}
</details>`;
}

const IDEAS = 8;

/** First what the shopper can undo, then where else to look. */
function nothingFound(query: SearchQuery, result: SearchResult, departments: readonly FacetValue[]): Html {
  if (query.page > 1 && result.total > 0) {
    return emptyState(
      'The list is not that long',
      html`<p><a class="button button-primary" href="${searchUrl({ ...query, page: 1 })}">Back to the first page</a></p>`,
    );
  }
  const isFiltered = chosenFilters(query, result.facets, result.currency).length > 0;
  const ideas = categoryEntries(EVERYTHING, departments).slice(0, IDEAS);
  return emptyState(
    query.term === '' ? 'Nothing here yet' : `Nothing found for “${query.term}”`,
    html`<p>Try fewer or more general words, or check how they are written.</p>
<p>${isFiltered ? html`<a class="button button-primary" href="${searchFor({ term: query.term })}">Search without filters</a> ` : nothing}<a class="button button-quiet" href="/search">See all products</a></p>
${ideas.length === 0 ? nothing : html`<ul>${ideas.map((entry) => html`<li><a class="chip" href="${entry.href}">${entry.text}</a></li>`)}</ul>`}`,
  );
}
