// How a facet's value is written in the index: what it is compared by, and what a person reads, in one string. Values that
// differ in case or accents only are counted as one.

import { fold } from '../engine/text.ts';
import { CATEGORY_SEPARATOR } from '../query.ts';

const PART = '\t';
/** Between a category's depth and its path. */
const DEPTH_END = ':';
/** Stands in front of the category a product is in itself, where the others have their depth. */
const OWN_CATEGORY = '=';

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

/** One for each level, by its depth, and the last once more as the product's own. */
export function categoryFacetTexts(path: string[]): string[] {
  const levels = categoryLevels(path);
  const last = levels.at(-1);
  const own = last ? [facetText(`${OWN_CATEGORY}${last.key}`, last.value, last.label)] : [];
  return [...levels.map(({ key, value, label }, at) => facetText(`${at + 1}${DEPTH_END}${key}`, value, label)), ...own];
}

/** Levels that the facet shows: the one below each chosen category, or the first. Longer patterns than 1,000 signs are refused. */
export function categoryLevelPattern(chosen: string[]): string {
  const depths = chosen.map((value) => value.split(CATEGORY_SEPARATOR).length + 1);
  return `(${(depths.length === 0 ? [1] : [...new Set(depths)]).join('|')})${DEPTH_END}.*`;
}

/** What products are in themselves, of whatever depth. */
export const OWN_CATEGORY_PATTERN = `${OWN_CATEGORY}.*`;

export function categoryKeyOf(text: string): string {
  return text.replace(/^(?:=|\d+:)/, '');
}

/** In Lucene's regular expressions these mean something, also "#", "@", "&", "<", ">" and "~". */
export function literal(text: string): string {
  return text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, (sign) => `\\${sign}`);
}
