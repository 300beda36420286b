// A text as the ids of its words. Those of phrases are remembered: most of what a product says word by word is in its
// attributes, its shelves and in sentences that others say too.
import { type Phrases, phraseOf } from './phrases.ts';
import { fold, wordsOf } from './text.ts';
import { internWord, type Vocabulary } from './vocabulary.ts';

/** Adds them to `into`, joined ones last. Answers how many are words as they stand. */
export function addWordIds(phrases: Phrases, vocabulary: Vocabulary, text: string, into: number[]): number {
  const phrase = phraseOf(phrases, text);
  if (!phrase) return internWords(vocabulary, text, into);
  if (phrase.wordIds === null) {
    phrase.wordIds = [];
    phrase.wordCount = internWords(vocabulary, text, phrase.wordIds);
    for (const wordId of phrase.wordIds) into.push(wordId);
  } else {
    const { seen } = vocabulary;
    for (const wordId of phrase.wordIds) {
      seen[wordId] = (seen[wordId] as number) + 1;
      into.push(wordId);
    }
  }
  return phrase.wordCount;
}

function internWords(vocabulary: Vocabulary, text: string, into: number[]): number {
  const { words, joined } = wordsOf(fold(text));
  for (const word of words) into.push(internWord(vocabulary, word));
  for (const word of joined) into.push(internWord(vocabulary, word));
  return words.length;
}
