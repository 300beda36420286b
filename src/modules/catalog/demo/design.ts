// One design of a kind: a brand's model with its description, in one variant or several.
import { BRAND_STORIES } from './brands.ts';
import type { ReadyAttribute, ReadyKind } from './catalogue-tables.ts';
import { at, chance, integerBetween, pick, type Random } from './random.ts';
import type { Facts, Template } from './text-template.ts';

export type Design = {
  brand: string;
  model: string;
  priceDollars: number; // before the variants' factors
  priceStyle: number;
  base: Record<string, string>; // the attributes, in order
  axes: readonly (readonly [name: string, values: readonly string[]])[];
  factorOf(attributes: Facts): number;
};

const MAX_VARIANTS = 8;

const FAMILY_SHARE = 0.4; // of the designs that could come in variants
const AXIS_SIZES = { first: [2, 4], second: [2, 2] } as const;
const ROMAN = ['', 'II', 'III', 'IV', 'V'];

export function drawDesign(random: Random, ready: ReadyKind, ordinal: number, whole: boolean): Design {
  const level = random.next(); // how grand it is: dearer values go together
  const { kind } = ready;
  const base: Record<string, string> = {};
  for (const attribute of ready.attributes) base[attribute.name] = drawValue(random, attribute, level);
  const [low, high] = kind.price;
  const share = (level + random.next()) / 2;
  return {
    ...nameOf(ready, ordinal),
    priceDollars: low * (high / low) ** share,
    priceStyle: whole ? 0 : integerBetween(random, 0, 3),
    base,
    axes: drawAxes(random, ready, whole),
    factorOf: (attributes) => factorOf(ready.attributes, attributes),
  };
}

/** Never the same brand and model twice in a kind: names go round, and brands shift by one every time they have. */
function nameOf(ready: ReadyKind, ordinal: number): { brand: string; model: string } {
  const { names, brands, kind } = ready;
  const marks = kind.marks ?? [''];
  const place = (ordinal + ready.place * 5) % names.length; // kinds of a department do not all begin with one name
  const round = Math.floor(ordinal / names.length);
  const brandRound = Math.floor(round / marks.length);
  // Books are told apart by their titles alone.
  const generation = kind.title.includes('{brand}') ? Math.floor(brandRound / brands.length) : brandRound;
  const parts = [at(names, place), at(marks, round + place), ROMAN[generation] ?? `Series ${generation + 1}`];
  return { brand: at(brands, brandRound + place), model: parts.filter((part) => part !== '').join(' ') };
}

function drawValue(random: Random, attribute: ReadyAttribute, level: number): string {
  const { values, factors } = attribute;
  if (factors === null || chance(random, 0.35)) return pick(random, values);
  return at(values, Math.min(values.length - 1, Math.floor(level * values.length)));
}

function factorOf(attributes: readonly ReadyAttribute[], values: Facts): number {
  let factor = 1;
  for (const attribute of attributes) {
    if (attribute.factors === null) continue;
    factor *= attribute.factors[attribute.values.indexOf(values[attribute.name] ?? '')] ?? 1;
  }
  return factor;
}

function drawAxes(random: Random, ready: ReadyKind, whole: boolean): [string, string[]][] {
  const axes: [string, string[]][] = [];
  if (!whole && !chance(random, FAMILY_SHARE)) return axes;
  let room = MAX_VARIANTS;
  for (const name of ready.kind.vary ?? []) {
    const values = ready.attributes.find((attribute) => attribute.name === name)?.values ?? [];
    if (whole) {
      axes.push([name, [...values]]);
      continue;
    }
    const [fewest, most] = axes.length === 0 ? AXIS_SIZES.first : AXIS_SIZES.second;
    const count = Math.min(integerBetween(random, fewest, most), values.length, room);
    if (count < 2) break;
    axes.push([name, someInOrder(random, values, count)]);
    room = Math.floor(room / count);
  }
  return axes;
}

function someInOrder(random: Random, values: readonly string[], count: number): string[] {
  const chosen: string[] = [];
  for (const [index, value] of values.entries()) {
    if (random.next() * (values.length - index) < count - chosen.length) chosen.push(value);
  }
  return chosen;
}

export function describe(random: Random, ready: ReadyKind, facts: Facts): string {
  const fill = (templates: readonly Template[], wanted: number) => {
    const first = Math.floor(random.next() * templates.length);
    const sentences: string[] = [];
    for (let step = 0; step < templates.length && sentences.length < wanted; step++) {
      const template = at(templates, first + step);
      if (template.suits(facts)) sentences.push(template.fill(facts));
    }
    return sentences;
  };
  const sentences = fill(ready.about, 1);
  sentences.push(...fill(ready.points, chance(random, 0.4) ? 3 : 2));
  const end = random.next();
  if (end < 0.3) sentences.push(BRAND_STORIES[facts.brand ?? ''] ?? '');
  else if (end < 0.85 || sentences.length < 3) sentences.push(...fill(ready.closers, 1));
  return sentences.join(' ');
}
