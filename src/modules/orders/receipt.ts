// What a receipt says, from the order as it was sold. Page, PDF and JSON all show this.
import type { Address } from '../accounts/index.ts';
import type { OrderSeller, TrackedOrder } from './tracked-order.ts';

export type ReceiptLine = { title: string; quantity: number; amountMinor: number };

export type Receipt = {
  receiptNumber: string;
  orderId: string;
  placedAt: Date;
  paidAt: Date;
  amountMinor: number;
  currency: string;
  /** Prices include tax: this is the part of the amount that is tax. */
  taxMinor: number;
  taxBasisPoints: number;
  method: { brand: string; last4: string };
  seller: OrderSeller;
  buyer: Address;
  lines: ReceiptLine[];
};

const RECEIPT_DIGITS = 6;

export function receiptNumber(sellerId: number, number: number): string {
  return `S${sellerId}-${String(number).padStart(RECEIPT_DIGITS, '0')}`;
}

export function receiptOf(order: TrackedOrder): Receipt {
  const facts = order.receipt;
  return {
    receiptNumber: receiptNumber(order.seller.sellerId, facts.number),
    orderId: order.orderId,
    placedAt: order.placedAt,
    paidAt: facts.paidAt,
    amountMinor: facts.amountMinor,
    currency: order.currency,
    taxMinor: facts.taxMinor,
    taxBasisPoints: facts.taxBasisPoints,
    method: { brand: facts.methodBrand, last4: facts.methodLast4 },
    seller: order.seller,
    buyer: order.shippingAddress,
    lines: [{ title: order.title, quantity: 1, amountMinor: facts.amountMinor }],
  };
}

/** 2000 -> "20%", 810 -> "8.1%" */
export function formatTaxRate(basisPoints: number): string {
  return `${basisPoints / 100}%`;
}

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' });

/** An address as it stands on an envelope, a line each. */
export function addressLines(address: Address): string[] {
  const town = [address.postalCode, address.city].filter(Boolean).join(' ');
  const lines = [address.name, address.line1, address.line2, town, address.region, countryName(address.country)];
  return lines.filter((line): line is string => Boolean(line));
}

function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (countryNames.of(code) ?? code) : code;
}

/** "Visa" for "visa": providers write brands in lower case. */
export function methodName(brand: string): string {
  return brand.charAt(0).toUpperCase() + brand.slice(1);
}
