export { type AuditReport, auditBooks } from './audit-books.ts';
export { carryDemoOrders } from './carry-demo-orders.ts';
export { makeDropStatement } from './drop-statement.ts';
export { indexOrders } from './index-orders.ts';
export { listOrdersOfSeller, listOrdersOfUser, type OrderPage } from './list-orders.ts';
export { moveOrder } from './move-order.ts';
export {
  canMove,
  isAtRest,
  ORDER_STATES,
  type OrderState,
  type ParcelState,
  parcelStatesAfter,
} from './order-state.ts';
export {
  type Checkout,
  drainCheckout,
  openCheckout,
  type PayOutcome,
  paidOrder,
  placeOrder,
  turnsToPay,
} from './place-order.ts';
export { addressLines, formatTaxRate, methodName, type Receipt, receiptNumber, receiptOf } from './receipt.ts';
export { renderReceiptPdf } from './receipt-pdf.ts';
export { relayOutbox } from './relay-outbox.ts';
export { resolveDuePayments, resolvePayment } from './resolve-payment.ts';
export { loadStatementKey } from './statement-key.ts';
export type { OrderNews, OrderSummary } from './store-lists.ts';
export type { OutboxMessage } from './store-outbox.ts';
export { findOrderOfPayment, hasBought } from './store-settling.ts';
export { cancelOrder, refundOrder, type TakeBackOutcome } from './take-back-order.ts';
export { maySee, track } from './track.ts';
export type { TrackedOrder } from './tracked-order.ts';
export { isTrackingLink, trackingPath } from './tracking-link.ts';
export { type Verification, verifyStatement } from './verify-statement.ts';
export { type OrderWatch, openOrderWatch } from './watch-orders.ts';
