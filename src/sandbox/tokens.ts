// Which token does what: the fixed test tokens, and the test cards of the card page, each of which acts as one of them.
import { createHmac, randomBytes } from 'node:crypto';

export type ChargeState = 'processing' | 'requires_action' | 'succeeded' | 'declined';

export type Behaviour = {
  /** The state a charge begins in. */
  state: ChargeState;
  /** Set exactly where that state is declined. */
  declineCode: string | null;
  brand: string | null;
  last4: string | null;
  webhookCopies: number;
  answer: 'at-once' | 'never' | 'error';
};

type Card = { brand: string; last4: string };

const VISA: Card = { brand: 'visa', last4: '4242' };
const MASTERCARD: Card = { brand: 'mastercard', last4: '4444' };

function succeeds(card: Card): Behaviour {
  return { state: 'succeeded', declineCode: null, ...card, webhookCopies: 1, answer: 'at-once' };
}

function declines(declineCode: string, last4: string): Behaviour {
  return { state: 'declined', declineCode, brand: 'visa', last4, webhookCopies: 1, answer: 'at-once' };
}

const FIXED_TOKENS = {
  tok_visa: succeeds(VISA),
  tok_mastercard: succeeds(MASTERCARD),
  tok_declined: declines('card_declined', '0002'),
  tok_insufficient_funds: declines('insufficient_funds', '9995'),
  tok_expired_card: declines('expired_card', '0069'),
  tok_3ds: { ...succeeds({ brand: 'visa', last4: '3184' }), state: 'requires_action' },
  tok_slow: { ...succeeds(VISA), state: 'processing' },
  tok_timeout: { ...succeeds(VISA), answer: 'never' },
  tok_error: { ...succeeds(VISA), answer: 'error' },
  tok_duplicate_webhook: { ...succeeds(VISA), webhookCopies: 3 },
} as const satisfies Record<string, Behaviour>;

export type FixedToken = keyof typeof FIXED_TOKENS;

export function fixedBehaviour(token: string): Behaviour | undefined {
  return Object.hasOwn(FIXED_TOKENS, token) ? FIXED_TOKENS[token as FixedToken] : undefined;
}

/** Everything a charge can be declined for beside what its card is made for. */
export function refusal(declineCode: 'invalid_token' | 'token_expired' | 'token_already_used'): Behaviour {
  return { state: 'declined', declineCode, brand: null, last4: null, webhookCopies: 1, answer: 'at-once' };
}

export type TestCard = { number: string; actsAs: FixedToken; brand: string; brandName: string; effect: string };

export const TEST_CARDS: readonly TestCard[] = [
  { number: '4242424242424242', actsAs: 'tok_visa', brand: 'visa', brandName: 'Visa', effect: 'Succeeds' },
  {
    number: '5555555555554444',
    actsAs: 'tok_mastercard',
    brand: 'mastercard',
    brandName: 'Mastercard',
    effect: 'Succeeds',
  },
  {
    number: '4000002760003184',
    actsAs: 'tok_3ds',
    brand: 'visa',
    brandName: 'Visa',
    effect: 'Asks the bank first (3-D Secure)',
  },
  { number: '4000000000000002', actsAs: 'tok_declined', brand: 'visa', brandName: 'Visa', effect: 'Declined' },
  {
    number: '4000000000009995',
    actsAs: 'tok_insufficient_funds',
    brand: 'visa',
    brandName: 'Visa',
    effect: 'Declined: insufficient funds',
  },
  {
    number: '4000000000000069',
    actsAs: 'tok_expired_card',
    brand: 'visa',
    brandName: 'Visa',
    effect: 'Declined: expired card',
  },
];

const TOKEN_RANDOM_BYTES = 18;

export function newCardToken(): string {
  return `tok_${randomBytes(TOKEN_RANDOM_BYTES).toString('base64url')}`;
}

/** Of a card that its owner keeps: it is not spent by a charge. */
export function newSavedCardToken(): string {
  return newCardToken().replace('tok_', 'card_');
}

/** The same for the same card. Keyed, since there are too few card numbers for a plain hash to hide one. */
export function fingerprintOf(cardNumber: string, key: string): string {
  return `fp_${createHmac('sha256', key).update(`card ${cardNumber}`).digest('base64url')}`;
}

export function isCardToken(token: string): boolean {
  return /^(tok|card)_[\w-]{24}$/.test(token);
}

export function isSavedCardToken(token: string): boolean {
  return isCardToken(token) && token.startsWith('card_');
}

/** Luhn (ISO/IEC 7812-1): catches every single wrong digit, and most that are swapped. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let fromRight = 0; fromRight < digits.length; fromRight++) {
    const digit = Number(digits.charAt(digits.length - 1 - fromRight));
    const doubled = fromRight % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}

export type CardInput = { number: string; expiry: string; code: string };
export type CardErrors = { number?: string; expiry?: string; code?: string };
export type CardCheck = { kind: 'accepted'; card: TestCard } | { kind: 'refused'; errors: CardErrors };

const CARD_NUMBER = /^\d{12,19}$/;
const EXPIRY = /^(\d{2})\s*\/?\s*(?:20)?(\d{2})$/;
const SECURITY_CODE = /^\d{3}$/;
const LONGEST_VALIDITY_YEARS = 20;

export function checkCard(input: CardInput, now: Date): CardCheck {
  const errors: CardErrors = {};
  const number = input.number.replace(/[\s-]/g, '');
  const card = TEST_CARDS.find((one) => one.number === number);
  if (!CARD_NUMBER.test(number)) errors.number = 'Enter the card number, 16 digits.';
  else if (!passesLuhn(number)) errors.number = 'A digit of this number is wrong.';
  else if (!card) errors.number = 'This is not one of the test cards. Never type a real card here.';
  const expiryError = checkExpiry(input.expiry.trim(), now);
  if (expiryError) errors.expiry = expiryError;
  if (!SECURITY_CODE.test(input.code.trim())) errors.code = 'Enter the security code, 3 digits.';
  return card && Object.keys(errors).length === 0 ? { kind: 'accepted', card } : { kind: 'refused', errors };
}

function checkExpiry(text: string, now: Date): string | undefined {
  const match = EXPIRY.exec(text);
  const month = Number(match?.[1]);
  if (!match || month < 1 || month > 12) return 'Enter month and year, like 09/30.';
  const monthsLeft = (2000 + Number(match[2]) - now.getUTCFullYear()) * 12 + month - 1 - now.getUTCMonth();
  if (monthsLeft < 0) return 'This date has passed.';
  if (monthsLeft > LONGEST_VALIDITY_YEARS * 12)
    return `No card is valid for more than ${LONGEST_VALIDITY_YEARS} years.`;
  return undefined;
}
