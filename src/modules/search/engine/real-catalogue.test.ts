// The engine on 19,406 real products; left out where they are not there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { testDocument, testQuery } from '../test-documents.ts';
import { needsPacking, packDue } from './packing.ts';
import { searchProducts } from './search.ts';
import { openState, putDocument } from './state.ts';
import { suggestFor } from './suggest.ts';

const FILE = join(import.meta.dirname, '../../../../../shared/data/icecat/products.jsonl.gz');
/** A tenth of what a free core does, so that only a build of another order of time fails here. */
const MIN_PRODUCTS_A_SECOND = 1_500;

type Row = {
  id: string;
  title: string;
  brand: string;
  category: string;
  description: string;
  price: { amount: number };
  attributes: Record<string, unknown>;
};

describe('a real catalogue', { skip: existsSync(FILE) ? false : `${FILE} is not there` }, () => {
  const state = openState();

  before(() => {
    const lines = gunzipSync(readFileSync(FILE)).toString().trim().split('\n');
    const documents = lines.map((line) => {
      const row: Row = JSON.parse(line);
      const attributes = Object.entries(row.attributes).map(([name, value]) => [name, String(value)]);
      return testDocument(Number(row.id), {
        title: row.title,
        brand: row.brand,
        category: row.category === 'other' ? [] : [row.category],
        description: row.description,
        priceMinor: row.price.amount,
        attributes: Object.fromEntries(attributes),
      });
    });
    // Of processor time: what else the machine does is not about the engine.
    const before = process.threadCpuUsage();
    for (const document of documents) {
      putDocument(state, document);
      if (needsPacking(state)) [...packDue(state)];
    }
    const { user, system } = process.threadCpuUsage(before);
    const rate = documents.length / ((user + system) / 1_000_000);
    assert.ok(rate > MIN_PRODUCTS_A_SECOND, `${Math.round(rate)} products a second`);
  });

  test('the first results are what was asked for', () => {
    const expected: [term: string, title: RegExp][] = [
      ['hdmi cable', /hdmi.*cable/i],
      ['canon photo paper a4', /canon.*paper/i],
      ['wireles mouse', /mouse/i],
      ['usb hub 4 port', /hub/i],
      ['006R90321', /006R90321/],
      ['toner cartrige black', /toner|cartridge/i],
    ];
    for (const [term, title] of expected) {
      for (const item of searchProducts(state, testQuery(term)).items.slice(0, term === '006R90321' ? 1 : 5)) {
        assert.match(item.title, title, term);
      }
    }
  });

  test('misspelt words are corrected to words of the catalogue', () => {
    const corrections = ['wireles keybord', 'hedphones', 'cartrige'].map(
      (term) => searchProducts(state, testQuery(term)).correctedTerm,
    );
    assert.deepEqual(corrections, ['wireless keyboard', 'headphones', 'cartridge']);
  });

  test('facets of a term add up and can be followed', () => {
    const { total, facets } = searchProducts(state, testQuery('toner'));
    for (const { value, count } of facets.brand.slice(0, 5)) {
      assert.equal(searchProducts(state, testQuery('toner', { brands: [value] })).total, count, value);
    }
    for (const { min, max, count } of facets.price) {
      assert.equal(searchProducts(state, testQuery('toner', { minPriceMinor: min, maxPriceMinor: max })).total, count);
    }
    assert.equal(
      facets.price.reduce((sum, range) => sum + range.count, 0),
      total,
    );
  });

  test('suggestions begin as typed', () => {
    const texts = suggestFor(state, 'wireless key').map(({ text }) => text.toLowerCase());
    assert.ok(texts.includes('wireless keyboard'), texts.join(', '));
  });
});
