// A payment is one attempt to charge for one reservation. States and what may follow each.
export const PAYMENT_TRANSITIONS = {
  /** Written down; the provider may or may not have charged. */
  processing: ['requires_action', 'succeeded', 'declined', 'unsold'],
  /** The bank wants the buyer (3-D Secure). */
  requires_action: ['succeeded', 'declined', 'unsold'],
  succeeded: [],
  /** A charge that comes through after we were told it was declined has no unit any more: it goes back. */
  declined: ['unsold'],
  /** Captured when no unit was left; a refund is due. */
  unsold: [],
} as const satisfies Record<string, readonly string[]>;

export type PaymentState = keyof typeof PAYMENT_TRANSITIONS;

export type Payment = {
  paymentId: string;
  productId: number;
  reservationId: string;
  userId: number;
  state: PaymentState;
  amountMinor: number;
  currency: string;
  token: string;
  actionUrl: string | null;
  declineCode: string | null;
  checkCount: number;
  createdAt: Date;
};

export type BeginOutcome =
  | { kind: 'begun'; paymentId: string; reservationId: string; amountMinor: number; currency: string; expiresAt: Date }
  | { kind: 'existing'; paymentId: string; reservationId: string; state: PaymentState }
  | { kind: 'expired' }
  | { kind: 'no-reservation' };
