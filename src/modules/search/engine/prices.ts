// Price words of a query: "under 50", "not more than $100", "20 dollars or less", "between 20 and 40".
import type { PriceWords, SearchQuery } from '../query.ts';

/** Of the currencies whose signs are understood; prices are compared as they stand, in the shop's own currency. */
const MINOR_A_UNIT = 100;
const SIGN = '[$€£]';
const AMOUNT = String.raw`(${SIGN}|(?:usd|eur|gbp)\s)?\s?((?:\d{1,3}(?:,\d{3}){1,2}|\d{1,7})(?:\.\d{1,2})?)\s?(${SIGN}|(?:usd|eur|gbp|dollars?|euros?|bucks)\b)?`;
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

type Reading = { pattern: RegExp; needsMoney: boolean; read: (amounts: number[]) => Omit<PriceWords, 'text'> };

const most = ([max = 0]: number[]) => ({ maxPriceMinor: max });
const least = ([min = 0]: number[]) => ({ minPriceMinor: min });
const range = ([one = 0, other = 0]: number[]) => ({
  minPriceMinor: Math.min(one, other),
  maxPriceMinor: Math.max(one, other),
});

const READINGS: Reading[] = [
  { pattern: new RegExp(String.raw`\bbetween\s${AMOUNT}\s?(?:and|to|-)\s?${AMOUNT}`), needsMoney: false, read: range },
  { pattern: new RegExp(String.raw`(?:\bfrom\s)?${AMOUNT}\s?(?:to|-)\s?${AMOUNT}`), needsMoney: true, read: range },
  { pattern: new RegExp(AMOUNT + OR_LESS), needsMoney: false, read: most },
  { pattern: new RegExp(AMOUNT + OR_LESS_IF_MONEY), needsMoney: true, read: most },
  { pattern: new RegExp(AMOUNT + OR_MORE_IF_MONEY), needsMoney: true, read: least },
  { pattern: new RegExp(UP_TO + AMOUNT), needsMoney: false, read: most },
  { pattern: new RegExp(UP_TO_IF_MONEY + AMOUNT), needsMoney: true, read: most },
  { pattern: new RegExp(FROM + AMOUNT), needsMoney: false, read: least },
  { pattern: new RegExp(FROM_IF_MONEY + AMOUNT), needsMoney: true, read: least },
];

/**
 * The text without its price words, and what they ask. A bare number is a price only at the end ("shoes under 50"): before
 * another word it may count anything ("over 40 pieces"), and before a unit it measures.
 */
export function takePriceWords(folded: string): { text: string; price: PriceWords | null } {
  for (const { pattern, needsMoney, read } of READINGS) {
    const match = pattern.exec(folded);
    if (!match) continue;
    const [words] = match;
    const behind = folded.slice(match.index + words.length).trimStart();
    const isMoney = match.slice(1).some((part, at) => part !== undefined && (at % 3 === 0 || at % 3 === 2));
    if (!isMoney && (needsMoney || !endsHere(behind))) continue;
    const amounts = [match[2], match[5]].filter((part) => part !== undefined);
    const text = `${folded.slice(0, match.index)} ${behind}`.trim().replace(/\s+/g, ' ');
    const asked = read(amounts.map((amount) => Math.round(Number(amount.replaceAll(',', '')) * MINOR_A_UNIT)));
    return { text, price: { ...asked, text: words.trim() } };
  }
  return { text: folded, price: null };
}

function endsHere(behind: string): boolean {
  return !/[\p{L}\p{N}"'%]/u.test(behind) || /^(?:for|with|from|by)\s/.test(behind);
}

/** Limits that were typed narrow those that were chosen. */
export function withPrice(query: SearchQuery, price: PriceWords | null): SearchQuery {
  if (price === null) return query;
  const { minPriceMinor = 0, maxPriceMinor = Number.MAX_SAFE_INTEGER } = query;
  return {
    ...query,
    minPriceMinor: Math.max(minPriceMinor, price.minPriceMinor ?? 0),
    maxPriceMinor: Math.min(maxPriceMinor, price.maxPriceMinor ?? Number.MAX_SAFE_INTEGER),
  };
}
