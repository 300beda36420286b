// A card number must never reach us. A body that looks like it carries one is refused before anything reads it.
import { problem } from '../../lib/problem.ts';

const CARD_FIELD = /^(number|card_?number|pan|cvc|cvv|cvv2|card|exp|expiry|exp_?month|exp_?year)$/i;
const MAX_DEPTH = 6;

/** Throws `raw-card-refused` where a field is named like a card's, or a text holds 13 to 19 digits with a right check digit. */
export function refuseRawCard(paymentDetails: unknown, depth = 0): void {
  if (depth > MAX_DEPTH) return;
  if (typeof paymentDetails === 'string' && isCardNumber(paymentDetails)) throw problem('raw-card-refused');
  if (typeof paymentDetails === 'number' && isCardNumber(String(paymentDetails))) throw problem('raw-card-refused');
  if (typeof paymentDetails !== 'object' || paymentDetails === null) return;
  for (const [name, value] of Object.entries(paymentDetails)) {
    if (CARD_FIELD.test(name)) throw problem('raw-card-refused');
    refuseRawCard(value, depth + 1);
  }
}

/** ISO/IEC 7812-1: 13 to 19 digits, the last one by Luhn; people write blanks or dashes between them. */
export function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!/^\d{13,19}$/.test(digits)) return false;
  let sum = 0;
  for (let n = 0; n < digits.length; n++) {
    const digit = Number(digits.charAt(digits.length - 1 - n));
    sum += n % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return sum % 10 === 0;
}
