// How shops write measures, and the one spelling each is found under.

const SPELLINGS: Record<string, string> = {
  in: 'in inch inches',
  ft: 'ft foot feet',
  yd: 'yd yard yards',
  mm: 'mm millimeter millimeters millimetre millimetres',
  cm: 'cm centimeter centimeters centimetre centimetres',
  m: 'm meter meters metre metres',
  km: 'km kilometer kilometers kilometre kilometres',
  mg: 'mg milligram milligrams',
  g: 'g gram grams',
  kg: 'kg kilo kilos kilogram kilograms',
  oz: 'oz ounce ounces',
  lb: 'lb lbs pound pounds',
  ml: 'ml milliliter milliliters millilitre millilitres',
  cl: 'cl centiliter centiliters centilitre centilitres',
  l: 'l ltr liter liters litre litres',
  pt: 'pt pint pints',
  qt: 'qt quart quarts',
  gal: 'gal gallon gallons',
  kb: 'kb kilobyte kilobytes',
  mb: 'mb megabyte megabytes',
  gb: 'gb gigabyte gigabytes',
  tb: 'tb terabyte terabytes',
  v: 'v volt volts',
  w: 'w watt watts',
  kw: 'kw kilowatt kilowatts',
  wh: 'wh',
  kwh: 'kwh',
  va: 'va',
  amp: 'amp amps ampere amperes',
  ah: 'ah',
  mah: 'mah',
  hz: 'hz hertz',
  khz: 'khz',
  mhz: 'mhz',
  ghz: 'ghz',
  db: 'db decibel decibels',
  lm: 'lm lumen lumens',
  mp: 'mp megapixel megapixels',
  p: 'p',
  dpi: 'dpi',
  rpm: 'rpm',
  psi: 'psi',
  btu: 'btu btus',
  mbps: 'mbps',
  gbps: 'gbps',
};

const UNITS = new Map(
  Object.entries(SPELLINGS).flatMap(([unit, spellings]) =>
    spellings.split(' ').map((spelling): [string, string] => [spelling, unit]),
  ),
);

/** The one spelling of a unit; undefined where the word is none. */
export function unitOf(word: string): string | undefined {
  return UNITS.get(word);
}

/** How else a unit may be written: inch, inches, in. */
export function spellingsOf(word: string): string[] {
  return SPELLINGS[UNITS.get(word) ?? '']?.split(' ') ?? [];
}

export function isNumber(word: string): boolean {
  const first = word.charCodeAt(0);
  return first >= 48 && first <= 57 && /^[0-9]+(?:\.[0-9]+)?$/.test(word);
}

/** 1.7l into its two words; undefined where the word is no number with a unit. */
export function splitMeasure(word: string): { number: string; unit: string } | undefined {
  const first = word.charCodeAt(0);
  const last = word.charCodeAt(word.length - 1);
  if (first < 48 || first > 57 || (last >= 48 && last <= 57)) return undefined;
  const match = /^([0-9]+(?:\.[0-9]+)?)([a-z]+)$/.exec(word);
  if (!match?.[1] || !match[2] || !UNITS.has(match[2])) return undefined;
  return { number: match[1], unit: match[2] };
}

/** Follows the words of a text and says when they make up a size: 8 x 10, 8' x 10' and 8x10 are one. */
export function openSizes(): (word: string) => string | undefined {
  let size = '';
  return (word) => {
    if (isNumber(word)) {
      const isNext = size.endsWith('x');
      size = isNext ? size + word : word;
      return isNext ? size : undefined;
    }
    if (size === '') return undefined;
    if (word === 'x' && !size.endsWith('x')) size += 'x';
    else if (size.endsWith('x') || !UNITS.has(word)) size = '';
    return undefined;
  };
}
