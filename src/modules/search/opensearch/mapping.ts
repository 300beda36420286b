// What an index looks like. Words are made by the engine's own text.ts and stems, for products and for queries alike, and reach
// OpenSearch as words with spaces between them: there is no second folding, stemming or reading of measures that could differ.
import { CATEGORY_LEVELS, categoryLevelField } from './facet-values.ts';
import type { Body } from './server.ts';

/** Raised with every change below and of indexed-document.ts: the products are then indexed anew, beside the old index. */
export const MAPPING_VERSION = 4;

export const REFRESH_WHILE_SERVING = '500ms';
const REFRESH_WHILE_FILLING = '30s';
/**
 * Of one product's own text no more than 20 KB are indexed and its document is about 5 KB: ten million are some 60 GB, and a
 * shard is best at 10 to 50.
 */
const SHARDS = 3;
/** How long a removed product's version is remembered: a write that was held up so long finds no connection any more. */
const REMOVALS_REMEMBERED = '1h';
/** Lucene refuses a longer term, and with it the document. */
const MAX_KEYWORD_CHARACTERS = 8_000;

/** The engine's fields with their weights; `lengthShare` there is `b` here, its saturation `k1`. */
export const TEXT_FIELDS = {
  title: { weight: 3, b: 0.4 },
  brand: { weight: 2, b: 0 },
  kind: { weight: 2, b: 0 },
  shelf: { weight: 0.5, b: 0 },
  description: { weight: 1, b: 0.6 },
  attributes: { weight: 0.4, b: 0.6 },
};
export const WORDS_ANALYZER = 'souk_words';

const levels = Array.from({ length: CATEGORY_LEVELS }, (_, at) => at + 1);
const names = Object.keys(TEXT_FIELDS) as (keyof typeof TEXT_FIELDS)[];
/** Found by, never counted or sorted by. */
const TERM = { type: 'keyword', doc_values: false };
/** Counted for facets, never searched by. */
const VALUE = { type: 'keyword', index: false, ignore_above: MAX_KEYWORD_CHARACTERS };
const KEY = { type: 'keyword', doc_values: false, ignore_above: MAX_KEYWORD_CHARACTERS };

export function indexBody(): Body {
  return {
    settings: {
      number_of_shards: SHARDS,
      auto_expand_replicas: '0-1',
      codec: 'best_compression',
      refresh_interval: REFRESH_WHILE_FILLING,
      gc_deletes: REMOVALS_REMEMBERED,
      analysis: { analyzer: { [WORDS_ANALYZER]: { type: 'custom', tokenizer: 'whitespace' } } },
      similarity: Object.fromEntries(
        names.map((name) => [`souk_${name}`, { type: 'BM25', k1: 1, b: TEXT_FIELDS[name].b }]),
      ),
    },
    mappings: {
      _meta: { version: MAPPING_VERSION },
      // The words are made from the document, so they need not be kept beside it.
      _source: { includes: ['document'] },
      // While a new version is filled, its documents go to the old index too, which then leaves out what it does not know.
      dynamic: false,
      properties: {
        ...Object.fromEntries(
          names.map((name) => [
            name,
            { type: 'text', analyzer: WORDS_ANALYZER, similarity: `souk_${name}`, copy_to: 'words' },
          ]),
        ),
        /** All of the above: has a product the word or not. */
        words: { type: 'text', analyzer: WORDS_ANALYZER, norms: false, index_options: 'docs' },
        /** Words as titles, brands and kinds write them: for spellings and beginnings. */
        written: {
          type: 'text',
          analyzer: WORDS_ANALYZER,
          norms: false,
          index_options: 'docs',
          index_prefixes: { min_chars: 2, max_chars: 8 },
        },
        completions: VALUE,
        head: TERM,
        headLast: TERM,
        accessoryFor: TERM,
        kindHead: TERM,
        brandStems: TERM,
        brandStemCount: { type: 'short' },
        familyKey: KEY,
        categoryKeys: KEY,
        ownCategoryKey: KEY,
        brandKey: KEY,
        sellerId: KEY,
        ...Object.fromEntries(levels.map((depth) => [categoryLevelField(depth), VALUE])),
        ownCategory: VALUE,
        brandFacet: VALUE,
        sellerFacet: VALUE,
        productId: { type: 'long' },
        priceMinor: { type: 'long' },
        priceStep: { type: 'short' },
        stars: { type: 'float' },
        esteem: { type: 'float' },
        createdAtMs: { type: 'long' },
        soldOut: { type: 'boolean' },
        document: { type: 'object', enabled: false },
      },
    },
  };
}
