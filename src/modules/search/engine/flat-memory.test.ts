// The flat tables and texts against what the language has for them, on random input.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReplicaDocument } from '../document.ts';
import { testDocument } from '../test-documents.ts';
import { type CodedBytes, readOptionalNumber, writeNumber } from './coded-bytes.ts';
import { appendDocument, dropDocument, openDocumentLog, readDocument } from './document-log.ts';
import { MAX_GROWING_SLOTS } from './growing-segment.ts';
import { needsPacking, pack, packDue } from './packing.ts';
import { addPrefixWord, openPrefixes, wordsWithPrefix } from './prefixes.ts';
import {
  addRow,
  familyCandidates,
  familyHashOf,
  findRow,
  openProductTable,
  removeRow,
  setFamily,
} from './product-table.ts';
import { documentCount, documentOf, openState, putDocument, removeDocument } from './state.ts';
import { addString, compareAt, findString, openStringTable, stringAt } from './string-table.ts';
import { openTextCodec, readSentences, readText, type TextCodec, writeSentences, writeText } from './text-codec.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 3 }));

test('strings get numbers once, keep their letters, and compare as in the language', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), (strings) => {
      const table = openStringTable();
      const ids = strings.map((one) => addString(table, one));
      for (const [at, id] of ids.entries()) {
        assert.equal(stringAt(table, id), strings[at]);
        assert.equal(findString(table, strings[at] as string), id);
        assert.equal(ids.indexOf(id), strings.indexOf(strings[at] as string));
        const [one, other] = [strings[0] as string, strings[at] as string];
        assert.equal(Math.sign(compareAt(table, ids[0] as number, id)), one < other ? -1 : one > other ? 1 : 0);
      }
    }),
  );
  const table = openStringTable();
  for (let n = 0; n < 50_000; n++) assert.equal(addString(table, `200000${n}`), n);
  for (let n = 0; n < 50_000; n++) assert.equal(findString(table, `200000${n}`), n);
  assert.equal(findString(table, '2000005000x'), undefined);
});

test('words are found by their beginnings, also while they wait to be sorted', () => {
  const strings = openStringTable();
  const prefixes = openPrefixes(strings);
  const words = Array.from({ length: 3_000 }, (_, n) => ((n * 7_919) % 46_656).toString(36));
  for (const word of words) addPrefixWord(prefixes, addString(strings, word));
  for (const prefix of ['a', '1z', 'zz', '99', 'nothing']) {
    assert.deepEqual(
      wordsWithPrefix(prefixes, prefix)
        .map((id) => stringAt(strings, id))
        .sort(),
      words.filter((word) => word.startsWith(prefix)).sort(),
    );
  }
});

type TableStep = { kind: 'add' | 'remove' | 'family'; id: number; family: number };
const tableStep: fc.Arbitrary<TableStep> = fc.record({
  kind: fc.constantFrom('add', 'add', 'remove', 'family'),
  id: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(2 ** 33 + 1, 2 ** 33 + 2, Number.MAX_SAFE_INTEGER)),
  family: fc.integer({ min: 0, max: 4 }),
});

test('products are found by id, and families by their members, through any additions and removals', () => {
  fc.assert(
    fc.property(fc.array(tableStep, { maxLength: 600 }), (steps) => {
      const table = openProductTable();
      const expected = new Map<number, number>();
      const hashOf = (family: number) => familyHashOf(family === 0 ? null : `family ${family}`, 1);
      for (const { kind, id, family } of steps) {
        const row = findRow(table, id);
        assert.equal(row !== undefined, expected.has(id));
        if (kind === 'add' && row === undefined) {
          addRow(table, id, hashOf(family));
          expected.set(id, family);
        } else if (kind === 'remove' && row !== undefined) {
          removeRow(table, row);
          expected.delete(id);
        } else if (kind === 'family' && row !== undefined) {
          setFamily(table, row, hashOf(family));
          expected.set(id, family);
        }
      }
      assert.equal(table.count, expected.size);
      for (let family = 1; family <= 4; family++) {
        const members = [...expected].filter(([, own]) => own === family).map(([id]) => id);
        assert.deepEqual(familyCandidates(table, hashOf(family)).sort(), members.sort());
      }
    }),
  );
});

function thereAndBack(codec: TextCodec, plain: string): string {
  const target: CodedBytes = { bytes: new Uint8Array(), at: 0 };
  writeText(codec, target, plain);
  writeSentences(codec, target, plain);
  const source = { bytes: target.bytes, at: 0 };
  assert.equal(readText(codec, source), plain);
  return readSentences(codec, source);
}

test('texts come back as they were, whatever was learnt from those before', () => {
  const codec = openTextCodec();
  const some = fc.array(fc.constantFrom('steel', ' kettle', '. Oak', '120', ' ', '\\u00e9', 'é', 'a', '-', '.', '\\'), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(some, (pieces) => {
      const plain = pieces.join('');
      assert.equal(thereAndBack(codec, plain), plain);
    }),
    { numRuns: 2_000 },
  );
  assert.ok(codec.pieces.count > 3);
  assert.ok(codec.phrases.list.length > 0);
  const long = ' stainless steel'.repeat(200_000);
  assert.equal(thereAndBack(codec, long), long);
});

test('numbers come back as they were, and small ones take little', () => {
  const sizeOf = (value: number | null): number => {
    const target: CodedBytes = { bytes: new Uint8Array(), at: 0 };
    writeNumber(target, value);
    assert.ok(Object.is(readOptionalNumber({ bytes: target.bytes, at: 0 }), value), String(value));
    return target.at;
  };
  const around = [0, 191, 192, 12_479, 12_480, 65_535, 65_536, 2 ** 32, Number.MAX_SAFE_INTEGER];
  for (const value of around) for (const step of [-1, 0, 1]) sizeOf(value + step);
  fc.assert(fc.property(fc.oneof(fc.nat(), fc.maxSafeNat(), fc.integer(), fc.double()), (value) => sizeOf(value) <= 9));
  assert.deepEqual([5, 1_200, 99_999, 1_760_000_000_000, null, -0].map(sizeOf), [1, 2, 4, 7, 1, 9]);
});

const oddDocument: fc.Arbitrary<ReplicaDocument> = fc
  .record({
    title: text,
    description: text,
    attributes: fc.dictionary(text, text, { maxKeys: 4 }),
    category: fc.array(text, { maxLength: 3 }),
    familyKey: fc.option(text),
    brand: fc.option(text),
    drop: fc.option(fc.constant({ opensAt: '2026-01-01T00:00:00Z', perCustomerLimit: 2, holdSeconds: 600 })),
  })
  .map((fields) => testDocument(7, fields));

test('a document is the same after its way through the log', () => {
  const log = openDocumentLog();
  fc.assert(
    fc.property(oddDocument, (document) => {
      // A dictionary made by the generator may lack the usual prototype; what is read never does.
      const expected = { ...document, attributes: JSON.parse(JSON.stringify(document.attributes)) };
      assert.deepEqual(readDocument(log, appendDocument(log, document)), expected);
    }),
  );
  const giant = testDocument(8, { description: 'very long '.repeat(1_000_000) });
  const address = appendDocument(log, giant);
  assert.deepEqual(readDocument(log, address), giant);
  dropDocument(log, address);
});

test('products that change over and over leave neither dead slots nor dead texts behind', () => {
  const state = openState();
  const changed = (productId: number, round: number) =>
    testDocument(productId, { title: `Lamp ${productId} of round ${round}`, description: `${productId}`.repeat(300) });
  const PRODUCTS = 1_500;
  for (let round = 0; round < 8; round++) {
    for (let productId = 1; productId <= PRODUCTS; productId++) putDocument(state, changed(productId, round));
    while (needsPacking(state)) for (const _ of packDue(state));
  }
  removeDocument(state, 1);
  for (const _ of pack(state));
  assert.equal(documentCount(state), PRODUCTS - 1);
  const slots = state.packed.reduce((sum, segment) => sum + segment.slotCount, 0);
  // What grows is packed when it is full.
  assert.ok(slots < MAX_GROWING_SLOTS + PRODUCTS * 2, `${slots} slots`);
  const chunks = state.documents.log.chunks.filter((chunk) => chunk !== undefined).length;
  assert.ok(chunks <= 3, `${chunks} chunks of 4 MB for ${PRODUCTS} products of 1.2 KB, written eight times`);
  for (let productId = 2; productId <= PRODUCTS; productId += 97) {
    assert.deepEqual(documentOf(state, productId), changed(productId, 7));
  }
});
