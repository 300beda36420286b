// Fills the texts of department.ts. A template is taken apart once: a million products are made from a few thousand.

/** What may be named: brand, model, noun and the attributes' names, to their values. */
export type Facts = Readonly<Record<string, string>>;
/** `suits` says whether the facts give it something to say: nobody advertises a lid of the kind "None". */
export type Template = { fill(facts: Facts): string; suits(facts: Facts): boolean };

type Part = string | { fact: string; lower: boolean };

const PLACE = /\{([^}]+)\}/g;
const ENDS_WITH_ARTICLE = /(^|\s)([Aa])\s$/;
const SOUNDS_LIKE_VOWEL = /^(?!one|uni|us|eu|uk|upf|up-)(?:[aeiou]|heir|hour|honest|8|11|18)/i;
const NOTHING = /^(none|no|not included)\b/i;
// Names that keep their capital in the middle of a sentence.
const PROPER = new Set(
  (
    'Bluetooth Torx Phillips Japanese Swedish English Spanish Brazilian Damascus Italian Thai French Alpine Oxford Derby ' +
    'Assam Parents Kalamata Cheddar Gouda Afro January February March April May June July October November December'
  ).split(' '),
);

export function compileTemplate(text: string, factNames: readonly string[]): Template {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACE)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(findFact(match[1] ?? '', factNames, text));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  const mentioned = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.fact]));
  return {
    fill: (facts) => capitalized(joined(parts, facts)),
    suits: (facts) => !mentioned.some((fact) => NOTHING.test(facts[fact] ?? '')),
  };
}

function findFact(name: string, factNames: readonly string[], text: string): Part {
  if (factNames.includes(name)) return { fact: name, lower: false };
  const fact = factNames.find((candidate) => candidate.toLowerCase() === name);
  if (fact === undefined) throw new Error(`no attribute "${name}" for: ${text}`);
  return { fact, lower: true };
}

function joined(parts: readonly Part[], facts: Facts): string {
  let result = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      result += part;
      continue;
    }
    const fact = facts[part.fact] ?? '';
    const value = part.lower ? lowered(fact) : fact;
    const article = SOUNDS_LIKE_VOWEL.test(value) && ENDS_WITH_ARTICLE.test(result);
    result = article ? `${result.slice(0, -1)}n ${value}` : result + value;
  }
  return result;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const loweredValues = new Map<string, string>(); // as many as the tables have values

function lowered(value: string): string {
  const known = loweredValues.get(value);
  if (known !== undefined) return known;
  const result = value
    .replace(/^An? /, (article) => article.toLowerCase())
    .split(' ')
    .map(loweredWord)
    .join(' ');
  loweredValues.set(value, result);
  return result;
}

// "Stainless Steel" is lowered, "USB-C", "AA" and "V-neck" are not.
function loweredWord(word: string): string {
  return /^[A-Z][a-zé'-]+[,.]?$/.test(word) && !PROPER.has(word.replace(/[,.]$/, '')) ? word.toLowerCase() : word;
}
