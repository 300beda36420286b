// What a product says it is, where it says so beside its category: the attribute that shops name "product type".
import type { ReplicaDocument } from '../document.ts';

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
