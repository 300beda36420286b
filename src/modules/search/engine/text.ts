// Text to words: folded, lower case, with model codes and measures in one spelling. The same for products and for what people type.
import { isNumber, openSizes, splitMeasure, unitOf } from './units.ts';

/** Longer runs of letters are cut here; no word of any shop's language is longer. */
const MAX_WORD_CHARACTERS = 40;
/** `wh-1000-xm3` is one code too; longer chains are prose. */
const MAX_JOINED_CHARACTERS = 24;

// Letters that no decomposition brings down to a plain one.
const PLAIN_LETTERS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
};
const SPECIAL_LETTER = /[ßæœøđðłıþ]/g;
const ACCENTS = /[\u0300-\u036f\u064b-\u065f\u0670]/g;

/** Lower case, without accents, with plain quotes. */
export function fold(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text.toLowerCase();
  return (
    text
      // How a sign is drawn is no word either.
      .replace(/[®™©℠\p{Variation_Selector}]/gu, ' ')
      .replace(/[″”“]/g, '"')
      .replace(/[′’‘]/g, "'")
      .replaceAll('×', 'x')
      .normalize('NFKD')
      .replace(ACCENTS, '')
      .toLowerCase()
      .replace(SPECIAL_LETTER, (letter) => PLAIN_LETTERS[letter] ?? letter)
  );
}

const SEPARATOR = 1;
const LETTER = 2;
const DIGIT = 3;
/** Writing without spaces: each sign is a word. */
const SIGN = 4;
const classes = new Uint8Array(0x10000);

function classOf(code: number): number {
  let known = classes[code];
  if (known) return known;
  const character = String.fromCharCode(code);
  if (/[0-9]/.test(character)) known = DIGIT;
  else if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(character)) known = SIGN;
  else if (/[\p{L}\p{M}\p{N}]/u.test(character)) known = LETTER;
  else known = SEPARATOR;
  classes[code] = known;
  return known;
}

const LINE_END = 10;
const COMMA = 44;
const HYPHEN = 45;
const DOT = 46;
const SLASH = 47;
const APOSTROPHE = 39;
const QUOTE = 34;
const LETTER_S = 115;

export type Words = {
  words: string[];
  /** Words written in several parts, joined: `tn-2110` is tn2110 and `128 gb` is 128gb too. */
  joined: string[];
};

/** The words of a folded text, in order. */
export function wordsOf(folded: string): Words {
  const words: string[] = [];
  const joined: string[] = [];
  const length = folded.length;
  let chain = '';
  let chainParts = 0;
  let previousNumber = '';
  let previousSign = '';
  let sizeAt = openSizes();

  function add(word: string): void {
    words.push(word);
    const unit = previousNumber === '' ? undefined : unitOf(word);
    if (unit !== undefined) joined.push(previousNumber + unit);
    const size = sizeAt(word);
    if (size !== undefined) joined.push(size);
    const first = word.charCodeAt(0);
    previousNumber = first >= 48 && first <= 57 && isNumber(word) ? word : '';
  }
  function endChain(): void {
    if (chainParts > 1 && chain.length <= MAX_JOINED_CHARACTERS) joined.push(chain);
    chain = '';
    chainParts = 0;
  }
  function addPart(word: string): void {
    const measure = splitMeasure(word);
    if (measure) {
      add(measure.number);
      add(measure.unit);
    } else add(word);
    if (chain.length <= MAX_JOINED_CHARACTERS) chain += word;
    chainParts++;
  }

  for (let at = 0; at < length; ) {
    const kind = classOf(folded.charCodeAt(at));
    if (kind === SEPARATOR) {
      const code = folded.charCodeAt(at);
      // 17" and 6' are inches and feet; a quote after anything else is just a quote.
      if ((code === QUOTE || code === APOSTROPHE) && previousNumber !== '' && isDigitAt(folded, at - 1)) {
        const isTwice = code === APOSTROPHE && folded.charCodeAt(at + 1) === APOSTROPHE;
        add(code === QUOTE || isTwice ? 'in' : 'ft');
      }
      // "6x" and, as another value, 100 are no size.
      if (code === LINE_END) sizeAt = openSizes();
      previousSign = '';
      const joins =
        chainParts > 0 &&
        (code === HYPHEN || (code === SLASH && /[0-9]/.test(chain))) &&
        at + 1 < length &&
        classOf(folded.charCodeAt(at + 1)) !== SEPARATOR;
      if (!joins) {
        endChain();
        // A measure may stand one space behind its number, or a hyphen; anything else parts them.
        if (code !== 32 && code !== HYPHEN) previousNumber = '';
      }
      at++;
      continue;
    }
    if (kind === SIGN) {
      endChain();
      const sign = folded.charAt(at);
      add(sign);
      // Two signs beside each other are a word more often than not.
      if (previousSign !== '') joined.push(previousSign + sign);
      previousSign = sign;
      at++;
      continue;
    }
    previousSign = '';
    let end = at + 1;
    while (end < length) {
      const code = folded.charCodeAt(end);
      const next = classOf(code);
      if (next === LETTER || next === DIGIT) end++;
      // 1.7 is one number, and so is 10,000.
      else if (code === DOT && isDigitAt(folded, end - 1) && isDigitAt(folded, end + 1)) end++;
      else if (code === COMMA && isThousandsAt(folded, at, end)) end++;
      else break;
    }
    addPart(folded.slice(at, Math.min(end, at + MAX_WORD_CHARACTERS)).replaceAll(',', ''));
    // men's, levi's: the s says nothing.
    if (
      folded.charCodeAt(end) === APOSTROPHE &&
      folded.charCodeAt(end + 1) === LETTER_S &&
      (end + 2 >= length || classOf(folded.charCodeAt(end + 2)) === SEPARATOR) &&
      !isDigitAt(folded, end - 1)
    ) {
      end += 2;
    }
    at = end;
  }
  endChain();
  return { words, joined };
}

function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** Whether the comma stands between thousands: one to three digits before it, three behind. */
function isThousandsAt(text: string, start: number, comma: number): boolean {
  if (!/^[0-9]{1,3}(?:,[0-9]{3})*$/.test(text.slice(start, comma))) return false;
  return [1, 2, 3].every((step) => isDigitAt(text, comma + step)) && !isDigitAt(text, comma + 4);
}

/** How two words that stand beside each other would be written as one. */
export function joinWords(left: string, right: string): string {
  return left + (isNumber(left) ? (unitOf(right) ?? right) : right);
}
