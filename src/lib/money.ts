// Money is an integer of minor units and an ISO 4217 code; never a float.
export type Money = { amount: number; currency: string };

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(currency: string): Intl.NumberFormat {
  let found = formatters.get(currency);
  if (!found) {
    found = new Intl.NumberFormat('en-US', { style: 'currency', currency });
    formatters.set(currency, found);
  }
  return found;
}

/** ISO 4217: how many digits stand behind the point (JPY 0, USD 2, KWD 3). */
export function minorDigits(currency: string): number {
  return formatter(currency).resolvedOptions().maximumFractionDigits ?? 2;
}

/** 129900 USD -> "$1,299.00" */
export function formatMoney(amountMinor: number, currency: string): string {
  return formatter(currency).format(amountMinor / 10 ** minorDigits(currency));
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
