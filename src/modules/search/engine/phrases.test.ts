import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openPhrases, phraseOf, restorePhrases, sentencesOf } from './phrases.ts';
import { fold, wordsOf } from './text.ts';
import { openVocabulary, wordAt } from './vocabulary.ts';
import { addWordIds } from './word-ids.ts';

const said = fc.constantFrom('Oak.', 'Fits 8', 'ft.', 'x 10', 'ft', 'Dr', 'TN-2110', '128', 'GB.', 'Δέλτα.', '.', '');
const text = fc.array(said, { maxLength: 12 }).map((words) => words.join(' '));

test('sentences are the text again, and have its words', () => {
  assert.deepEqual(sentencesOf('Solid oak. Fits 8 ft. x 10 ft. Made by hand.'), [
    'Solid oak.',
    'Fits 8 ft. x 10 ft.',
    'Made by hand.',
  ]);
  fc.assert(
    fc.property(text, (whole) => {
      const sentences = sentencesOf(whole);
      assert.equal(sentences.join(' '), whole);
      assert.deepEqual(
        sentences.flatMap((sentence) => wordsOf(fold(sentence)).words),
        wordsOf(fold(whole)).words,
      );
    }),
  );
});

test('what is asked for again and again becomes a phrase, and what is rare never does', () => {
  const phrases = openPhrases();
  for (let n = 0; n < 300_000; n++) {
    assert.equal(phraseOf(phrases, `product ${n}`), undefined);
    if (n % 1_000 === 0) phraseOf(phrases, 'Dishwasher safe');
  }
  assert.equal(phraseOf(phrases, 'Dishwasher safe')?.number, 0);
  assert.equal(phrases.list.length, 1);
  const again = openPhrases();
  restorePhrases(again, ['Dishwasher safe']);
  assert.equal(phraseOf(again, 'Dishwasher safe')?.number, 0);
});

test('a phrase has the words that its text has, the first time and every other', () => {
  const vocabulary = openVocabulary();
  const phrases = openPhrases();
  const value = 'Door mat, 8 x 10 in';
  for (let n = 0; n < 30; n++) {
    const ids: number[] = [];
    assert.equal(addWordIds(phrases, vocabulary, value, ids), 6);
    const { words, joined } = wordsOf(fold(value));
    assert.deepEqual(
      ids.map((id) => wordAt(vocabulary, id)),
      [...words, ...joined],
    );
    for (const id of ids) assert.ok((vocabulary.seen[id] as number) >= n + 1);
  }
  assert.notEqual(phraseOf(phrases, value), undefined);
});
