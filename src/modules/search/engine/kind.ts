// What a product says it is, where it says so beside its category: the attribute that shops name "product type".
import type { ReplicaDocument } from '../document.ts';
import { singularOf } from './plurals.ts';
import { wordsOf } from './text.ts';

const KIND_NAME = /^(?:product|item)[ _-]?(?:type|class)(?:[ _-]?name)?$/i;
// A product has a hundred attributes: most are ruled out by their length.
const SHORTEST_NAME = 'itemtype'.length;
const LONGEST_NAME = 'product class name'.length;
const WORD = /\p{L}{2}/u;

export function kindOf(document: ReplicaDocument): string | undefined {
  for (const name in document.attributes) {
    if (name.length < SHORTEST_NAME || name.length > LONGEST_NAME || !KIND_NAME.test(name)) continue;
    const value = document.attributes[name] as string;
    if (WORD.test(value)) return value;
  }
  return undefined;
}

const BETWEEN_THINGS = /[&,/+]|\band\b/;

/**
 * The words of a category's name that say what is in it: its last one, and a plural before "and". "Coats & Jackets" are coats
 * too, but "Bath & Room Thermometers" are no baths: English leaves what only describes in the singular.
 */
export function headsOf(folded: string): string[] {
  const parts = folded.split(BETWEEN_THINGS).map((part) => wordsOf(part).words.at(-1));
  const last = parts.pop();
  return [...parts.filter((word) => word !== undefined && isPlural(word)), last].filter((word) => word !== undefined);
}

function isPlural(word: string): boolean {
  return singularOf(word) !== word || /[^s]s$/.test(word);
}
