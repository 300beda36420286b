// The port in the sandbox provider's words: its HTTP API, its hosted card page, its signed webhooks.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Pool } from 'undici';
import type {
  ChargeOutcome,
  ForgetCardOutcome,
  PaymentProvider,
  ProviderEvent,
  RefundOutcome,
  SavedCardOutcome,
} from '../provider.ts';

const MAX_CONNECTIONS = 64;
// Beyond this a request is not sent at all: the caller hears at once that nothing was charged.
const MAX_IN_FLIGHT = 512;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_ANSWER_BYTES = 65_536;
// Shorter than the provider keeps an idle connection, so that we never write into one that it is closing.
const KEEP_ALIVE_MS = 4_000;
const SIGNATURE_TOLERANCE_SECONDS = 300;
const SIGNATURE_HEADER = 'sandbox-signature';

/** Errors of undici and Node that come before the first byte of the request has left. */
const NEVER_SENT_CODES = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export type SandboxProviderSettings = {
  /** Where this process reaches the provider. */
  baseUrl: string;
  apiKey: string;
  webhookSecret: string;
  /** Where browsers reach its card page, if that is another address. */
  publicCardPageUrl?: string;
  timeoutMs: number;
};

type Answer =
  | { kind: 'answer'; status: number; body: Record<string, unknown> }
  | { kind: 'not-sent'; reason: string }
  | { kind: 'no-answer'; reason: string };

export function createSandboxProvider(settings: SandboxProviderSettings): PaymentProvider {
  const { apiKey, webhookSecret, timeoutMs } = settings;
  const cardPage = new URL(settings.publicCardPageUrl ?? `${settings.baseUrl}/card`);
  const pool = new Pool(new URL(settings.baseUrl).origin, {
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MAX_ANSWER_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
  });
  let inFlight = 0;

  async function ask(method: 'GET' | 'POST' | 'DELETE', path: string, key?: string, body?: object): Promise<Answer> {
    if (inFlight >= MAX_IN_FLIGHT) return { kind: 'not-sent', reason: `${MAX_IN_FLIGHT} requests are under way` };
    inFlight++;
    try {
      const response = await pool.request({
        method,
        path,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const json: unknown = await response.body.json();
      if (!isRecord(json)) return { kind: 'no-answer', reason: `status ${response.statusCode} without an object` };
      return { kind: 'answer', status: response.statusCode, body: json };
    } catch (fault) {
      const reason = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
      return { kind: NEVER_SENT_CODES.has(codeOf(fault)) ? 'not-sent' : 'no-answer', reason };
    } finally {
      inFlight--;
    }
  }

  async function charge(request: Parameters<PaymentProvider['charge']>[0]): Promise<ChargeOutcome> {
    const answer = await ask('POST', '/v1/charges', request.idempotencyKey, {
      amount: request.amountMinor,
      currency: request.currency,
      token: request.token,
      description: request.description,
      return_url: request.returnUrl,
    });
    if (answer.kind === 'not-sent') return { kind: 'unavailable', reason: answer.reason };
    if (answer.kind === 'no-answer') return { kind: 'unknown', reason: answer.reason };
    if (answer.status === 200) return readCharge(answer.body, cardPage.origin);
    const reason = reasonOf(answer);
    if (answer.status === 429) return { kind: 'unavailable', reason };
    if (errorOf(answer.body, 'code') === 'idempotency_key_reused') {
      // A repeat after a restart may word its description or return address anew; the charge that stands is still its own.
      const standing = await lookUp(request.idempotencyKey);
      const isAnother = standing.kind === 'answer' && standing.status === 200 && !isFor(standing.body, request);
      if (!isAnother) return readFound(standing, cardPage.origin);
    }
    if (answer.status < 500) throw new Error(`the payment provider refused a charge: ${reason}`);
    if (errorOf(answer.body, 'code') === 'outcome_unknown') return { kind: 'unknown', reason };
    // An error may come after the money moved, so the books decide.
    const found = await findCharge(request.idempotencyKey);
    return found.kind === 'not-found' ? { kind: 'unavailable', reason } : found;
  }

  function lookUp(idempotencyKey: string): Promise<Answer> {
    return ask('GET', `/v1/charges?idempotency_key=${encodeURIComponent(idempotencyKey)}`);
  }

  async function findCharge(idempotencyKey: string): Promise<ChargeOutcome> {
    return readFound(await lookUp(idempotencyKey), cardPage.origin);
  }

  async function refund(request: Parameters<PaymentProvider['refund']>[0]): Promise<RefundOutcome> {
    const answer = await ask('POST', '/v1/refunds', request.idempotencyKey, {
      charge_key: request.paymentKey,
      amount: request.amountMinor,
      currency: request.currency,
    });
    if (answer.kind === 'not-sent') return { kind: 'unavailable', reason: answer.reason };
    if (answer.kind === 'no-answer') return { kind: 'unknown', reason: answer.reason };
    if (answer.status === 200 && typeof answer.body.id === 'string')
      return { kind: 'refunded', providerRefundId: answer.body.id };
    if (answer.status === 429) return { kind: 'unavailable', reason: reasonOf(answer) };
    // The same key asks again later, so it costs nothing not to know.
    if (answer.status >= 500) return { kind: 'unknown', reason: reasonOf(answer) };
    throw new Error(`the payment provider refused a refund: ${reasonOf(answer)}`);
  }

  async function findSavedCard(token: string): Promise<SavedCardOutcome> {
    const answer = await ask('GET', `/v1/tokens/${encodeURIComponent(token)}`);
    if (answer.kind !== 'answer') return { kind: 'unknown', reason: answer.reason };
    if (answer.status === 200) return { kind: 'found', ...readSavedCard(answer.body) };
    if (errorOf(answer.body, 'code') === 'no_such_token') return { kind: 'not-found' };
    return unknownOrRefused(answer, 'look up a card');
  }

  async function forgetSavedCard(token: string): Promise<ForgetCardOutcome> {
    const answer = await ask('DELETE', `/v1/tokens/${encodeURIComponent(token)}`);
    if (answer.kind !== 'answer') return { kind: 'unknown', reason: answer.reason };
    if (answer.status === 200 || errorOf(answer.body, 'code') === 'no_such_token') return { kind: 'forgotten' };
    return unknownOrRefused(answer, 'forget a card');
  }

  return {
    name: 'sandbox',
    charge,
    findCharge,
    refund,
    readWebhook: (headers, rawBody) => readSignedEvent(headers[SIGNATURE_HEADER], rawBody, webhookSecret, Date.now()),
    cardPageUrl: ({ amountMinor, currency, returnUrl }) => {
      const url = new URL(cardPage);
      url.searchParams.set('amount', String(amountMinor));
      url.searchParams.set('currency', currency);
      url.searchParams.set('return_url', returnUrl);
      return url.href;
    },
    saveCardPageUrl: ({ returnUrl }) => {
      const url = new URL(cardPage);
      url.searchParams.set('save', 'on');
      url.searchParams.set('return_url', returnUrl);
      return url.href;
    },
    findSavedCard,
    forgetSavedCard,
  };
}

function readFound(answer: Answer, pageOrigin: string): ChargeOutcome {
  // Not being able to ask says nothing of the charge: never 'unavailable' here.
  if (answer.kind !== 'answer') return { kind: 'unknown', reason: answer.reason };
  if (answer.status === 200) return readCharge(answer.body, pageOrigin);
  if (answer.status === 404 && errorOf(answer.body, 'code') === 'no_such_charge') return { kind: 'not-found' };
  return unknownOrRefused(answer, 'look up a charge');
}

/** Asked again it may know; a refusal is a fault of this shop or of its settings. */
function unknownOrRefused(answer: Answer & { kind: 'answer' }, asked: string): { kind: 'unknown'; reason: string } {
  if (answer.status >= 500 || answer.status === 429) return { kind: 'unknown', reason: reasonOf(answer) };
  throw new Error(`the payment provider refused to ${asked}: ${reasonOf(answer)}`);
}

function readSavedCard({ brand, last4, fingerprint }: Record<string, unknown>) {
  if (typeof brand === 'string' && typeof last4 === 'string' && typeof fingerprint === 'string')
    return { brand, last4, fingerprint };
  const missing = Object.entries({ brand, last4, fingerprint }).find(([, value]) => typeof value !== 'string')?.[0];
  throw new Error(
    `the payment provider answered without the card's ${missing}: it is of another version than this shop; update it`,
  );
}

function isFor(body: Record<string, unknown>, request: { amountMinor: number; currency: string }): boolean {
  return body.amount === request.amountMinor && body.currency === request.currency;
}

function readCharge(body: Record<string, unknown>, pageOrigin: string): ChargeOutcome {
  const { id, state, decline_code: declineCode, action_url: actionUrl, method, captured_at: capturedAt } = body;
  if (state === 'processing') return { kind: 'processing' };
  if (state === 'declined' && typeof declineCode === 'string') return { kind: 'declined', declineCode };
  if (state === 'requires_action' && typeof id === 'string' && typeof actionUrl === 'string') {
    // The provider names its pages as it sees itself; browsers may reach it at another address.
    const action = new URL(actionUrl);
    return { kind: 'requires-action', chargeId: id, actionUrl: pageOrigin + action.pathname + action.search };
  }
  if (state === 'succeeded' && typeof id === 'string' && isRecord(method) && typeof capturedAt === 'string') {
    const { brand, last4 } = method;
    if (typeof brand === 'string' && typeof last4 === 'string')
      return { kind: 'succeeded', chargeId: id, brand, last4, capturedAt: new Date(capturedAt) };
  }
  // Whatever this is, it is no statement that nothing was charged.
  return { kind: 'unknown', reason: `a charge in a form we do not know, state ${String(state)}` };
}

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, over the body's bytes as they came. */
export function readSignedEvent(
  header: string | string[] | undefined,
  rawBody: Buffer,
  secret: string,
  nowMs: number,
): ProviderEvent {
  const match = typeof header === 'string' ? /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) : null;
  if (!match?.[1] || !match[2]) return { kind: 'bad-signature' };
  const expected = createHmac('sha256', secret).update(`${match[1]}.`).update(rawBody).digest();
  if (!timingSafeEqual(expected, Buffer.from(match[2], 'hex'))) return { kind: 'bad-signature' };
  const ageSeconds = nowMs / 1000 - Number(match[1]);
  if (Math.abs(ageSeconds) > SIGNATURE_TOLERANCE_SECONDS) return { kind: 'bad-signature' };
  return readEvent(rawBody);
}

function readEvent(rawBody: Buffer): ProviderEvent {
  let body: unknown;
  try {
    body = JSON.parse(rawBody.toString('utf8'));
  } catch {
    return { kind: 'malformed' };
  }
  if (!isRecord(body)) return { kind: 'malformed' };
  const { id, type, idempotency_key: paymentId } = body;
  if (typeof id !== 'string' || typeof type !== 'string' || typeof paymentId !== 'string') return { kind: 'malformed' };
  return { kind: 'event', eventId: id, type, paymentId };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function errorOf(body: Record<string, unknown>, field: 'code' | 'message'): string {
  const value = isRecord(body.error) ? body.error[field] : undefined;
  return typeof value === 'string' ? value : '';
}

function reasonOf(answer: { status: number; body: Record<string, unknown> }): string {
  return `${answer.status} ${errorOf(answer.body, 'code')} ${errorOf(answer.body, 'message')}`.trim();
}

function codeOf(fault: unknown): string {
  return fault instanceof Error && 'code' in fault ? String(fault.code) : '';
}
