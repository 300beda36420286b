import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSynonyms, synonymsAt } from './synonyms.ts';

test('words of one line find each other, an arrow goes one way, stems stand for all forms', () => {
  const { synonyms, badLines } = readSynonyms('# sitting\ncouch, sofa , settee\ncrib => cot, baby bed # small\n\n');
  assert.deepEqual(badLines, []);
  assert.deepEqual(synonymsAt(synonyms, ['red', 'sofas'], 1), { length: 1, others: [['couch'], ['settee']] });
  assert.deepEqual(synonymsAt(synonyms, ['cribs'], 0).others, [['cot'], ['baby', 'bed']]);
  assert.deepEqual(synonymsAt(synonyms, ['cot'], 0).others, []);
});

test('the longest phrase counts', () => {
  const { synonyms } = readSynonyms('bin, can\ntrash can, dust bin');
  assert.deepEqual(synonymsAt(synonyms, ['trash', 'can', 'lid'], 0), { length: 2, others: [['dust', 'bin']] });
});

test('lines that say nothing are named by number', () => {
  assert.deepEqual(readSynonyms('alone\n=> nothing\na => b => c\nfine, good').badLines, [1, 2, 3]);
});
