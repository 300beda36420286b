// Values and sentences that come again and again (a brand, a shelf, "Dishwasher safe", what all variants of a thing say of
// themselves), by number. A document names one in two bytes, and its words are looked up once and not with every product.
// They are learnt from the products that come first, as pieces of text are.
import { isOften, type Often, openOften } from './often.ts';

/** Of a number in 15 bits. */
const MAX_PHRASES = 32_768;
const MIN_CHARACTERS = 2;
const MAX_CHARACTERS = 120;
const COUNTERS = 1 << 17;
/** A product asks twice. */
const QUESTIONS_A_HALVING = 1 << 17;

/** `wordIds` in the index that the phrases belong to, when they are known: the first `wordCount` as they stand, then joined ones. */
export type Phrase = { number: number; text: string; wordCount: number; wordIds: number[] | null };
export type Phrases = {
  byText: Map<string, Phrase>;
  /** By number. Products that are shown share their texts. */
  list: Phrase[];
  /** What is none yet. */
  seen: Often;
};

export function openPhrases(): Phrases {
  return { byText: new Map(), list: [], seen: openOften(COUNTERS, QUESTIONS_A_HALVING) };
}

/** Undefined where it is none, or none yet. */
export function phraseOf(phrases: Phrases, text: string): Phrase | undefined {
  if (text.length < MIN_CHARACTERS || text.length > MAX_CHARACTERS) return undefined;
  const known = phrases.byText.get(text);
  if (known || phrases.list.length === MAX_PHRASES || !isOften(phrases.seen, hashOf(text))) return known;
  // A copy: a slice would keep its whole text alive.
  return addPhrase(phrases, JSON.parse(JSON.stringify(text)) as string);
}

/** Phrases as they were numbered before. */
export function restorePhrases(phrases: Phrases, texts: string[]): void {
  for (const text of texts) addPhrase(phrases, text);
}

function addPhrase({ byText, list }: Phrases, text: string): Phrase {
  const phrase = { number: list.length, text, wordCount: 0, wordIds: null };
  byText.set(text, phrase);
  list.push(phrase);
  return phrase;
}

let last = { text: '', sentences: [''] };

/**
 * Cut where a full stop is followed by a capital; with a space between them they are the text again. The last answer is kept:
 * each product is asked about twice, and all variants of a thing mostly say the same.
 */
export function sentencesOf(text: string): string[] {
  if (text === last.text) return last.sentences;
  const sentences: string[] = [];
  let start = 0;
  for (let stop = text.indexOf('. '); stop !== -1; stop = text.indexOf('. ', stop + 1)) {
    const next = text.charCodeAt(stop + 2);
    const afterNext = text.charCodeAt(stop + 3);
    // Two letters: "8 ft. X 10 ft." is a size.
    if (next < 65 || next > 90 || afterNext < 97 || afterNext > 122) continue;
    sentences.push(text.slice(start, stop + 1));
    start = stop + 2;
  }
  sentences.push(text.slice(start));
  last = { text, sentences };
  return sentences;
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
