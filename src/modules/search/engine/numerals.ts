// Numbers in words. Shops write "2-person tent" and "four-slice toaster", and people type either.

const SMALL = 'two three four five six seven eight nine ten eleven twelve'.split(' ');
// "one" is a pronoun and a name (Xbox One) more often than a number.
const DIGITS = new Map(SMALL.map((word, at): [string, string] => [word, String(at + 2)]));
const WORDS = new Map(SMALL.map((word, at): [string, string] => [String(at + 2), word]));

/** A small number in its other spelling. */
export function otherNumeral(word: string): string | undefined {
  return DIGITS.get(word) ?? WORDS.get(word);
}

/** The digits of a small number that is a word. */
export function digitsOf(word: string): string | undefined {
  return DIGITS.get(word);
}

const ONES = ['one', ...SMALL, ...'thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ')];
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const VALUES = new Map([
  ...ONES.map((word, at): [string, number] => [word, at + 1]),
  ...TENS.map((word, at): [string, number] => [word, (at + 2) * 10]),
]);
const SCALES = new Map([
  ['hundred', 100],
  ['thousand', 1_000],
]);

const ONE_WORD = [...VALUES.keys(), ...SCALES.keys()].join('|');
/** "twenty-five", "a hundred and fifty", "two thousand". */
export const NUMBER_IN_WORDS = String.raw`(?:an? (?=hundred|thousand))?\b(?:${ONE_WORD})\b(?:(?:[ -]|(?<=hundred|thousand) and )(?:${ONE_WORD})\b)*`;

/** What such words come to. */
export function amountOf(words: string): number {
  let whole = 0;
  let part = 0;
  for (const word of words.split(/[ -]/)) {
    const scale = SCALES.get(word);
    if (scale === undefined) part += VALUES.get(word) ?? 0;
    else if (scale === 1_000) {
      whole += Math.max(1, part) * scale;
      part = 0;
    } else part = Math.max(1, part) * scale;
  }
  return whole + part;
}
