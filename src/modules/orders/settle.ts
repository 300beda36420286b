// Makes what the provider said true: unit, order, receipt, ledger and news in one transaction, many payments at once.
import { type Batcher, createBatcher } from '../../lib/batcher.ts';
import type { Database } from '../../lib/db.ts';
import { newKeyedId } from '../../lib/ids.ts';
import { deliveryEstimate } from '../catalog/index.ts';
import type { ChargeOutcome } from '../payments/index.ts';
import { runSettleBatch, type SettleRow } from './store-settling.ts';

/** The outcomes that decide something; the others leave the payment open. */
export type DecidedCharge = Extract<ChargeOutcome, { kind: 'succeeded' | 'declined' | 'requires-action' }>;
export type Settlement = { paymentId: string; charge: DecidedCharge };
export type SettleOutcome =
  | { kind: 'sold'; orderId: string }
  /** Captured, but no unit was left: it goes back. */
  | { kind: 'unsold' }
  | { kind: 'declined' }
  | { kind: 'requires-action' };

const MAX_BATCH_SETTLEMENTS = 200;
const MAX_QUEUED_SETTLEMENTS = 10_000;
const MAX_PRODUCTS_IN_FLIGHT = 8;
// Longer than for reserving: behind a settlement stands a charge. What still fails is found by the reconciling job.
const RETRY_FOR_MS = 30_000;
/** The shop's own share of a sale. */
const FEE_BASIS_POINTS = 500;
/** While a buyer is at the bank's page, the provider is asked this often at first. */
const ACTION_CHECK_SECONDS = 15;

type Item = Settlement & { orderId: string; refundId: string };
export type Settling = Batcher<Item, SettleOutcome>;

export function openSettling(db: Database): Settling {
  return createBatcher<Item, SettleOutcome>({
    maxBatchItems: MAX_BATCH_SETTLEMENTS,
    maxQueuedItems: MAX_QUEUED_SETTLEMENTS,
    maxKeysInFlight: MAX_PRODUCTS_IN_FLIGHT,
    retryForMs: RETRY_FOR_MS,
    run: async (productId, items) => {
      const estimate = deliveryEstimate(new Date());
      const rows = await runSettleBatch(db, productId, null, columnsOf(items), {
        feeBasisPoints: FEE_BASIS_POINTS,
        earliestDelivery: estimate.earliest,
        latestDelivery: estimate.latest,
        checkSeconds: ACTION_CHECK_SECONDS,
      });
      return rows.map((row, n) => toOutcome(row, items[n]?.paymentId));
    },
  });
}

/** Order and refund ids are drawn once, so that a batch sent again after a lost connection means the same order. */
export function settle(settling: Settling, productId: number, settlement: Settlement): ReturnType<Settling['submit']> {
  return settling.submit(productId, { ...settlement, orderId: newKeyedId(productId), refundId: newKeyedId(productId) });
}

function columnsOf(items: readonly Item[]): Parameters<typeof runSettleBatch>[3] {
  const succeeded = items.map(({ charge }) => (charge.kind === 'succeeded' ? charge : null));
  return {
    paymentIds: items.map((item) => item.paymentId),
    results: items.map(({ charge }) => (charge.kind === 'requires-action' ? 'requires_action' : charge.kind)),
    chargeIds: items.map(({ charge }) => (charge.kind === 'declined' ? null : charge.chargeId)),
    brands: succeeded.map((charge) => charge?.brand ?? null),
    last4s: succeeded.map((charge) => charge?.last4 ?? null),
    capturedAts: succeeded.map((charge) => charge?.capturedAt ?? null),
    details: items.map(({ charge }) => detailOf(charge)),
    orderIds: items.map((item) => item.orderId),
    refundIds: items.map((item) => item.refundId),
  };
}

function detailOf(charge: DecidedCharge): string | null {
  if (charge.kind === 'declined') return charge.declineCode;
  return charge.kind === 'requires-action' ? charge.actionUrl : null;
}

function toOutcome(row: SettleRow, paymentId: string | undefined): SettleOutcome {
  if (row.outcome === 'unknown-payment') throw new Error(`payment ${paymentId} is to be settled but was never written`);
  if (row.outcome === 'sold') {
    if (!row.order_of_payment) throw new Error(`payment ${paymentId} is sold without an order`);
    return { kind: 'sold', orderId: row.order_of_payment };
  }
  return { kind: row.outcome === 'requires_action' ? 'requires-action' : row.outcome };
}
