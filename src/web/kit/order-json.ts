// Orders and receipts as the contract writes them.
import { type Static, Type } from 'typebox';
import {
  ORDER_STATES,
  type OrderSummary,
  type Receipt,
  receiptNumber,
  type TrackedOrder,
} from '../../modules/orders/index.ts';
import { Day, MoneySchema, Nullable, Time } from './schemas.ts';

const State = Type.Enum([...ORDER_STATES]);
const Product = Type.Object({ productId: Type.String(), title: Type.String(), image: Nullable(Type.String()) });
const Address = Type.Object({
  name: Type.String(),
  line1: Type.String(),
  line2: Type.Optional(Type.String()),
  city: Type.String(),
  region: Type.Optional(Type.String()),
  postalCode: Type.String(),
  country: Type.String(),
});

export const OrderJson = Type.Object({
  orderId: Type.String(),
  state: State,
  product: Product,
  price: MoneySchema,
  placedAt: Time,
  delivery: Type.Object({
    earliest: Day,
    latest: Day,
    carrier: Nullable(Type.String()),
    trackingNumber: Nullable(Type.String()),
  }),
  shippingAddress: Address,
  events: Type.Array(
    Type.Object({
      sequence: Type.Integer(),
      state: State,
      at: Time,
      note: Nullable(Type.String()),
      place: Nullable(Type.String()),
    }),
  ),
  receipt: Type.Object({ receiptNumber: Type.String(), url: Type.String() }),
});
export type OrderJson = Static<typeof OrderJson>;

export const OrderSummaryJson = Type.Object({
  orderId: Type.String(),
  state: State,
  product: Product,
  price: MoneySchema,
  placedAt: Time,
  url: Type.String(),
});
export type OrderSummaryJson = Static<typeof OrderSummaryJson>;

export const ReceiptJson = Type.Object({
  receiptNumber: Type.String(),
  orderId: Type.String(),
  amount: Type.Integer(),
  currency: Type.String(),
  paidAt: Time,
  method: Type.Object({ brand: Type.String(), last4: Type.String() }),
  seller: Type.Object({
    sellerId: Type.String(),
    name: Type.String(),
    address: Nullable(Type.String()),
    taxNumber: Nullable(Type.String()),
  }),
  lines: Type.Array(Type.Object({ title: Type.String(), quantity: Type.Integer(), amount: Type.Integer() })),
  url: Type.String(),
});
export type ReceiptJson = Static<typeof ReceiptJson>;

/** `link` is what the reader came with, if not signed in: the addresses in the answer must open for them too. */
export function trackUrl(orderId: string, link?: string): string {
  return withLink(`/track/${orderId}`, link);
}

export function receiptUrl(orderId: string, link?: string): string {
  return withLink(`/receipt/${orderId}`, link);
}

export function receiptPdfUrl(orderId: string, link?: string): string {
  return withLink(`/receipt/${orderId}.pdf`, link);
}

function withLink(path: string, link: string | undefined): string {
  return link === undefined ? path : `${path}?link=${encodeURIComponent(link)}`;
}

export function orderJson(order: TrackedOrder, image: string | null, link?: string): OrderJson {
  return {
    orderId: order.orderId,
    state: order.state,
    product: { productId: String(order.productId), title: order.title, image },
    price: { amount: order.priceMinor, currency: order.currency },
    placedAt: order.placedAt.toISOString(),
    delivery: {
      earliest: order.earliestDelivery,
      latest: order.latestDelivery,
      carrier: order.carrier,
      trackingNumber: order.trackingNumber,
    },
    shippingAddress: order.shippingAddress,
    events: order.events.map((event) => ({ ...event, at: event.at.toISOString() })),
    receipt: {
      receiptNumber: receiptNumber(order.seller.sellerId, order.receipt.number),
      url: receiptUrl(order.orderId, link),
    },
  };
}

export function orderSummaryJson(order: OrderSummary, image: string | null): OrderSummaryJson {
  return {
    orderId: order.orderId,
    state: order.state,
    product: { productId: String(order.productId), title: order.title, image },
    price: { amount: order.priceMinor, currency: order.currency },
    placedAt: order.placedAt.toISOString(),
    url: trackUrl(order.orderId),
  };
}

export function receiptJson(receipt: Receipt, link?: string): ReceiptJson {
  const { seller } = receipt;
  return {
    receiptNumber: receipt.receiptNumber,
    orderId: receipt.orderId,
    amount: receipt.amountMinor,
    currency: receipt.currency,
    paidAt: receipt.paidAt.toISOString(),
    method: receipt.method,
    seller: {
      sellerId: String(seller.sellerId),
      name: seller.name,
      address: seller.address,
      taxNumber: seller.taxNumber,
    },
    lines: receipt.lines.map(({ title, quantity, amountMinor }) => ({ title, quantity, amount: amountMinor })),
    url: receiptUrl(receipt.orderId, link),
  };
}
