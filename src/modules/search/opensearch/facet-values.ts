// How a facet's value is written in the index: what it is compared by, and what a person reads, in one string. Values that
// differ in case or accents only are counted as one.
import { fold } from '../engine/text.ts';
import { CATEGORY_SEPARATOR } from '../query.ts';

const PART = '\t';
/** A field each, so that counting one level needs no pattern over all of them. What lies deeper is found, and not listed. */
export const CATEGORY_LEVELS = 8;

export function facetText(key: string, value: string, label: string): string {
  return [key, value, label].map((part) => part.replaceAll(PART, ' ')).join(PART);
}

export function readFacetText(text: string): { key: string; value: string; label: string } {
  const [key = '', value = '', label = ''] = text.split(PART);
  return { key, value, label };
}

/** A category's path and each above it, from the top. */
export function categoryLevels(path: string[]): { key: string; value: string; label: string }[] {
  return path.map((label, at) => {
    const value = path.slice(0, at + 1).join(CATEGORY_SEPARATOR);
    return { key: fold(value), value, label };
  });
}

export function categoryLevelField(depth: number): string {
  return `categoryLevel${depth}`;
}

/** The levels that the facet shows: the one below each chosen category, or the first. */
export function shownDepths(chosen: string[]): number[] {
  if (chosen.length === 0) return [1];
  const depths = chosen.map((value) => value.split(CATEGORY_SEPARATOR).length + 1);
  return [...new Set(depths)].filter((depth) => depth <= CATEGORY_LEVELS);
}

/** In Lucene's regular expressions these mean something, also "#", "@", "&", "<", ">" and "~". */
export function literal(text: string): string {
  return text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, (sign) => `\\${sign}`);
}
