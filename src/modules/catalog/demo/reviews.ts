// Reviews of one product. Sentences are dealt from their lists in turn, so that none comes twice on a page
// before its list is used up.
import type { ReadyKind } from './catalogue-tables.ts';
import { at, chance, integerBetween, pick, pickWeighted, type Random } from './random.ts';
import {
  COMMON_GRIPES,
  COMMON_PRAISE,
  FIRST_NAMES,
  GRIPE_LINKS,
  LAST_NAMES,
  PRAISE_LINKS,
  VOICES,
} from './review-texts.ts';
import { compileTemplate, type Facts, type Template } from './text-template.ts';

export type DemoReview = {
  rating: number;
  title: string;
  body: string;
  author: string;
  ageDays: number;
  verifiedPurchase: boolean;
};

export const MAX_REVIEWS = 140; // of one product

// How many of a hundred reviewers give one to five stars, for products that people love down to those they do not.
const RATING_WEIGHTS: readonly (readonly number[])[] = [
  [2, 2, 5, 18, 73],
  [4, 4, 9, 25, 58],
  [9, 8, 14, 27, 42],
  [28, 16, 17, 19, 20],
];
const PRODUCT_SHARES = [36, 44, 16, 4];

// Lomax: a quarter of the products without a review, half with fewer than three, a few with more than sixty.
const TAIL_EXPONENT = 1.6;
const TAIL_SCALE = 5.4;
const FULL_AGE_DAYS = 120; // younger products have had less time to be reviewed

const OPENED_SHARE = 0.8; // of the reviews begin with why it was bought, the others come to the point

const OPENERS = VOICES.map(({ openers }) => openers.map((text) => compileTemplate(text, ['brand', 'model', 'noun'])));

/** `scale` thins the reviews out where there are very many products. */
export function reviewCount(random: Random, ageDays: number, scale: number): number {
  const tail = TAIL_SCALE * ((1 - random.next()) ** (-1 / TAIL_EXPONENT) - 1);
  return Math.min(MAX_REVIEWS, Math.floor(tail * scale * Math.min(1, ageDays / FULL_AGE_DAYS)));
}

export function writeReviews(
  random: Random,
  ready: ReadyKind,
  facts: Facts,
  ageDays: number,
  count: number,
): DemoReview[] {
  if (count === 0) return [];
  const weights = at(RATING_WEIGHTS, pickWeighted(random, PRODUCT_SHARES));
  const decks = shuffledDecks(random);
  const reviews: DemoReview[] = [];
  for (let index = 0; index < count; index++) {
    const star = pickWeighted(random, weights);
    const turn = decks.given[star] ?? 0;
    decks.given[star] = turn + 1;
    reviews.push({
      rating: star + 1,
      title: at(VOICES[star]?.titles ?? [], decks.titles + turn),
      body: writeBody(random, ready, facts, star, turn, decks),
      author: writeAuthor(random),
      ageDays: Math.min(ageDays, 1 + Math.floor(random.next() ** 1.6 * ageDays)),
      verifiedPurchase: chance(random, 0.87),
    });
  }
  return reviews;
}

/** Where in each list this product begins, so that the same title does not always meet the same first sentence. */
type Decks = {
  titles: number;
  openers: number;
  common: number;
  praise: number; // how many were dealt
  gripes: number;
  given: number[]; // how many reviews of each rating were written
};

function shuffledDecks(random: Random): Decks {
  const anywhere = () => Math.floor(random.next() * 10_000);
  return { titles: anywhere(), openers: anywhere(), common: anywhere(), praise: 0, gripes: 0, given: [0, 0, 0, 0, 0] };
}

function writeBody(random: Random, ready: ReadyKind, facts: Facts, star: number, turn: number, decks: Decks): string {
  const opener = at(OPENERS[star] ?? [], decks.openers + turn).fill(facts);
  const closer = at(VOICES[star]?.closers ?? [], decks.common + turn);
  const praise = () => deal(ready.praise, COMMON_PRAISE[ready.goods], facts, decks.common, decks.praise++);
  const gripe = () => deal(ready.gripes, COMMON_GRIPES[ready.goods], facts, decks.common, decks.gripes++);
  const sentences = chance(random, OPENED_SHARE) ? [opener] : [];
  if (star === 4) {
    sentences.push(praise());
    if (chance(random, 0.45)) sentences.push(praise());
    if (chance(random, 0.3)) sentences.push(closer);
  } else if (star === 3) {
    sentences.push(praise());
    if (chance(random, 0.65)) {
      sentences.push(linked(at(GRIPE_LINKS, decks.common + turn), gripe(), facts));
      if (chance(random, 0.45)) sentences.push(closer);
    }
  } else if (star === 2) {
    sentences.push(gripe());
    if (chance(random, 0.6)) sentences.push(linked(at(PRAISE_LINKS, decks.common + turn), praise(), facts));
    if (chance(random, 0.4)) sentences.push(closer);
  } else {
    sentences.push(gripe());
    if (star === 1 && chance(random, 0.4))
      sentences.push(linked(at(PRAISE_LINKS, decks.common + turn), praise(), facts));
    if (chance(random, 0.5)) sentences.push(closer);
  }
  return sentences.join(' ');
}

/** The kind's own sentences take every other turn until each was said once; the common ones fill the rest. */
function deal(own: readonly Template[], common: readonly string[], facts: Facts, start: number, turn: number): string {
  if (turn % 2 === 0 && turn / 2 < own.length) {
    const template = at(own, start + turn / 2);
    if (template.suits(facts)) return template.fill(facts);
  }
  return at(common, start + turn);
}

function linked(link: string, sentence: string, facts: Facts): string {
  const names = [facts.model, facts.brand, facts.Author];
  const named = names.some((name) => name !== undefined && sentence.startsWith(name));
  const lowerable = !named && /^(?!Vale\b)(?:[A-Z][a-z]|A )/.test(sentence);
  return `${link} ${lowerable ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence}`;
}

function writeAuthor(random: Random): string {
  const first = pick(random, FIRST_NAMES);
  const last = pick(random, LAST_NAMES);
  const style = random.next();
  if (style < 0.5) return `${first} ${last.charAt(0)}.`;
  if (style < 0.75) return `${first} ${last}`;
  if (style < 0.87) return first;
  if (style < 0.95) return `${first.charAt(0)}. ${last}`;
  return `${first.toLowerCase()}${integerBetween(random, 2, 99)}`;
}
