// How far a typed word is from one of the shop: in slips, and among equally many by how likely such slips are. The first letter
// is rarely wrong, letters are left out more often than put in, and what sounds the same is written for each other
// (Pollock, Zamora: Collection and characterization of spelling errors in scientific and scholarly text, 1983).

/** Letters that are written for each other because they may sound the same. */
const SAME_SOUNDS = new Set(['ck', 'kq', 'cq', 'sz', 'iy', 'gj']);
/** Letters that are heard for each other: vowels, consonants of one place of the mouth, and c, which is s before some vowels. */
const NEAR_SOUNDS = new Set(['cs', 'bp', 'dt', 'fv', 'gk', 'mn']);
const VOWELS = 'aeiouy';

const SAME = 0;
const LIKELY = 1;
const UNLIKELY = 4;
/** More than all doubts of a word together: fewer slips come first, whatever they are. */
const SLIP = 256;

const TWO_SLIPS_FROM_CHARACTERS = 6;
/** From here on few words are a slip apart: pairs like "basil" and "basic", "cloves" and "gloves" are shorter. */
const ANY_SLIP_FROM_CHARACTERS = 7;
/** In shorter words one that is heard for another makes another word: creme and crime, cards and carts. */
const NEAR_SOUND_FROM_CHARACTERS = 6;
/** Two of which one is unlikely. */
const ANY_TWO_SLIPS_FROM_CHARACTERS = 8;

/** `doubt`: 0 where it sounds the same, the more the less likely. */
export type Distance = { slips: number; doubt: number };

/** In shorter words two slips make any word of any other. */
export function mostSlips(word: string): number {
  return word.length >= TWO_SLIPS_FROM_CHARACTERS ? 2 : 1;
}

/**
 * Whether this may be a slip at all: the shorter the word, the likelier the slips must be, for the more words are near it that are right
 * themselves. "cafe" is no slip of "case", and "basil" none of "basic".
 */
export function isBelievable({ slips, doubt }: Distance, word: string, sameStart: boolean): boolean {
  if (doubt === SAME) return true;
  if (slips === 1) return word.length >= ANY_SLIP_FROM_CHARACTERS || (sameStart && doubt <= LIKELY);
  return sameStart && doubt <= LIKELY + (word.length >= ANY_TWO_SLIPS_FROM_CHARACTERS ? UNLIKELY : LIKELY);
}

/** Letters left out, put in, exchanged, or two swapped (optimal string alignment); undefined above `max` slips. */
export function distanceBetween(typed: string, meant: string, max: number): Distance | undefined {
  if (Math.abs(typed.length - meant.length) > max) return undefined;
  let beforeLast: number[] = [];
  let last = [0];
  for (let j = 1; j <= meant.length; j++) last.push((last[j - 1] as number) + leftOut(meant, j - 1));
  for (let i = 1; i <= typed.length; i++) {
    const row = [(last[0] as number) + putIn(typed, i - 1)];
    let best = row[0] as number;
    for (let j = 1; j <= meant.length; j++) {
      let cost = Math.min(
        (last[j] as number) + putIn(typed, i - 1),
        (row[j - 1] as number) + leftOut(meant, j - 1),
        (last[j - 1] as number) + exchanged(typed, i - 1, meant, j - 1),
      );
      if (i > 1 && j > 1 && isSwapped(typed, i, meant, j)) {
        cost = Math.min(cost, (beforeLast[j - 2] as number) + SLIP + LIKELY);
      }
      row.push(cost);
      best = Math.min(best, cost);
    }
    if (best >= (max + 1) * SLIP) return undefined;
    beforeLast = last;
    last = row;
  }
  const cost = last[meant.length] as number;
  const slips = Math.floor(cost / SLIP);
  return slips > max ? undefined : { slips, doubt: cost % SLIP };
}

/** One letter of a pair is hardly heard. */
function leftOut(meant: string, at: number): number {
  return SLIP + (isPaired(meant, at) ? SAME : LIKELY);
}

function putIn(typed: string, at: number): number {
  return SLIP + (isPaired(typed, at) ? SAME : UNLIKELY);
}

function isPaired(word: string, at: number): boolean {
  const code = word.charCodeAt(at);
  return code === word.charCodeAt(at - 1) || code === word.charCodeAt(at + 1);
}

function exchanged(typed: string, i: number, meant: string, j: number): number {
  const [a, b] = [typed.charCodeAt(i), meant.charCodeAt(j)];
  if (a === b) return 0;
  // That a letter is doubled was known, and not which: vaccum.
  if (isPaired(typed, i) && isPaired(meant, j)) return SLIP + SAME;
  const pair = String.fromCharCode(Math.min(a, b), Math.max(a, b));
  if (SAME_SOUNDS.has(pair)) return SLIP + SAME;
  if (typed.length < NEAR_SOUND_FROM_CHARACTERS) return SLIP + UNLIKELY;
  const areVowels = VOWELS.includes(pair.charAt(0)) && VOWELS.includes(pair.charAt(1));
  return SLIP + (areVowels || NEAR_SOUNDS.has(pair) ? LIKELY : UNLIKELY);
}

function isSwapped(typed: string, i: number, meant: string, j: number): boolean {
  return typed.charCodeAt(i - 1) === meant.charCodeAt(j - 2) && typed.charCodeAt(i - 2) === meant.charCodeAt(j - 1);
}
