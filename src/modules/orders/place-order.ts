// Paying for a held unit: written down, charged under that name, settled. A step that is lost is found again by its id.
import type { Batcher } from '../../lib/batcher.ts';
import type { Database } from '../../lib/db.ts';
import { keyOf, newKeyedId } from '../../lib/ids.ts';
import { createLimit } from '../../lib/limit.ts';
import type { Log } from '../../lib/log.ts';
import type { Address } from '../accounts/index.ts';
import {
  type BeginOutcome,
  type ChargeOutcome,
  findPayment,
  openPaymentBook,
  type PaymentAttempt,
  type PaymentProvider,
} from '../payments/index.ts';
import { resolvePayment } from './resolve-payment.ts';
import { openSettling, type Settling, settle } from './settle.ts';
import { findOrderOfPayment } from './store-settling.ts';
import { openTracker, type Tracker } from './track.ts';
import type { TrackedOrder } from './tracked-order.ts';

export type PayRequest = {
  productId: number;
  userId: number;
  token: string;
  shippingAddress: Address;
  description: string;
};
export type PayOutcome =
  | { kind: 'paid'; orderId: string; isNew: boolean }
  | { kind: 'requires-action'; paymentId: string; actionUrl: string }
  | { kind: 'processing'; paymentId: string }
  | { kind: 'declined'; paymentId: string; reservationId: string; declineCode: string; expiresAt: Date }
  /** The charge came through when no unit was left; the money goes back by itself. */
  | { kind: 'refunded'; paymentId: string }
  | { kind: 'payments-unavailable'; expiresAt: Date }
  | { kind: 'no-reservation' }
  | { kind: 'reservation-expired' }
  | { kind: 'overloaded' };

export type Checkout = {
  db: Database;
  provider: PaymentProvider;
  log: Log;
  book: Batcher<PaymentAttempt, BeginOutcome>;
  settling: Settling;
  tracker: Tracker;
  returnUrl: (reservationId: string) => string;
  /** Payments under way or waiting for their turn on this node by buyer and product: a second press waits for the first. */
  underWay: Map<string, Promise<PayOutcome>>;
  inTurn: ReturnType<typeof createLimit>;
  /** Payments whose answer is here and is being made true: news of them is none. */
  beingSettled: Set<string>;
};

// Each waits for the provider on a connection of its own; more would only queue there.
const MAX_CHARGES_UNDER_WAY = 400;
/** For their turn, in order: a good second's work of one process. Who comes then is told to press Pay again; the unit stays held. */
const MAX_PAYMENTS_WAITING = 2_000;
/** While more wait, nobody else is given a unit to pay for. Without that, at three times the capacity 15 % of it was sold: the rest of the time went to those who pressed Pay again. */
const MAX_PAYMENTS_WAITING_AT_A_HOLD = 100;
const PROVIDER_FAILED = 'provider_unavailable';

export function openCheckout(options: {
  db: Database;
  provider: PaymentProvider;
  log: Log;
  publicOrigin: string;
}): Checkout {
  const { db, provider, log, publicOrigin } = options;
  return {
    db,
    provider,
    log,
    book: openPaymentBook(db),
    settling: openSettling(db),
    tracker: openTracker(db),
    returnUrl: (reservationId) => `${publicOrigin}/pay/${reservationId}`,
    underWay: new Map(),
    inTurn: createLimit(MAX_CHARGES_UNDER_WAY, MAX_PAYMENTS_WAITING),
    beingSettled: new Set(),
  };
}

export async function drainCheckout(checkout: Checkout): Promise<void> {
  await Promise.allSettled(checkout.underWay.values());
  await Promise.all([checkout.book.drain(), checkout.settling.drain(), checkout.tracker.drain()]);
}

/** Charges the caller's held unit once, however often it is asked. */
export async function placeOrder(checkout: Checkout, request: PayRequest): Promise<PayOutcome> {
  const name = `${request.productId}:${request.userId}`;
  const first = checkout.underWay.get(name);
  if (first) return asRepeat(await first);
  const payment = inTurn(checkout, request);
  checkout.underWay.set(name, payment);
  try {
    return await payment;
  } finally {
    checkout.underWay.delete(name);
  }
}

async function inTurn(checkout: Checkout, request: PayRequest): Promise<PayOutcome> {
  return (await checkout.inTurn(() => pay(checkout, request))) ?? { kind: 'overloaded' };
}

/** How many who take a unit now will find their turn to pay for it. */
export function turnsToPay(checkout: Checkout): number {
  return Math.max(0, MAX_CHARGES_UNDER_WAY + MAX_PAYMENTS_WAITING_AT_A_HOLD - checkout.underWay.size);
}

/** The order that was paid, for its buyer's answer. */
export async function paidOrder(checkout: Checkout, orderId: string): Promise<TrackedOrder | 'overloaded'> {
  const order = await checkout.tracker.submit(keyOf(orderId) ?? 0, orderId);
  if (!order) throw new Error(`order ${orderId} is gone`);
  return 'kind' in order ? order.kind : order;
}

function asRepeat(outcome: PayOutcome): PayOutcome {
  return outcome.kind === 'paid' ? { ...outcome, isNew: false } : outcome;
}

async function pay(checkout: Checkout, request: PayRequest): Promise<PayOutcome> {
  const { productId, userId, token, shippingAddress } = request;
  const begin = await checkout.book.submit(productId, {
    userId,
    paymentId: newKeyedId(productId),
    token,
    shippingAddress,
  });
  switch (begin.kind) {
    case 'overloaded':
    case 'no-reservation':
      return { kind: begin.kind };
    case 'expired':
      return { kind: 'reservation-expired' };
    case 'existing':
      return payAgain(checkout, productId, begin.paymentId);
    case 'begun': {
      const charge = await checkout.provider.charge({
        idempotencyKey: begin.paymentId,
        amountMinor: begin.amountMinor,
        currency: begin.currency,
        token,
        description: request.description,
        returnUrl: checkout.returnUrl(begin.reservationId),
      });
      return conclude(checkout, productId, begin, charge);
    }
  }
}

async function conclude(
  checkout: Checkout,
  productId: number,
  begun: Extract<BeginOutcome, { kind: 'begun' }>,
  charge: ChargeOutcome,
): Promise<PayOutcome> {
  const { paymentId, reservationId, expiresAt } = begun;
  if (charge.kind === 'unknown' || charge.kind === 'processing' || charge.kind === 'not-found') {
    checkout.log.warn({ paymentId, charge }, 'outcome of a charge is not known yet');
    return { kind: 'processing', paymentId };
  }
  if (charge.kind === 'unavailable') {
    checkout.log.warn({ paymentId, charge }, 'the provider charged nothing');
    const declined = { kind: 'declined', declineCode: PROVIDER_FAILED } as const;
    await settle(checkout.settling, productId, { paymentId, charge: declined });
    return { kind: 'payments-unavailable', expiresAt };
  }
  checkout.beingSettled.add(paymentId);
  const outcome = await settle(checkout.settling, productId, { paymentId, charge }).finally(() =>
    checkout.beingSettled.delete(paymentId),
  );
  switch (outcome.kind) {
    case 'sold':
      return { kind: 'paid', orderId: outcome.orderId, isNew: true };
    case 'unsold':
      return { kind: 'refunded', paymentId };
    case 'declined':
      return {
        kind: 'declined',
        paymentId,
        reservationId,
        declineCode: charge.kind === 'declined' ? charge.declineCode : 'declined',
        expiresAt,
      };
    case 'requires-action':
      return charge.kind === 'requires-action'
        ? { kind: 'requires-action', paymentId, actionUrl: charge.actionUrl }
        : { kind: 'processing', paymentId };
    case 'overloaded':
      // The charge stands and is on disk at the provider under our id: the reconciling job settles it.
      return { kind: 'processing', paymentId };
  }
}

/** There is a payment for this hold already: say how it stands, asking the provider where it is open. */
async function payAgain(checkout: Checkout, productId: number, paymentId: string): Promise<PayOutcome> {
  const found = await findPayment(checkout.db, paymentId);
  if (!found) throw new Error(`payment ${paymentId} is gone`);
  const payment = await resolvePayment(checkout, found);
  switch (payment.state) {
    case 'succeeded': {
      const orderId = await findOrderOfPayment(checkout.db, productId, paymentId);
      if (!orderId) throw new Error(`payment ${paymentId} succeeded without an order`);
      return { kind: 'paid', orderId, isNew: false };
    }
    case 'unsold':
      return { kind: 'refunded', paymentId };
    case 'requires_action':
      return payment.actionUrl
        ? { kind: 'requires-action', paymentId, actionUrl: payment.actionUrl }
        : { kind: 'processing', paymentId };
    case 'processing':
      return { kind: 'processing', paymentId };
    case 'declined':
      return { kind: 'no-reservation' };
  }
}
