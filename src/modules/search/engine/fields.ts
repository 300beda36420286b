// From a product to the terms it is found under, each with its impact: BM25F over the weighted fields
// (Robertson, Zaragoza: The Probabilistic Relevance Framework, 2009), quantised to a byte.
import type { ReplicaDocument } from '../document.ts';
import { abbreviations } from './abbreviations.ts';
import { kindOf } from './kind.ts';
import { openPhrases, type Phrases, sentencesOf } from './phrases.ts';
import { fold, wordsOf } from './text.ts';
import { internWord, type Vocabulary, wordIdOf } from './vocabulary.ts';
import { addWordIds } from './word-ids.ts';

/** How soon more of the same word stops counting. */
const SATURATION = 1;
export const MAX_IMPACT = 255;
/** Of a description or of all attributes together; what is beyond says nothing new about the product. */
const MAX_FIELD_CHARACTERS = 20_000;
const MAX_ATTRIBUTES = 250;
const LONGEST_YES_OR_NO = 'false'.length;
/** A single line of description says more a word than a long one, but is no title. */
const MAX_SHORT_BONUS = 1.5;
/** Kept in order, for ranking by what stands beside what. */
const MAX_TITLE_WORDS = 48;

type Field = {
  weight: number;
  /** How much a long text is held against its words: 0 not at all, 1 fully. */
  lengthShare: number;
  /** Fixed, not the shop's average: an impact then never changes when other products do. */
  typicalWords: number;
  /** Each by itself: other products may say the same. */
  texts: (document: ReplicaDocument, kind: string | undefined) => string[];
};

const TITLE: Field = { weight: 3, lengthShare: 0.4, typicalWords: 12, texts: (document) => [document.title] };
const OTHER_FIELDS: Field[] = [
  { weight: 2, lengthShare: 0, typicalWords: 1, texts: (document) => [document.brand ?? ''] },
  {
    weight: 2,
    lengthShare: 0,
    typicalWords: 3,
    texts: (document, kind) => [kind ?? document.category.at(-1) ?? ''],
  },
  { weight: 0.5, lengthShare: 0, typicalWords: 3, texts: (document, kind) => [shelfText(document, kind)] },
  { weight: 1, lengthShare: 0.6, typicalWords: 40, texts: (document) => sentencesOf(document.description) },
  // Lists of parts: what a product has is less than what it is said to be.
  { weight: 0.4, lengthShare: 0.6, typicalWords: 60, texts: attributeTexts },
];
const FIELDS = [TITLE, ...OTHER_FIELDS];

/** Of one product. The arrays are used again for the next one. */
export type Analysis = {
  terms: number[];
  /** Parallel to terms. */
  impacts: number[];
  titleTerms: number[];
  /** What the product says it is. */
  kind: string | undefined;
  /** How many title words name the thing, before "for …", "with …", a comma or a bracket. */
  headWords: number;
  /** Where "for", "fits" or "compatible with" stands in the title: what follows is not what is sold. NO_FOR: nowhere. */
  forAt: number;
};
export const NO_FOR = 255;

export type Analyser = {
  vocabulary: Vocabulary;
  phrases: Phrases;
  analysis: Analysis;
  weights: Float32Array;
  /** Of one field. */
  wordIds: number[];
};

export function openAnalyser(vocabulary: Vocabulary, phrases: Phrases = openPhrases()): Analyser {
  return {
    vocabulary,
    phrases,
    analysis: { terms: [], impacts: [], titleTerms: [], kind: undefined, headWords: 0, forAt: NO_FOR },
    weights: new Float32Array(1 << 12),
    wordIds: [],
  };
}

export function analyse(analyser: Analyser, document: ReplicaDocument): Analysis {
  const { analysis } = analyser;
  const { terms, impacts, titleTerms } = analysis;
  terms.length = 0;
  impacts.length = 0;
  titleTerms.length = 0;
  analysis.kind = kindOf(document);
  const title = fold(document.title.slice(0, MAX_FIELD_CHARACTERS));
  const titleWords = addTitle(analyser, title);
  for (const field of OTHER_FIELDS) {
    addField(analyser, field, field.texts(document, analysis.kind));
  }
  analysis.headWords = wordsBefore(title, HEAD_END) ?? titleTerms.length;
  analysis.forAt = wordsBefore(title, FOR_WHAT) ?? NO_FOR;
  addAbbreviations(analyser, titleWords);
  for (const term of terms) {
    const weight = analyser.weights[term] as number;
    impacts.push(Math.max(1, Math.round((MAX_IMPACT * weight) / (SATURATION + weight))));
    analyser.weights[term] = 0;
  }
  return analysis;
}

/** Whether the second document is found under the same words as the first. */
export function sameText(one: ReplicaDocument, other: ReplicaDocument): boolean {
  const kind = kindOf(one);
  const otherKind = kindOf(other);
  return FIELDS.every((field) => {
    const texts = field.texts(one, kind);
    const otherTexts = field.texts(other, otherKind);
    return texts.length === otherTexts.length && texts.every((text, at) => text === otherTexts[at]);
  });
}

function addField(analyser: Analyser, field: Field, texts: string[]): void {
  const { vocabulary, phrases, wordIds } = analyser;
  wordIds.length = 0;
  let words = 0;
  let room = MAX_FIELD_CHARACTERS;
  for (const text of texts) {
    if (text !== '') words += addWordIds(phrases, vocabulary, text.slice(0, room), wordIds);
    room -= text.length + 1;
    if (room <= 0) break;
  }
  const weight = weightOf(field, words);
  for (const wordId of wordIds) addWeight(analyser, vocabulary.termOfWord[wordId] as number, weight);
}

/** The title is kept in order too. Answers its words. */
function addTitle(analyser: Analyser, folded: string): string[] {
  const { vocabulary, analysis } = analyser;
  const { titleTerms } = analysis;
  const { words, joined } = wordsOf(folded);
  const weight = weightOf(TITLE, words.length);
  for (const word of words) {
    const wordId = addWord(analyser, word, weight);
    vocabulary.seenInTitle[wordId] = (vocabulary.seenInTitle[wordId] as number) + 1;
    if (titleTerms.length < MAX_TITLE_WORDS) titleTerms.push(vocabulary.termOfWord[wordId] as number);
  }
  for (const word of joined) addWord(analyser, word, weight);
  return words;
}

function addWord(analyser: Analyser, word: string, weight: number): number {
  const wordId = internWord(analyser.vocabulary, word);
  addWeight(analyser, analyser.vocabulary.termOfWord[wordId] as number, weight);
  return wordId;
}

function weightOf({ weight, lengthShare, typicalWords }: Field, words: number): number {
  return weight * Math.min(MAX_SHORT_BONUS, 1 / (1 - lengthShare + (lengthShare * words) / typicalWords));
}

/** What the title spells out and the rest of the product abbreviates counts as if the abbreviation stood behind it. */
function addAbbreviations(analyser: Analyser, words: string[]): void {
  const { vocabulary, analysis, weights } = analyser;
  const { titleTerms } = analysis;
  let added = 0;
  for (const { letters, end } of abbreviations(words)) {
    if (end + added > titleTerms.length) return;
    const wordId = wordIdOf(vocabulary, letters);
    const term = wordId === undefined ? undefined : (vocabulary.termOfWord[wordId] as number);
    if (term === undefined || !weights[term] || titleTerms.includes(term)) continue;
    addWeight(analyser, term, weightOf(TITLE, words.length));
    const at = end + added++;
    titleTerms.splice(at, 0, term);
    if (at <= analysis.headWords) analysis.headWords++;
    if (analysis.forAt !== NO_FOR && at <= analysis.forAt) analysis.forAt++;
  }
}

function addWeight(analyser: Analyser, term: number, weight: number): void {
  if (term >= analyser.weights.length) {
    const larger = new Float32Array(Math.max(term + 1, analyser.weights.length * 2));
    larger.set(analyser.weights);
    analyser.weights = larger;
  }
  if (analyser.weights[term] === 0) analyser.analysis.terms.push(term);
  analyser.weights[term] = (analyser.weights[term] as number) + weight;
}

// 17 in is a measure.
const HEAD_END = /(?<!\d)\sin\s|\s(?:with|for|w\/)\s|[,(]|\s-\s/;
const FOR_WHAT = /\s(?:for|fits|compatible with)\s/;

function wordsBefore(title: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(title);
  if (!match || match.index === 0) return undefined;
  const count = wordsOf(title.slice(0, match.index)).words.length;
  return count < MAX_TITLE_WORDS ? count : undefined;
}

/** The categories above, or all of them where the product says itself what it is. */
export function shelfText({ category }: ReplicaDocument, kind: string | undefined): string {
  return (kind === undefined ? category.slice(0, -1) : category).join(' ');
}

// A value speaks for itself ("Black"); a yes needs its name ("Waterproof"), and a no is not about the product.
function attributeTexts(document: ReplicaDocument): string[] {
  const texts = [document.gtin ?? ''];
  let count = 0;
  for (const record of [document.variant, document.attributes]) {
    for (const name in record) {
      if (++count > MAX_ATTRIBUTES) return texts;
      const value = record[name] as string;
      if (value.length > LONGEST_YES_OR_NO) texts.push(value);
      else if (!/^(?:false|no|n)$/i.test(value)) texts.push(/^(?:true|yes|y)$/i.test(value) ? name : value);
    }
  }
  return texts;
}

export function attributesText(document: ReplicaDocument): string {
  return attributeTexts(document).join('\n');
}
