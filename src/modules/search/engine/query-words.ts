// The words of a query and what part each plays: asked for, binding, or naming the thing itself.
import { isNumber, unitOf } from './units.ts';

// They say how the others hang together, which ranking sees in the titles. Not here are those that name things as well: can, it,
// who, no.
const STOP_WORDS = new Set(
  'a about an and are at be by do does for from how in into is my of on or our some something than that the their these this those to what which with without your'.split(
    ' ',
  ),
);
// About the purchase, not about the thing.
const PURCHASE_WORDS = new Set(
  'affordable best buy cheap cheapest deal deals looking need online please want'.split(' '),
);
const SIZES = new Set('xxs xs s m l xl xxl xxxl small medium large'.split(' '));
/** What follows them describes the thing named before them. "in" and "on" do not: in-ear, clip-on. */
const PREPOSITIONS = new Set('about by for from with without'.split(' '));

/** Places of the words that are asked for. "the who": where there are only binding words, they are. */
export function askedPlaces(words: string[]): number[] {
  const places = [...words.keys()];
  const asked = places.filter((at) => !isStopWord(words, at));
  if (asked.length === 0) return places;
  const things = asked.filter((at) => !PURCHASE_WORDS.has(words[at] as string));
  return things.length === 0 ? asked : things;
}

/** Places of the words behind "without", up to the next preposition: what the thing named before is wanted to lack. */
export function deniedPlaces(words: string[]): number[] {
  const without = words.indexOf('without', 1);
  if (without === -1) return [];
  const end = words.findIndex((word, at) => at > without && PREPOSITIONS.has(word));
  const denied = [...words.keys()].slice(without + 1, end === -1 ? words.length : end);
  return denied.filter((at) => !isStopWord(words, at));
}

/**
 * Which of the asked places names the thing: English puts the head of a compound last (a phone case is a case), before any
 * preposition and what counts, measures or numbers it (iphone 11, desk 48 in).
 */
export function headPlace(words: string[], asked: number[]): number | undefined {
  const preposition = words.findIndex((word, at) => PREPOSITIONS.has(word) && asked.some((place) => place < at));
  const phrase = preposition === -1 ? asked : asked.filter((at) => at < preposition);
  return phrase.findLast((at) => isNoun(words, at)) ?? phrase.at(-1);
}

function isNoun(words: string[], at: number): boolean {
  const word = words[at] as string;
  if (/[0-9]/.test(word)) return false;
  return !(at > 0 && isNumber(words[at - 1] as string) && unitOf(word) !== undefined);
}

function isStopWord(words: string[], at: number): boolean {
  const word = words[at] as string;
  // "shoes size 8": the 8 says it, and shoes are what is looked for.
  if (word === 'size') return isSize(words[at + 1]);
  // 17 in is a measure.
  return STOP_WORDS.has(word) && !(word === 'in' && at > 0 && isNumber(words[at - 1] as string));
}

function isSize(word: string | undefined): boolean {
  return word !== undefined && (/^[0-9]/.test(word) || SIZES.has(word));
}
