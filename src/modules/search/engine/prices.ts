// Price words of a query: "under 50", "not more than $100", "20 dollars or less", "between 20 and 40", "around $50", "30€".
//
// Prices are compared as they stand, in the shop's own currency, whatever sign was typed. Not read: pounds, which weigh.
// Numbers in words are ages and titles too ("toys under five", "fit over forty"): they are prices before a word for money, and from ten
// on as an upper limit ("under fifty").
import { minorDigits } from '../../../lib/money.ts';
import { NO_HIGHEST_PRICE, type PriceWords, type SearchQuery } from '../query.ts';
import { amountOf, NUMBER_IN_WORDS } from './numerals.ts';

/** Who names one price would as gladly pay a little more or less. */
const NEAR_SHARE = 0.2;
/** Digits of a fraction that people type by habit, also where money has none. */
const CENTS = 2;
const SIGN = String.raw`\p{Sc}`;
// "not more than 50" is the opposite of "more than 50".
const NOT_DENIED = String.raw`(?<!\b(?:no|not)\s)\b`;
const UP_TO = String.raw`(?:${NOT_DENIED}(?:under|below|less than|cheaper than|lower than)\s|\b(?:not|no) (?:more than|over|above)\s|<=?\s?|≤\s?)`;
const UP_TO_IF_MONEY = String.raw`\b(?:up to|at most|max|maximum|within|to)\s`;
const FROM = String.raw`(?:${NOT_DENIED}(?:over|above|more than)\s|\b(?:not|no) (?:less than|under|below|cheaper than)\s|>=?\s?|≥\s?)`;
const FROM_IF_MONEY = String.raw`\b(?:from|at least|min|minimum)\s`;
const OR_LESS = String.raw`\s?or (?:less|cheaper)\b`;
// "3 and up" is an age.
const OR_LESS_IF_MONEY = String.raw`\s?(?:or|and) (?:under|below)\b`;
const OR_MORE_IF_MONEY = String.raw`\s?(?:or|and) (?:more|over|above|up)\b`;
// "books about 1984" is no price, "about $20" is.
const NEAR_IF_MONEY = String.raw`(?:\b(?:around|about|approximately|approx|roughly|near)\s|~\s?)?`;

/** Below, ages are meant as often. */
const LEAST_WITHOUT_MONEY = 10;
const SPELT_RANGE = new RegExp(String.raw`\bbetween (${NUMBER_IN_WORDS}) (and|to) (${NUMBER_IN_WORDS})`, 'gu');
const SPELT_AMOUNT = new RegExp(String.raw`(${UP_TO})?(${NUMBER_IN_WORDS})(\s(?:dollars?|euros?|bucks|yen)\b)?`, 'gu');

type Limits = Omit<PriceWords, 'text'>;
type Reading = { pattern: RegExp; needsMoney: boolean; read: (amounts: number[]) => Limits };

const most = ([max = 0]: number[]) => ({ maxPriceMinor: max });
const least = ([min = 0]: number[]) => ({ minPriceMinor: min });
const range = ([one = 0, other = 0]: number[]) => ({
  minPriceMinor: Math.min(one, other),
  maxPriceMinor: Math.max(one, other),
});
const near = ([amount = 0]: number[]) => ({
  minPriceMinor: Math.round(amount * (1 - NEAR_SHARE)),
  maxPriceMinor: Math.round(amount * (1 + NEAR_SHARE)),
  isNear: true,
});

/** By currency: its code is a word for money too, and it says how many digits stand behind the point. */
const known = new Map<string, Reading[]>();

function readingsFor(currency: string): Reading[] {
  const made = known.get(currency);
  if (made) return made;
  const code = `usd|eur|gbp|${currency.toLowerCase()}`;
  // Behind a comma as well as behind a point: €12,50.
  const fraction = String.raw`(?:[.,]\d{1,${Math.max(CENTS, minorDigits(currency))}})?`;
  const number = String.raw`((?:\d{1,3}(?:,\d{3}){1,2}|\d{1,7})${fraction})`;
  const before = String.raw`(?<![\w.,])(${SIGN}|(?:${code})\s)?\s?`;
  const behind = String.raw`\s?(${SIGN}|(?:${code}|dollars?|euros?|bucks|yen)\b)?(?!\w|[.,]\d)`;
  const amount = before + number + behind;
  const reading = (pattern: string, needsMoney: boolean, read: Reading['read']): Reading => ({
    pattern: new RegExp(pattern, 'u'),
    needsMoney,
    read,
  });
  const readings = [
    reading(String.raw`\bbetween\s${amount}\s?(?:and|to|-)\s?${amount}`, false, range),
    reading(String.raw`(?:\bfrom\s)?${amount}\s?(?:to|-)\s?${amount}`, true, range),
    reading(amount + OR_LESS, false, most),
    reading(amount + OR_LESS_IF_MONEY, true, most),
    reading(amount + OR_MORE_IF_MONEY, true, least),
    reading(UP_TO + amount, false, most),
    reading(UP_TO_IF_MONEY + amount, true, most),
    reading(FROM + amount, false, least),
    reading(FROM_IF_MONEY + amount, true, least),
    reading(NEAR_IF_MONEY + amount, true, near),
  ];
  known.set(currency, readings);
  return readings;
}

/**
 * The text without its price words, and what they ask. A bare number is a price only at the end ("shoes under 50"): before
 * another word it may count anything ("over 40 pieces"), and before a unit it measures. A number with a sign is no word.
 */
export function takePriceWords(folded: string, currency: string): { text: string; price: PriceWords | null } {
  const { inDigits, words } = withDigits(folded);
  const taken = takeFigures(inDigits, currency);
  if (taken.price === null) return { text: folded, price: null };
  const typed = words.reduce((text, word) => text.replace(String(amountOf(word)), word), taken.price.text);
  return { ...taken, price: { ...taken.price, text: typed } };
}

/** The text with numbers that may be prices in digits, and the words that stood there. */
function withDigits(folded: string): { inDigits: string; words: string[] } {
  const words: string[] = [];
  const inDigits = folded
    .replace(SPELT_RANGE, (range, low: string, to: string, high: string) => {
      if (Math.min(amountOf(low), amountOf(high)) < LEAST_WITHOUT_MONEY) return range;
      words.push(low, high);
      return `between ${amountOf(low)} ${to} ${amountOf(high)}`;
    })
    .replace(SPELT_AMOUNT, (amount, limit = '', number: string, money = '') => {
      if (money === '' && (limit === '' || amountOf(number) < LEAST_WITHOUT_MONEY)) return amount;
      words.push(number);
      return `${limit}${amountOf(number)}${money}`;
    });
  return { inDigits, words };
}

function takeFigures(folded: string, currency: string): { text: string; price: PriceWords | null } {
  if (!/\d/.test(folded)) return { text: folded, price: null };
  for (const { pattern, needsMoney, read } of readingsFor(currency)) {
    const match = pattern.exec(folded);
    if (!match) continue;
    const [words] = match;
    const behind = folded.slice(match.index + words.length).trimStart();
    const isMoney = match.slice(1).some((part, at) => part !== undefined && (at % 3 === 0 || at % 3 === 2));
    if (!isMoney && (needsMoney || !endsHere(behind))) continue;
    const amounts = [match[2], match[5]].filter((part) => part !== undefined);
    const text = `${folded.slice(0, match.index)} ${behind}`.trim().replace(/\s+/g, ' ');
    return { text, price: { ...read(amounts.map((amount) => minorOf(amount, currency))), text: words.trim() } };
  }
  return { text: folded, price: null };
}

function minorOf(amount: string, currency: string): number {
  const plain = amount.replaceAll(/,(?=\d{3})/g, '').replace(',', '.');
  return Math.round(Number(plain) * 10 ** minorDigits(currency));
}

function endsHere(behind: string): boolean {
  return !/[\p{L}\p{N}"'%]/u.test(behind) || /^(?:for|with|from|by)\s/.test(behind);
}

/** Limits that were typed narrow those that were chosen. */
export function withPrice(query: SearchQuery, price: PriceWords | null): SearchQuery {
  if (price === null) return query;
  const { minPriceMinor = 0, maxPriceMinor = NO_HIGHEST_PRICE } = query;
  return {
    ...query,
    minPriceMinor: Math.max(minPriceMinor, price.minPriceMinor ?? 0),
    maxPriceMinor: Math.min(maxPriceMinor, price.maxPriceMinor ?? NO_HIGHEST_PRICE),
  };
}
