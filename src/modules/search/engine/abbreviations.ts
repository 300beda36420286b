// Abbreviations that a product spells out itself: a title with "solid state drive" and a description with "SSD" mean one thing
// (after Schwartz, Hearst: A Simple Algorithm for Identifying Abbreviation Definitions, 2003).

/** Two letters abbreviate anything; from five on hardly any are products. */
const MIN_LETTERS = 3;
const MAX_LETTERS = 4;
const MIN_SPELT_LETTERS = 3;

export type Abbreviation = { letters: string /** Of the words, where what it stands for ends. */; end: number };

/** First letters of words in a row, wherever they could be an abbreviation. */
export function* abbreviations(words: string[]): Generator<Abbreviation> {
  let run = '';
  for (const [at, word] of words.entries()) {
    const first = word.charCodeAt(0);
    const isSpelt = word.length >= MIN_SPELT_LETTERS && first >= 97 && first <= 122;
    run = isSpelt ? (run + word.charAt(0)).slice(-MAX_LETTERS) : '';
    for (let length = MIN_LETTERS; length <= run.length; length++) {
      yield { letters: run.slice(-length), end: at + 1 };
    }
  }
}
