// What is sent to OpenSearch, as whole objects: the shapes of its documentation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDocument, testQuery } from '../test-documents.ts';
import { indexedDocument, openIndexer } from './indexed-document.ts';
import { countsBody, neighboursBody } from './lexicon.ts';
import { indexBody, TEXT_FIELDS } from './mapping.ts';
import { lackingFilters, termQuery, type WordGroup } from './query-body.ts';
import { browseBody, termBody } from './search.ts';
import { beginningBody } from './suggest.ts';
import { partsOf } from './understand-query.ts';
import { bulkRequests } from './write-documents.ts';

const CASE = testDocument(7, {
  title: 'Acme leather cases 128 GB for Nokia TN-2110',
  brand: 'ÀCME',
  category: ['Phones', 'Cases'],
  familyKey: 'case',
  attributes: { Colour: 'Red', Waterproof: 'yes' },
  ratingCounts: [0, 0, 0, 0, 10],
  stock: { state: 'sold_out', available: null },
});
const LEATHER: WordGroup = { idf: 2, alternatives: [{ stems: ['leather'], weight: 1 }] };
const SOFA: WordGroup = {
  idf: 3,
  alternatives: [
    { stems: ['sofa'], weight: 1 },
    { stems: ['chest', 'drawer'], weight: 0.8 },
  ],
};
const NIKE = { terms: { brandKey: ['nike'] } };
const SELLER = { terms: { sellerId: ['2'] } };
const CHEAP = { range: { priceMinor: { gte: 0, lte: 5_000 } } };
const GOOD = { range: { stars: { gte: 4 } } };

test('a product is indexed as the words and figures the engine makes of it, and kept as it is', () => {
  const { esteem, ...indexed } = indexedDocument(openIndexer(), CASE);
  assert.ok(Math.abs(Number(esteem) - 1.007) < 0.001);
  assert.deepEqual(indexed, {
    title: 'acm leather case 128 gb for nokia tn 2110 128gb tn2110',
    brand: 'acm',
    kind: 'case',
    shelf: 'phone',
    description: '',
    attributes: 'red waterproof',
    written: 'acme leather cases 128 gb for nokia tn 2110',
    completions: ['acme', 'leather', 'cases', 'for', 'nokia'],
    head: ['case', '128', 'gb'],
    headLast: ['gb'],
    accessoryFor: ['for', 'nokia', 'tn', '2110'],
    kindHead: ['case'],
    brandStems: ['acm'],
    brandStemCount: 1,
    familyKey: '1 case',
    categoryKeys: ['phones', 'phones > cases'],
    ownCategoryKey: 'phones > cases',
    ownCategory: 'phones > cases\tPhones > Cases\tCases',
    categoryLevel1: 'phones\tPhones\tPhones',
    categoryLevel2: 'phones > cases\tPhones > Cases\tCases',
    brandKey: 'acme',
    brandFacet: 'acme\tÀCME\tÀCME',
    sellerId: '1',
    sellerFacet: '1\t1\tTestseller',
    productId: 7,
    priceMinor: 1_000,
    priceStep: 9,
    stars: 5,
    createdAtMs: 0,
    soldOut: true,
    document: CASE,
  });
});

test('every field that is written has its mapping', () => {
  const { mappings } = indexBody() as { mappings: { properties: Record<string, { copy_to?: string }> } };
  const deep = { ...CASE, category: Array.from({ length: 12 }, (_, at) => `Level ${at}`) };
  const mapped = Object.keys(mappings.properties).filter((name) => name !== 'words');
  assert.deepEqual(Object.keys(indexedDocument(openIndexer(), deep)).sort(), mapped.sort());
  for (const name of Object.keys(TEXT_FIELDS)) assert.equal(mappings.properties[name]?.copy_to, 'words');
});

test('what is put and removed carries the turn as external version, and an alias is required', async () => {
  const changes = { put: [CASE], removed: [8], scanned: [CASE, testDocument(9)] };
  const writing = { alias: 'a', filling: 'b', version: 4 };
  const lines = (await Array.fromAsync(bulkRequests(openIndexer(), writing, changes))).flat();
  const actions = lines.map((line) => JSON.parse(line)).filter((line) => line.index || line.delete);
  const external = { version: 4, version_type: 'external' };
  assert.deepEqual(actions, [
    { index: { _index: 'a', _id: '7', ...external, require_alias: true } },
    { delete: { _index: 'a', _id: '8', ...external } },
    { index: { _index: 'b', _id: '7', ...external } },
    { index: { _index: 'b', _id: '9', ...external } },
    { delete: { _index: 'b', _id: '8', ...external } },
  ]);
  assert.equal(lines.length, 8);
});

test('long requests are sent in pieces', async () => {
  const put = Array.from({ length: 30 }, (_, at) => testDocument(at + 1, { description: 'x'.repeat(400_000) }));
  const changes = { put, removed: [], scanned: [] };
  const writing = { alias: 'a', filling: null, version: 1 };
  const requests = await Array.fromAsync(bulkRequests(openIndexer(), writing, changes));
  assert.ok(requests.length > 2);
  assert.equal(requests.flat().length, 60);
});

test('filters that a facet lifts come after counting, the others before', () => {
  const query = testQuery('sofa', {
    ...{ page: 3, size: 10, sort: 'price_asc', brands: ['Nike'], sellers: ['2'], maxPriceMinor: 5_000, minRating: 4 },
    ...{ categories: ['Home > Sofas'], inStock: true },
  });
  const { query: asked, ...body } = browseBody(query);
  assert.deepEqual(asked, {
    bool: { filter: [{ terms: { categoryKeys: ['home > sofas'] } }, { term: { soldOut: { value: false } } }] },
  });
  const values = (field: string) => ({ terms: { field, size: 100 } });
  assert.deepEqual(body, {
    from: 20,
    size: 10,
    track_total_hits: true,
    _source: ['document'],
    sort: [{ priceMinor: 'asc' }, { productId: 'asc' }],
    post_filter: { bool: { filter: [NIKE, SELLER, CHEAP, GOOD] } },
    aggs: {
      category: {
        filter: { bool: { filter: [NIKE, SELLER, CHEAP, GOOD] } },
        aggs: {
          categoryLevel3: values('categoryLevel3'),
          chosen: { filter: { terms: { ownCategoryKey: ['home > sofas'] } }, aggs: { values: values('ownCategory') } },
        },
      },
      brand: {
        filter: { bool: { filter: [SELLER, CHEAP, GOOD] } },
        aggs: { values: values('brandFacet'), chosen: { filter: NIKE, aggs: { values: values('brandFacet') } } },
      },
      seller: {
        filter: { bool: { filter: [NIKE, CHEAP, GOOD] } },
        aggs: { values: values('sellerFacet'), chosen: { filter: SELLER, aggs: { values: values('sellerFacet') } } },
      },
      price: {
        filter: { bool: { filter: [NIKE, SELLER, GOOD] } },
        aggs: { values: { terms: { field: 'priceStep', size: 27 } } },
      },
      rating: {
        filter: { bool: { filter: [NIKE, SELLER, CHEAP] } },
        aggs: {
          values: { range: { field: 'stars', ranges: [{ from: 4 }, { from: 3 }, { from: 2 }, { from: 1 }] } },
        },
      },
    },
  });
});

test('every group must be there, in any spelling; what titles say adds to the score', () => {
  const words = (query: string, boost: number) => ({
    multi_match: {
      ...{ query, boost, type: 'cross_fields', analyzer: 'souk_words', tie_breaker: 0.3 },
      fields: ['title^3', 'brand^2', 'kind^2', 'shelf^0.5', 'description^1', 'attributes^0.4'],
    },
  });
  const sign = (filter: object, boost: number) => ({ constant_score: { filter, boost } });
  const chest = [{ term: { title: { value: 'chest' } } }, { term: { title: { value: 'drawer' } } }];
  assert.deepEqual(termQuery([LEATHER, SOFA], 1, 0, [NIKE]), {
    function_score: {
      query: {
        bool: {
          must: [
            { dis_max: { queries: [words('leather', 1)], _name: 'group-0' } },
            {
              dis_max: {
                queries: [words('sofa', 1), { bool: { must: [words('chest', 0.4), words('drawer', 0.4)] } }],
                _name: 'group-1',
              },
            },
          ],
          should: [
            sign({ bool: { should: [{ terms: { title: ['leather'] } }], minimum_should_match: 1 } }, 1.2),
            sign(
              {
                bool: {
                  should: [{ terms: { title: ['sofa'] } }, { bool: { filter: chest } }],
                  minimum_should_match: 1,
                },
              },
              1.8,
            ),
            sign({ match_phrase: { title: { query: 'leather sofa', analyzer: 'souk_words' } } }, 1.5),
            sign({ terms: { head: ['sofa', 'drawer'] } }, 1.5),
            sign({ terms: { headLast: ['sofa', 'drawer'] } }, 1.5),
            sign({ terms: { kindHead: ['sofa', 'drawer'] } }, 2.25),
            sign({ bool: { must_not: [{ terms: { accessoryFor: ['sofa', 'drawer'] } }] } }, 3),
            sign(
              {
                terms_set: {
                  brandStems: {
                    terms: ['leather', 'sofa', 'chest', 'drawer'],
                    minimum_should_match_field: 'brandStemCount',
                  },
                },
              },
              2.25,
            ),
          ],
          filter: [NIKE],
        },
      },
      functions: [
        { field_value_factor: { field: 'esteem', factor: 0.3, missing: 0 } },
        { filter: { term: { soldOut: { value: false } } }, weight: 0.45 },
      ],
      score_mode: 'sum',
      boost_mode: 'sum',
    },
  });
});

test('where words may be missing, who has more of them ranks first and who has all is counted', () => {
  const { query, aggs } = termBody(testQuery('leather sofa'), [LEATHER, SOFA], 1, 1) as {
    query: {
      function_score: { query: { bool: { must: { bool: { minimum_should_match: number; should: unknown[] } }[] } } };
    };
    aggs: { fitting: unknown };
  };
  const [words] = query.function_score.query.bool.must;
  assert.deepEqual([words?.bool.minimum_should_match, words?.bool.should.length], [1, 2]);
  const { 0: all, 1: some } = lackingFilters([LEATHER, SOFA]) as Record<
    string,
    { bool: { minimum_should_match: number } }
  >;
  assert.deepEqual([all?.bool.minimum_should_match, some?.bool.minimum_should_match], [2, 1]);
  assert.deepEqual(aggs.fitting, {
    filter: { bool: { filter: (all as unknown as { bool: { should: unknown[] } }).bool.should } },
  });
});

test('pages end where results are only counted', () => {
  const { from, size } = browseBody(testQuery('', { page: 1_000_000, size: 24 }));
  assert.deepEqual([from, size], [10_000, 0]);
  const last = browseBody(testQuery('', { page: 417, size: 24 }));
  assert.deepEqual([last.from, last.size], [9_984, 16]);
});

test('words are asked for by their counts, their neighbours and their beginnings', () => {
  assert.deepEqual(countsBody(['lamp', '1.7']), {
    size: 0,
    track_total_hits: false,
    aggs: {
      words: {
        filters: { filters: { 0: { term: { words: { value: 'lamp' } } }, 1: { term: { words: { value: '1.7' } } } } },
      },
    },
  });
  const beginning = {
    query: { bool: { filter: [{ prefix: { written: { value: 'c.h' } } }] } },
    aggs: {
      sample: {
        sampler: { shard_size: 2_000 },
        aggs: { words: { terms: { field: 'completions', include: 'c\\.h.*', size: 50, execution_hint: 'map' } } },
      },
    },
  };
  assert.deepEqual(neighboursBody(['lmap'], 'c.h'), {
    size: 0,
    track_total_hits: false,
    suggest: {
      0: {
        text: 'lmap',
        term: {
          ...{ field: 'written', suggest_mode: 'always', max_edits: 1, prefix_length: 0, min_word_length: 3, size: 20 },
          max_term_freq: 3,
          string_distance: 'damerau_levenshtein',
        },
      },
    },
    ...beginning,
  });
  assert.deepEqual(beginningBody([], 'c.h'), {
    size: 20,
    track_total_hits: false,
    _source: ['document.title'],
    sort: [{ soldOut: 'asc' }, { esteem: 'desc' }, { productId: 'asc' }],
    ...beginning,
  });
});

test('the parts of a compound or a code', () => {
  assert.deepEqual(partsOf('doorbell'), ['doo', 'rbell', 'door', 'bell', 'doorb', 'ell']);
  assert.deepEqual(partsOf('iphone11'), ['iphone', '11']);
  assert.deepEqual([partsOf('lamp'), partsOf('x'.repeat(40)), partsOf('手机')], [[], [], []]);
});
