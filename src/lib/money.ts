// Money is an integer of minor units and an ISO 4217 code; never a float.
export type Money = { amount: number; currency: string };

type Formatter = { format: Intl.NumberFormat['format']; digits: number };
const formatters = new Map<string, Formatter>();

// Kept with its digits: asking Intl for them cost more than all else of a search page.
function formatter(currency: string): Formatter {
  let found = formatters.get(currency);
  if (!found) {
    const made = new Intl.NumberFormat('en-US', { style: 'currency', currency });
    found = { format: made.format, digits: made.resolvedOptions().maximumFractionDigits ?? 2 };
    formatters.set(currency, found);
  }
  return found;
}

/** ISO 4217: how many digits stand behind the point (JPY 0, USD 2, KWD 3). */
export function minorDigits(currency: string): number {
  return formatter(currency).digits;
}

/** 129900 USD -> "$1,299.00" */
export function formatMoney(amountMinor: number, currency: string): string {
  const { format, digits } = formatter(currency);
  return format(amountMinor / 10 ** digits);
}

/** "1,299.5" USD -> 129950; undefined where the text is no amount of that currency. */
export function parseDecimal(text: string, currency: string): number | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text.trim().replaceAll(',', ''));
  if (!match) return undefined;
  const digits = minorDigits(currency);
  const fraction = (match[2] ?? '').padEnd(digits, '0');
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  const amount = Number(match[1]) * 10 ** digits + Number(fraction.slice(0, digits) || 0);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}
