// An order as its buyer, its seller and its receipt read it.
import type { Address } from '../accounts/index.ts';
import type { OrderState } from './order-state.ts';

export type OrderEvent = {
  sequence: number;
  state: OrderState;
  at: Date;
  note: string | null;
  place: string | null;
};

export type OrderSeller = {
  sellerId: number;
  /** Who signs in for the seller; null for one that was only imported. */
  userId: number | null;
  name: string;
  address: string | null;
  taxNumber: string | null;
};

export type ReceiptFacts = {
  number: number;
  amountMinor: number;
  taxMinor: number;
  taxBasisPoints: number;
  paidAt: Date;
  methodBrand: string;
  methodLast4: string;
};

export type TrackedOrder = {
  orderId: string;
  productId: number;
  userId: number;
  seller: OrderSeller;
  state: OrderState;
  title: string;
  priceMinor: number;
  currency: string;
  shippingAddress: Address;
  /** Days as YYYY-MM-DD: a delivery day has no time zone. */
  earliestDelivery: string;
  latestDelivery: string;
  carrier: string | null;
  trackingNumber: string | null;
  placedAt: Date;
  events: OrderEvent[];
  receipt: ReceiptFacts;
};
