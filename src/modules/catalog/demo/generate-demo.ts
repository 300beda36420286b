// The demo catalogue: the same products for the same seed, made one after the other as they are asked for.
import { FLAGSHIP_KIND, KINDS, type ReadyKind } from './catalogue-tables.ts';
import { drawLook, drawPictures } from './demo-pictures.ts';
import { describe, drawDesign } from './design.ts';
import { demoGtin } from './gtin.ts';
import { shopPriceMinor } from './pricing.ts';
import { at, createRandom, integerBetween, mixSeed, pick, type Random } from './random.ts';
import { type DemoReview, reviewCount, writeReviews } from './reviews.ts';
import { DEMO_SELLERS, type DemoSeller, FLAGSHIP_SELLER } from './sellers.ts';

export type DemoProduct = {
  sellerSlug: string;
  externalId: string;
  familyKey: string | null;
  variant: Record<string, string>;
  title: string;
  description: string;
  brand: string;
  category: string[];
  attributes: Record<string, string>;
  gtin: string;
  priceMinor: number;
  currency: 'USD';
  stock: number;
  pictureIds: string[];
  ageDays: number;
  reviews: DemoReview[];
};

/** The phone that a drop can be staged with. */
export const demoFlagship = { sellerSlug: FLAGSHIP_SELLER, familyKey: 'orvane-nova-x1' };

const DEFAULT_SEED = 2026;
const OLDEST_DAYS = 1100;
const FLAGSHIP_AGE_DAYS = 24;
const FLAGSHIP_STOCK = 60;
// Up to here every product has its full share of reviews; beyond it their sum stays about the same.
const FULLY_REVIEWED_PRODUCTS = 50_000;

export function generateDemo(request: { products: number; seed?: number }): {
  sellers: DemoSeller[];
  products: Iterable<DemoProduct>;
} {
  const { products, seed = DEFAULT_SEED } = request;
  return { sellers: [...DEMO_SELLERS], products: { [Symbol.iterator]: () => take(products, seed) } };
}

function* take(count: number, seed: number): Generator<DemoProduct, undefined> {
  const reviewScale = Math.min(1, FULLY_REVIEWED_PRODUCTS / count);
  let index = 0;
  for (const { ready, ordinal } of designs(seed)) {
    for (const product of familyOf(ready, ordinal, seed, index, reviewScale)) {
      if (index === count) return;
      index++;
      yield product;
    }
    if (index === count) return;
  }
}

/** The flagship, then every kind once a round, each round in an order of its own. */
function* designs(seed: number): Generator<{ ready: ReadyKind; ordinal: number }, never> {
  yield { ready: FLAGSHIP_KIND, ordinal: 0 };
  for (let ordinal = 0; ; ordinal++) {
    const random = createRandom(mixSeed(seed, ordinal));
    const order = [...KINDS];
    for (let last = order.length - 1; last > 0; last--) {
      const other = integerBetween(random, 0, last);
      [order[last], order[other]] = [at(order, other), at(order, last)];
    }
    for (const ready of order) yield { ready, ordinal };
  }
}

function* familyOf(
  ready: ReadyKind,
  ordinal: number,
  seed: number,
  firstIndex: number,
  reviewScale: number,
): Generator<DemoProduct, undefined> {
  const random = createRandom(mixSeed(seed, ready.place, ordinal));
  const flagship = ready === FLAGSHIP_KIND;
  const design = drawDesign(random, ready, ordinal, flagship);
  const look = drawLook(random, ready);
  const sellerSlug = flagship ? FLAGSHIP_SELLER : pick(random, ready.sellers);
  const familyAgeDays = flagship ? FLAGSHIP_AGE_DAYS : integerBetween(random, 4, OLDEST_DAYS);
  const textSeed = integerBetween(random, 0, 1_000_000);
  const variants = combinations(design.axes);
  for (const [place, variant] of variants.entries()) {
    const index = firstIndex + place;
    const own = createRandom(mixSeed(seed, index, 7));
    const attributes = { ...design.base, ...variant };
    const facts = { ...attributes, brand: design.brand, model: design.model, noun: ready.kind.noun };
    const ageDays = Math.max(1, familyAgeDays - (flagship ? 0 : integerBetween(own, 0, 3)));
    const priceDollars = design.priceDollars * design.factorOf(attributes);
    yield {
      sellerSlug,
      externalId: `${ready.department.code}-${100_000 + index}`,
      familyKey: variants.length > 1 ? familyKeyOf(ready, firstIndex, flagship) : null,
      variant,
      title: ready.title.fill(facts),
      // The variants tell the same story, each with its own figures.
      description: describe(createRandom(textSeed), ready, facts),
      brand: design.brand,
      category: [...ready.category],
      attributes,
      gtin: demoGtin(index),
      priceMinor: shopPriceMinor(priceDollars, design.priceStyle),
      currency: 'USD',
      stock: flagship ? FLAGSHIP_STOCK : drawStock(own),
      pictureIds: drawPictures(own, ready, look, attributes, place),
      ageDays,
      reviews: writeReviews(own, ready, facts, ageDays, reviewCount(own, ageDays, reviewScale)),
    };
  }
}

function familyKeyOf(ready: ReadyKind, firstIndex: number, flagship: boolean): string {
  return flagship ? demoFlagship.familyKey : `${ready.department.code}-F${100_000 + firstIndex}`;
}

/** Every way to choose one value on each axis; without axes the one empty choice. */
function combinations(axes: readonly (readonly [string, readonly string[]])[]): Record<string, string>[] {
  let choices: Record<string, string>[] = [{}];
  for (const [name, values] of axes) {
    choices = choices.flatMap((choice) => values.map((value) => ({ ...choice, [name]: value })));
  }
  return choices;
}

function drawStock(random: Random): number {
  const share = random.next();
  if (share < 0.02) return 0;
  if (share < 0.1) return integerBetween(random, 1, 9);
  return 5 + Math.floor(random.next() ** 1.7 * 396);
}
