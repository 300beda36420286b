// The door of payments: attempts to charge, refunds, the ledger, and the port to the provider.
export { createSandboxProvider } from './adapters/sandbox.ts';
export { openPaymentBook, type PaymentAttempt } from './begin-payment.ts';
export { type CardEntries, findCardEntry, openCardEntries } from './enter-with-card.ts';
export { findLatestPaymentOf, findPayment } from './find-payment.ts';
export type { BeginOutcome, Payment, PaymentState } from './payment.ts';
export type { ChargeOutcome, PaymentProvider } from './provider.ts';
export { openEventInbox, receiveEvent } from './receive-event.ts';
export {
  chargeTokenOf,
  listMethods,
  removeMethod,
  type SavedMethod,
  saveMethod,
} from './saved-methods.ts';
export { type LedgerLine, type SellerBalance, sellerBalance, sellerLedger } from './seller-money.ts';
export { sendDueRefunds } from './send-refunds.ts';
export { findRefundById as findRefund, loadDuePayments, postpone as postponePayment } from './store.ts';
export { loadPaymentCounts, type PaymentCounts } from './store-drop-figures.ts';
