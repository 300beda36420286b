// From a product to the terms it is found under, each with its impact: BM25F over the weighted fields
// (Robertson, Zaragoza: The Probabilistic Relevance Framework, 2009), quantised to a byte.
import type { ReplicaDocument } from '../document.ts';
import { fold, wordsOf } from './text.ts';
import { internWord, type Vocabulary } from './vocabulary.ts';

/** How soon more of the same word stops counting. */
const SATURATION = 1;
export const MAX_IMPACT = 255;
/** Of a description or of all attributes together; what is beyond says nothing new about the product. */
const MAX_FIELD_CHARACTERS = 20_000;
const MAX_ATTRIBUTES = 250;
/** Kept in order, for ranking by what stands beside what. */
const MAX_TITLE_WORDS = 48;

type Field = {
  weight: number;
  /** How much a long text is held against its words: 0 not at all, 1 fully. */
  lengthShare: number;
  /** Fixed, not the shop's average: an impact then never changes when other products do. */
  typicalWords: number;
  text: (document: ReplicaDocument) => string;
};

const FIELDS: Field[] = [
  { weight: 3, lengthShare: 0.4, typicalWords: 12, text: (document) => document.title },
  { weight: 2, lengthShare: 0, typicalWords: 1, text: (document) => document.brand ?? '' },
  { weight: 2, lengthShare: 0, typicalWords: 3, text: (document) => document.category.join(' ') },
  { weight: 0.6, lengthShare: 0.6, typicalWords: 40, text: (document) => document.description },
  { weight: 0.5, lengthShare: 0.6, typicalWords: 60, text: attributesText },
];

/** Of one product. The arrays are used again for the next one. */
export type Analysis = {
  terms: number[];
  /** Parallel to terms. */
  impacts: number[];
  titleTerms: number[];
  /** How many title words name the thing, before "for …", "with …", a comma or a bracket. */
  headWords: number;
  /** Where "for", "fits" or "compatible with" stands in the title: what follows is not what is sold. NO_FOR: nowhere. */
  forAt: number;
};
export const NO_FOR = 255;

export type Analyser = { vocabulary: Vocabulary; analysis: Analysis; weights: Float32Array };

export function openAnalyser(vocabulary: Vocabulary): Analyser {
  return {
    vocabulary,
    analysis: { terms: [], impacts: [], titleTerms: [], headWords: 0, forAt: NO_FOR },
    weights: new Float32Array(1 << 12),
  };
}

export function analyse(analyser: Analyser, document: ReplicaDocument): Analysis {
  const { analysis } = analyser;
  const { terms, impacts, titleTerms } = analysis;
  terms.length = 0;
  impacts.length = 0;
  titleTerms.length = 0;
  for (const [position, field] of FIELDS.entries()) {
    addField(analyser, field, field.text(document).slice(0, MAX_FIELD_CHARACTERS), position === 0);
  }
  for (const term of terms) {
    const weight = analyser.weights[term] as number;
    impacts.push(Math.max(1, Math.round((MAX_IMPACT * weight) / (SATURATION + weight))));
    analyser.weights[term] = 0;
  }
  const title = fold(document.title.slice(0, MAX_FIELD_CHARACTERS));
  analysis.headWords = wordsBefore(title, HEAD_END) ?? titleTerms.length;
  analysis.forAt = wordsBefore(title, FOR_WHAT) ?? NO_FOR;
  return analysis;
}

/** Whether the second document is found under the same words as the first. */
export function sameText(one: ReplicaDocument, other: ReplicaDocument): boolean {
  return FIELDS.every((field) => field.text(one) === field.text(other));
}

function addField(analyser: Analyser, field: Field, text: string, isTitle: boolean): void {
  if (text === '') return;
  const { vocabulary, analysis } = analyser;
  const { words, joined } = wordsOf(fold(text));
  const weight = field.weight / (1 - field.lengthShare + (field.lengthShare * words.length) / field.typicalWords);
  for (const word of words) {
    const wordId = internWord(vocabulary, word);
    const term = vocabulary.termOfWord[wordId] as number;
    addWeight(analyser, term, weight);
    if (!isTitle) continue;
    vocabulary.seenInTitle[wordId] = (vocabulary.seenInTitle[wordId] as number) + 1;
    if (analysis.titleTerms.length < MAX_TITLE_WORDS) analysis.titleTerms.push(term);
  }
  for (const word of joined) {
    addWeight(analyser, vocabulary.termOfWord[internWord(vocabulary, word)] as number, weight);
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

const HEAD_END = /\s(?:in|with|for|w\/)\s|[,(]|\s-\s/;
const FOR_WHAT = /\s(?:for|fits|compatible with)\s/;

function wordsBefore(title: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(title);
  if (!match || match.index === 0) return undefined;
  const count = wordsOf(title.slice(0, match.index)).words.length;
  return count < MAX_TITLE_WORDS ? count : undefined;
}

// A value speaks for itself ("Black"); a yes needs its name ("Waterproof"), and a no is not about the product.
function attributesText(document: ReplicaDocument): string {
  let text = document.gtin ?? '';
  let count = 0;
  for (const record of [document.variant, document.attributes]) {
    for (const name in record) {
      if (++count > MAX_ATTRIBUTES || text.length > MAX_FIELD_CHARACTERS) return text;
      const value = record[name] as string;
      if (/^(?:false|no|n)$/i.test(value)) continue;
      text += `\n${/^(?:true|yes|y)$/i.test(value) ? name : value}`;
    }
  }
  return text;
}
