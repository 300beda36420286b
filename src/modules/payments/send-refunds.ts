// Refunds that are due go to the provider, under their own idempotency key, until it has them.
import type { Queryable } from '../../lib/db.ts';
import type { Log } from '../../lib/log.ts';
import type { PaymentProvider } from './provider.ts';
import { loadDueRefunds, markRefundDone, postponeDueRefund } from './store.ts';

const MAX_REFUNDS_A_RUN = 100;
const FIRST_PAUSE_SECONDS = 2;
const MAX_PAUSE_SECONDS = 3_600;

/** Returns how many were done. */
export async function sendDueRefunds(
  db: Queryable,
  provider: PaymentProvider,
  log: Log,
  at: Date | null,
): Promise<number> {
  let done = 0;
  for (const refund of await loadDueRefunds(db, at, MAX_REFUNDS_A_RUN)) {
    const outcome = await provider
      .refund({
        idempotencyKey: refund.refund_id,
        paymentKey: refund.payment_id,
        amountMinor: refund.amount_minor,
        currency: refund.currency,
      })
      // One that the provider refuses outright needs a person; the others must not wait for them.
      .catch((error: unknown) => ({ kind: 'failed' as const, error }));
    if (outcome.kind === 'refunded') {
      await markRefundDone(db, refund, outcome.providerRefundId, at);
      done++;
    } else {
      const pauseSeconds = Math.min(FIRST_PAUSE_SECONDS * 2 ** refund.check_count, MAX_PAUSE_SECONDS);
      log.warn(
        {
          refundId: refund.refund_id,
          outcome,
          err: outcome.kind === 'failed' ? outcome.error : undefined,
          pauseSeconds,
        },
        'refund not taken yet',
      );
      await postponeDueRefund(db, refund, at, pauseSeconds);
    }
  }
  return done;
}
