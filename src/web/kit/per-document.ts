// What is made from a product's document alone is made once for each, as long as it is asked for. The replica replaces a
// document when anything in it changes and never changes one in place, so the document itself is the key.
import { type Html, raw } from '../../lib/html.ts';

// All pieces of a product's page are about 16 KB: at most 64 MB in both generations, however large the catalogue is.
const GENERATION_DOCUMENTS = 2_000;

/** Two generations: what is asked for moves to the young one, and what was not goes with the old one. */
export function perDocument<Document extends object, Made extends object>(
  make: (document: Document) => Made,
): (document: Document) => Made {
  let young = new WeakMap<Document, Made>();
  let old = young;
  let youngCount = 0;
  return (document) => {
    const found = young.get(document);
    if (found) return found;
    const made = old.get(document) ?? make(document);
    if (youngCount === GENERATION_DOCUMENTS) {
      old = young;
      young = new WeakMap();
      youngCount = 0;
    }
    young.set(document, made);
    youngCount++;
    return made;
  };
}

/** The same for markup, kept as one flat string: the result of a template is a tree of small ones. */
export function markupPerDocument<Document extends object>(
  render: (document: Document) => Html,
): (document: Document) => Html {
  return perDocument((document: Document) => raw(Buffer.from(String(render(document))).toString()));
}
