// Before anyone is charged, the attempt is on disk: its id is the provider's idempotency key, so it can be asked for after a crash.
import { type Batcher, createBatcher } from '../../lib/batcher.ts';
import type { Database } from '../../lib/db.ts';
import type { BeginOutcome } from './payment.ts';
import { type BeginRow, runBeginPayments } from './store.ts';

export type PaymentAttempt = { userId: number; paymentId: string; token: string; shippingAddress: unknown };

const MAX_BATCH_PAYMENTS = 200;
const MAX_QUEUED_PAYMENTS = 5_000;
const MAX_PRODUCTS_IN_FLIGHT = 8;
const RETRY_FOR_MS = 5_000;
// The charging process itself has settled by then; if it died, the reconciling job takes over.
const FIRST_CHECK_SECONDS = 12;

export function openPaymentBook(db: Database): Batcher<PaymentAttempt, BeginOutcome> {
  return createBatcher<PaymentAttempt, BeginOutcome>({
    maxBatchItems: MAX_BATCH_PAYMENTS,
    maxQueuedItems: MAX_QUEUED_PAYMENTS,
    maxKeysInFlight: MAX_PRODUCTS_IN_FLIGHT,
    retryForMs: RETRY_FOR_MS,
    run: async (productId, attempts) => {
      const rows = await runBeginPayments(
        db,
        productId,
        {
          userIds: attempts.map((attempt) => attempt.userId),
          paymentIds: attempts.map((attempt) => attempt.paymentId),
          tokens: attempts.map((attempt) => attempt.token),
          addresses: attempts.map((attempt) => JSON.stringify(attempt.shippingAddress)),
        },
        FIRST_CHECK_SECONDS,
      );
      return rows.map((row, n) => toOutcome(row, attempts[n]?.paymentId));
    },
  });
}

function toOutcome(row: BeginRow, paymentId: string | undefined): BeginOutcome {
  if (row.outcome === 'expired' || row.outcome === 'no-reservation') return { kind: row.outcome };
  const begun = {
    paymentId: row.id,
    reservationId: row.reservation,
    amountMinor: row.amount,
    currency: row.money,
    expiresAt: row.hold_expires,
  };
  if (row.outcome === 'begun') return { kind: 'begun', ...begun };
  // Our own id came back: this very attempt was written before its connection was lost, and nobody has charged for it yet.
  if (row.id === paymentId && row.payment_state === 'processing') return { kind: 'begun', ...begun };
  return { kind: 'existing', paymentId: row.id, reservationId: row.reservation, state: row.payment_state };
}
