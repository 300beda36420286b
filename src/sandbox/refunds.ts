// Refunding: at most what was charged, once a key.
import type { Database, Queryable } from '../lib/db.ts';
import { hashOf, newId } from './charges.ts';
import { type Charge, findRefundByKey, insertRefund, lockChargeByKey, type Refund } from './store.ts';

export type RefundRequest = {
  idempotencyKey: string;
  /** The idempotency key of the charge. */
  chargeKey: string;
  amountMinor: number;
  currency: string | null;
};

export type RefundAnswer =
  | { kind: 'refund'; refund: Refund; charge: Charge }
  | { kind: 'key-reused' }
  | { kind: 'no-such-charge' }
  | { kind: 'not-captured' }
  | { kind: 'other-currency' }
  | { kind: 'more-than-left'; leftMinor: number };

export async function refundCharge(db: Database, request: RefundRequest): Promise<RefundAnswer> {
  const requestHash = hashOf(request);
  // The charge's row is locked first, so refunds of one charge come one after the other.
  return db.transaction(async (tx) => {
    const charge = await lockChargeByKey(tx, request.chargeKey);
    const earlier = await replay(tx, request, requestHash, charge);
    if (earlier) return earlier;
    if (!charge) return { kind: 'no-such-charge' };
    if (charge.state !== 'succeeded') return { kind: 'not-captured' };
    if (request.currency !== null && request.currency !== charge.currency) return { kind: 'other-currency' };
    const leftMinor = charge.amount_minor - charge.refunded_minor;
    if (request.amountMinor > leftMinor) return { kind: 'more-than-left', leftMinor };
    const refund = await insertRefund(tx, {
      refundId: newId('re'),
      idempotencyKey: request.idempotencyKey,
      requestHash,
      chargeId: charge.charge_id,
      amountMinor: request.amountMinor,
    });
    // Not made: a refund of another charge took the key between our look and now.
    return refund ? { kind: 'refund', refund, charge } : { kind: 'key-reused' };
  });
}

async function replay(
  tx: Queryable,
  request: RefundRequest,
  requestHash: Buffer,
  charge: Charge | undefined,
): Promise<RefundAnswer | undefined> {
  const refund = await findRefundByKey(tx, request.idempotencyKey);
  if (!refund) return undefined;
  return charge && refund.request_hash.equals(requestHash)
    ? { kind: 'refund', refund, charge }
    : { kind: 'key-reused' };
}
