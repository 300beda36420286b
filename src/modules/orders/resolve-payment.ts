// A payment whose outcome is open is asked for at the provider, and the answer made true. Safe at any time, by anyone, any number of times.
import type { Database } from '../../lib/db.ts';
import type { Log } from '../../lib/log.ts';
import {
  type ChargeOutcome,
  findPayment,
  loadDuePayments,
  type Payment,
  type PaymentProvider,
  postponePayment,
} from '../payments/index.ts';
import { type DecidedCharge, type Settling, settle } from './settle.ts';

type Desk = {
  db: Database;
  provider: PaymentProvider;
  log: Log;
  settling: Settling;
  returnUrl: (reservationId: string) => string;
};

const MAX_PAYMENTS_A_RUN = 200;
const MAX_ASKED_AT_ONCE = 16;
const FIRST_PAUSE_SECONDS = 4;
const MAX_PAUSE_SECONDS = 600;
/** A bank's page that nobody answered for this long counts as refused; an approval after that is refunded. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;
/** After so many answers of "charged nothing" a payment is given up, and the hold runs on without it. */
const MAX_FAILED_CHARGES = 3;

/** Asks the provider about one open payment; returns the payment as it stands afterwards. */
export async function resolvePayment(desk: Desk, payment: Payment): Promise<Payment> {
  const isOpen = payment.state === 'processing' || payment.state === 'requires_action';
  return isOpen ? askAndSettle(desk, payment) : payment;
}

/** Also for one that was declined: the provider may say by itself that it captured it all the same, and then it is due again. */
async function askAndSettle(desk: Desk, payment: Payment): Promise<Payment> {
  const decided = decide(payment, await ask(desk, payment), new Date());
  if (!decided) return payment;
  await settle(desk.settling, payment.productId, { paymentId: payment.paymentId, charge: decided });
  return (await findPayment(desk.db, payment.paymentId)) ?? payment;
}

async function ask(desk: Desk, payment: Payment): Promise<ChargeOutcome> {
  const charge = await desk.provider.findCharge(payment.paymentId);
  if (charge.kind !== 'not-found' || payment.state !== 'processing') return charge;
  // The provider never saw it, or has not yet: the same key can charge only once, so sending it is the way to a sure answer.
  return desk.provider.charge({
    idempotencyKey: payment.paymentId,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    token: payment.token,
    description: `Reservation ${payment.reservationId}`,
    returnUrl: desk.returnUrl(payment.reservationId),
  });
}

/** Undefined: still open. */
function decide(payment: Payment, charge: ChargeOutcome, now: Date): DecidedCharge | undefined {
  switch (charge.kind) {
    case 'succeeded':
    case 'declined':
      return charge;
    case 'requires-action':
      if (now.getTime() - payment.createdAt.getTime() > ABANDONED_AFTER_MS)
        return { kind: 'declined', declineCode: 'abandoned' };
      return payment.state === 'processing' ? charge : undefined;
    case 'unavailable':
      return payment.checkCount >= MAX_FAILED_CHARGES
        ? { kind: 'declined', declineCode: 'provider_unavailable' }
        : undefined;
    case 'not-found':
      return { kind: 'declined', declineCode: 'not_found' };
    case 'processing':
    case 'unknown':
      return undefined;
  }
}

/** The reconciling job: every open payment that is due is asked for. Returns how many were settled. `at` null: the database's clock. */
export async function resolveDuePayments(desk: Desk, at: Date | null): Promise<number> {
  const due = await loadDuePayments(desk.db, at, MAX_PAYMENTS_A_RUN);
  let settled = 0;
  for (let n = 0; n < due.length; n += MAX_ASKED_AT_ONCE) {
    const states = await Promise.all(
      due.slice(n, n + MAX_ASKED_AT_ONCE).map((payment) => resolveOrPostpone(desk, payment, at)),
    );
    settled += states.filter((isSettled) => isSettled).length;
  }
  return settled;
}

async function resolveOrPostpone(desk: Desk, payment: Payment, at: Date | null): Promise<boolean> {
  const after = await askAndSettle(desk, payment).catch((error: unknown) => {
    // One payment that fails must not keep the others waiting; it is tried again later.
    desk.log.error({ err: error, paymentId: payment.paymentId }, 'payment could not be resolved');
    return payment;
  });
  if (after.state !== payment.state || after.state === 'declined') return true;
  const pauseSeconds = Math.min(FIRST_PAUSE_SECONDS * 2 ** payment.checkCount, MAX_PAUSE_SECONDS);
  desk.log.info({ paymentId: payment.paymentId, state: payment.state, pauseSeconds }, 'payment still open');
  await postponePayment(desk.db, payment, at, pauseSeconds);
  return false;
}
