// Brands, categories and sellers by small numbers, for columns and facets.
import { roomFor, sharedUint32 } from './shared-arrays.ts';
import { fold, wordsOf } from './text.ts';
import { internWord, type Vocabulary } from './vocabulary.ts';

export type ValueTable = {
  ids: Map<string, number>;
  values: string[];
  labels: string[];
  /** How often a label was exchanged for another one. */
  relabelled: number;
  /** Products that have it now. Shared; longer than there are values. */
  counts: Uint32Array;
  /** The words of the label, folded, for suggestions. */
  words: string[][];
  /** The same as terms, for ranking. */
  terms: number[][];
};

const FIRST_VALUES = 64;
/** Stands for "has none". */
export const NO_VALUE = 0;

export function openValueTable(): ValueTable {
  return {
    ids: new Map([['', NO_VALUE]]),
    values: [''],
    labels: [''],
    relabelled: 0,
    counts: sharedUint32(FIRST_VALUES),
    words: [[]],
    terms: [[]],
  };
}

/** Values that differ in case or accents only are one; the first spelling is shown. */
export function internValue(table: ValueTable, vocabulary: Vocabulary, value: string, label: string): number {
  const key = fold(value);
  const known = table.ids.get(key);
  if (known !== undefined) return known;
  const id = table.values.length;
  const { words } = wordsOf(fold(label));
  table.ids.set(key, id);
  table.values.push(value);
  table.labels.push(label);
  table.counts = roomFor(table.counts, table.values.length);
  table.words.push(words);
  table.terms.push(words.map((word) => vocabulary.termOfWord[internWord(vocabulary, word)] as number));
  return id;
}

export function labelValue(table: ValueTable, id: number, label: string): void {
  if (table.labels[id] === label) return;
  table.labels[id] = label;
  table.relabelled++;
}

export function countValue(table: ValueTable, id: number, change: 1 | -1): void {
  table.counts[id] = (table.counts[id] as number) + change;
}

/** Values as they were numbered before, without counts. */
export function restoreValues(table: ValueTable, vocabulary: Vocabulary, values: string[], labels: string[]): void {
  for (let id = NO_VALUE + 1; id < values.length; id++) {
    internValue(table, vocabulary, values[id] as string, labels[id] as string);
  }
}
