// What the shop needs of a payment provider, whichever it is. An adapter maps a provider's own words to these.
export type ChargeOutcome =
  | { kind: 'succeeded'; chargeId: string; brand: string; last4: string; capturedAt: Date }
  | { kind: 'declined'; declineCode: string }
  | { kind: 'requires-action'; chargeId: string; actionUrl: string }
  /** The provider has it and does not know yet. */
  | { kind: 'processing' }
  /** Only from findCharge: the provider never saw this key. */
  | { kind: 'not-found' }
  /** Answered with an error, or never reached, and charged nothing. */
  | { kind: 'unavailable'; reason: string }
  /** No answer: it may or may not have charged. */
  | { kind: 'unknown'; reason: string };

export type RefundOutcome =
  | { kind: 'refunded'; providerRefundId: string }
  | { kind: 'unavailable'; reason: string }
  | { kind: 'unknown'; reason: string };

export type ProviderEvent =
  | { kind: 'event'; eventId: string; type: string; paymentId: string }
  | { kind: 'bad-signature' }
  | { kind: 'malformed' };

export type SavedCardOutcome =
  /** `fingerprint`: the same for every token of one card. */
  | { kind: 'found'; brand: string; last4: string; fingerprint: string }
  | { kind: 'not-found' }
  | { kind: 'unknown'; reason: string };

export type ForgetCardOutcome = { kind: 'forgotten' } | { kind: 'unknown'; reason: string };

export type PaymentProvider = {
  name: string;
  charge(request: {
    idempotencyKey: string;
    amountMinor: number;
    currency: string;
    token: string;
    description: string;
    returnUrl: string;
  }): Promise<ChargeOutcome>;
  findCharge(idempotencyKey: string): Promise<ChargeOutcome>;
  /** paymentKey: the charge's idempotency key. */
  refund(request: {
    idempotencyKey: string;
    paymentKey: string;
    amountMinor: number;
    currency: string;
  }): Promise<RefundOutcome>;
  readWebhook(headers: Record<string, string | string[] | undefined>, rawBody: Buffer): ProviderEvent;
  /** The provider's own page where the card is typed; it comes back to returnUrl with `payment_token` added. */
  cardPageUrl(request: { amountMinor: number; currency: string; returnUrl: string }): string;
  /** The same to keep a card without paying: the token that comes back may be charged more than once. */
  saveCardPageUrl(request: { returnUrl: string }): string;
  findSavedCard(token: string): Promise<SavedCardOutcome>;
  /** Its token charges nothing any more. Forgotten is also what was never kept. */
  forgetSavedCard(token: string): Promise<ForgetCardOutcome>;
};
