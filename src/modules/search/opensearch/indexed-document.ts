// From a product to what is indexed of it: the engine's own analysis, written as fields.
import type { ReplicaDocument } from '../document.ts';
import { allocateColumns, type Columns, writeFigures } from '../engine/columns.ts';
import { type Analyser, analyse, attributesText, NO_FOR, openAnalyser, shelfText } from '../engine/fields.ts';
import { headsOf } from '../engine/kind.ts';
import { fold, wordsOf } from '../engine/text.ts';
import { openVocabulary, stemOf, termName } from '../engine/vocabulary.ts';
import { CATEGORY_LEVELS, categoryLevelField, categoryLevels, facetText } from './facet-values.ts';
import type { Body } from './server.ts';

/** Of a description or of all attributes together, as in the engine. */
const MAX_FIELD_CHARACTERS = 20_000;
/** The thing's name stands at the end of the title's head. */
const HEAD_NAME_WORDS = 3;
/** The analyser gets to know words as it goes; it is exchanged before they are many. */
const MAX_KNOWN_STRINGS = 50_000;
/** Scores must not fall below zero, and esteem does by half. */
const ESTEEM_SHIFT = 0.5;

export type Indexer = { analyser: Analyser /** Of one product at a time. */; columns: Columns };

export function openIndexer(): Indexer {
  return { analyser: openAnalyser(openVocabulary()), columns: allocateColumns(1) };
}

export function indexedDocument(indexer: Indexer, document: ReplicaDocument): Body {
  if (indexer.analyser.vocabulary.strings.count > MAX_KNOWN_STRINGS) indexer.analyser = openAnalyser(openVocabulary());
  const { vocabulary } = indexer.analyser;
  const { titleTerms, headWords, forAt, kind } = analyse(indexer.analyser, document);
  const title = titleTerms.map((term) => termName(vocabulary, term));
  const called = kind ?? document.category.at(-1) ?? '';
  const brandStems = stemsOf(document.brand ?? '').words;
  const head = title.slice(0, headWords);
  const name = head.slice(-HEAD_NAME_WORDS);
  return {
    title: [...title, ...stemsOf(document.title).joined].join(' '),
    brand: stemText(document.brand ?? ''),
    kind: stemText(called),
    shelf: stemText(shelfText(document, kind)),
    description: stemText(document.description),
    attributes: stemText(attributesText(document)),
    written: [...new Set([document.title, document.brand ?? '', called].flatMap(writtenWords))].join(' '),
    completions: [...new Set(writtenWords(document.title).filter((word) => /^\p{L}{3,}$/u.test(word)))],
    head: name,
    headLast: head.slice(-1),
    // What the title names before "for" is the thing, and not what it is for.
    accessoryFor: forAt === NO_FOR ? [] : title.slice(forAt).filter((stem) => !title.slice(0, forAt).includes(stem)),
    kindHead: headsOf(fold(called)).map(stemOf),
    brandStems,
    brandStemCount: brandStems.length,
    ...keysOf(document),
    ...figuresOf(indexer.columns, document),
    document,
  };
}

function keysOf(document: ReplicaDocument): Body {
  const { brand, sellerId, sellerName, familyKey } = document;
  return {
    ...(familyKey === null ? {} : { familyKey: familyKeyOf(familyKey, sellerId) }),
    ...categoryKeys(document.category),
    ...(brand ? { brandKey: fold(brand), brandFacet: facetText(fold(brand), brand, brand) } : {}),
    sellerId: String(sellerId),
    sellerFacet: facetText(String(sellerId), String(sellerId), sellerName),
  };
}

function categoryKeys(path: string[]): Body {
  const levels = categoryLevels(path);
  const own = levels.at(-1);
  if (!own) return {};
  const textOf = ({ key, value, label }: typeof own) => facetText(key, value, label);
  return {
    categoryKeys: levels.map(({ key }) => key),
    ownCategoryKey: own.key,
    ownCategory: textOf(own),
    ...Object.fromEntries(
      levels.slice(0, CATEGORY_LEVELS).map((level, at) => [categoryLevelField(at + 1), textOf(level)]),
    ),
  };
}

/** A family is one seller's. */
export function familyKeyOf(familyKey: string, sellerId: number): string {
  return `${sellerId} ${familyKey}`;
}

function figuresOf(columns: Columns, document: ReplicaDocument): Body {
  writeFigures(columns, 0, document);
  return {
    productId: document.productId,
    priceMinor: document.priceMinor,
    priceStep: columns.priceStep[0],
    stars: columns.stars[0],
    esteem: (columns.esteem[0] as number) + ESTEEM_SHIFT,
    createdAtMs: document.createdAtMs,
    soldOut: columns.soldOut[0] === 1,
  };
}

function stemText(text: string): string {
  const { words, joined } = stemsOf(text);
  return [...words, ...joined].join(' ');
}

function stemsOf(text: string): { words: string[]; joined: string[] } {
  const { words, joined } = wordsOf(fold(text.slice(0, MAX_FIELD_CHARACTERS)));
  return { words: words.map(stemOf), joined: joined.map(stemOf) };
}

function writtenWords(text: string): string[] {
  return wordsOf(fold(text.slice(0, MAX_FIELD_CHARACTERS))).words;
}
