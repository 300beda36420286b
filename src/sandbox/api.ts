// The provider's HTTP API for shops: charges, refunds and the books.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Database } from '../lib/db.ts';
import { isCurrency } from '../lib/money.ts';
import { ApiError } from './api-error.ts';
import type { Charges } from './charges.ts';
import { type RefundAnswer, refundCharge } from './refunds.ts';
import type { SandboxApp } from './server.ts';
import type { Silence } from './silence.ts';
import {
  type Charge,
  deleteCardToken,
  findCardTokens,
  findChargesByKeys,
  type ListedCharge,
  listCharges,
  readBalance,
} from './store.ts';
import { isSavedCardToken } from './tokens.ts';

/** Minor units. Zero is a card check; the top is what no currency's single purchase reaches. */
export const MAX_AMOUNT_MINOR = 999_999_999_999;
const MAX_LIST_SIZE = 1_000;

// No control characters and no lone surrogates: PostgreSQL stores neither as they came.
const PLAIN_TEXT = '^[^\\p{Cc}\\p{Cs}]*$';
const plainText = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: PLAIN_TEXT });
const IdempotencyKey = Type.String({ minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' });
const Amount = (minimum: number) => Type.Integer({ minimum, maximum: MAX_AMOUNT_MINOR });
const KeyHeader = Type.Object({ 'idempotency-key': IdempotencyKey });

export type ApiSettings = { apiKey: string; shopOrigin: string };
export type ApiParts = { db: Database; charges: Charges; silence: Silence; publicOrigin: () => string };

export function apiRoutes(app: SandboxApp, settings: ApiSettings, parts: ApiParts): void {
  const authorized = bearerCheck(settings.apiKey);
  app.addHook('onRequest', async (request) => {
    if (!authorized(request)) throw new ApiError(401, 'unauthorized', 'Send Authorization: Bearer <the API key>.');
  });

  const ChargeBody = Type.Object(
    {
      amount: Amount(0),
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      // Any text: what is no token of ours is declined as one, like a real token that has gone.
      token: Type.String({ minLength: 1, maxLength: 1_024 }),
      description: plainText(500),
      return_url: plainText(2048),
    },
    { additionalProperties: false },
  );
  app.post('/v1/charges', { schema: { headers: KeyHeader, body: ChargeBody } }, async (request, reply) => {
    const { amount, currency, token, description, return_url } = request.body;
    if (!isCurrency(currency)) throw wrongField('currency', 'must be an ISO 4217 code');
    if (!isOnOrigin(return_url, settings.shopOrigin))
      throw wrongField('return_url', `must be on ${settings.shopOrigin}`);
    const answer = await parts.charges.create({
      idempotencyKey: request.headers['idempotency-key'],
      amountMinor: amount,
      currency,
      token,
      description,
      returnUrl: return_url,
    });
    switch (answer.kind) {
      case 'charge':
        return chargeJson(answer.charge, parts.publicOrigin());
      case 'charged-in-silence':
        return parts.silence.hold(reply);
      case 'broken':
        throw new ApiError(500, 'provider_error', 'Something broke here. Nothing was charged.');
      case 'key-reused':
        throw keyReused();
      case 'overloaded':
        throw new ApiError(429, 'too_many_requests', 'Nothing was charged. Send it again a little later.');
    }
  });

  const KeyQuery = Type.Object({ idempotency_key: IdempotencyKey }, { additionalProperties: false });
  app.get('/v1/charges', { schema: { querystring: KeyQuery } }, async (request) => {
    const [charge] = await findChargesByKeys(parts.db, [request.query.idempotency_key]);
    if (!charge) throw new ApiError(404, 'no_such_charge', 'No charge was made with this key.');
    return chargeJson(charge, parts.publicOrigin());
  });

  const ListQuery = Type.Object(
    {
      after: Type.Optional(Type.String({ pattern: '^ch_[0-9a-f]{30}$' })),
      limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$' })),
    },
    { additionalProperties: false },
  );
  app.get('/v1/charges/list', { schema: { querystring: ListQuery } }, async (request) => {
    const size = Math.min(Number(request.query.limit ?? MAX_LIST_SIZE), MAX_LIST_SIZE);
    const page = await listCharges(parts.db, request.query.after ?? '', size);
    return { items: page.map(listedJson), next: page.length === size ? (page.at(-1)?.charge_id ?? null) : null };
  });

  const TokenParams = Type.Object({ token: Type.String({ minLength: 1, maxLength: 1_024 }) });
  app.get('/v1/tokens/:token', { schema: { params: TokenParams } }, async (request) => {
    const { token } = request.params;
    const [card] = isSavedCardToken(token) ? await findCardTokens(parts.db, [token]) : [];
    if (!card || card.expired) throw new ApiError(404, 'no_such_token', 'No card was saved under this token.');
    return { token, brand: card.brand, last4: card.last4, fingerprint: card.fingerprint };
  });
  app.delete('/v1/tokens/:token', { schema: { params: TokenParams } }, async (request) => {
    const { token } = request.params;
    if (!isSavedCardToken(token) || !(await deleteCardToken(parts.db, token)))
      throw new ApiError(404, 'no_such_token', 'No card is saved under this token.');
    return { token, deleted: true };
  });

  const RefundBody = Type.Object(
    { charge_key: IdempotencyKey, amount: Amount(1), currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })) },
    { additionalProperties: false },
  );
  app.post('/v1/refunds', { schema: { headers: KeyHeader, body: RefundBody } }, async (request) => {
    const answer = await refundCharge(parts.db, {
      idempotencyKey: request.headers['idempotency-key'],
      chargeKey: request.body.charge_key,
      amountMinor: request.body.amount,
      currency: request.body.currency ?? null,
    });
    return refundJson(answer);
  });

  app.get('/v1/balance', async () => ({ balances: await readBalance(parts.db) }));
}

function chargeJson(charge: Charge, publicOrigin: string): object {
  return {
    id: charge.charge_id,
    idempotency_key: charge.idempotency_key,
    state: charge.state,
    amount: charge.amount_minor,
    currency: charge.currency,
    refunded: charge.refunded_minor,
    decline_code: charge.decline_code,
    action_url: charge.state === 'requires_action' ? `${publicOrigin}/action/${charge.charge_id}` : null,
    method: charge.brand === null ? null : { brand: charge.brand, last4: charge.last4 },
    captured_at: charge.captured_at?.toISOString() ?? null,
  };
}

function listedJson(charge: ListedCharge): object {
  return {
    id: charge.charge_id,
    idempotency_key: charge.idempotency_key,
    state: charge.state,
    amount: charge.amount_minor,
    currency: charge.currency,
    refunded: charge.refunded_minor,
    decline_code: charge.decline_code,
    captured_at: charge.captured_at?.toISOString() ?? null,
  };
}

function refundJson(answer: RefundAnswer): object {
  switch (answer.kind) {
    case 'refund':
      return {
        id: answer.refund.refund_id,
        state: 'succeeded',
        charge_key: answer.charge.idempotency_key,
        amount: answer.refund.amount_minor,
        currency: answer.charge.currency,
        refunded_at: answer.refund.created_at.toISOString(),
      };
    case 'key-reused':
      throw keyReused();
    case 'no-such-charge':
      throw new ApiError(404, 'no_such_charge', 'No charge was made with this charge_key.', 'charge_key');
    case 'not-captured':
      throw new ApiError(409, 'charge_not_captured', 'Only a charge that succeeded can be refunded.', 'charge_key');
    case 'other-currency':
      throw wrongField('currency', 'must be the currency of the charge');
    case 'more-than-left':
      throw wrongField('amount', `must be at most the ${answer.leftMinor} that are left of the charge`);
  }
}

function keyReused(): ApiError {
  return new ApiError(422, 'idempotency_key_reused', 'This Idempotency-Key was used for another request.');
}

function wrongField(field: string, message: string): ApiError {
  return new ApiError(422, 'invalid_request', `${field} ${message}`, field);
}

export function isOnOrigin(url: string, origin: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.origin === origin && parsed.username === '' && parsed.password === '';
}

// Hashes have one length, so comparing them tells neither the key's length nor where a guess went wrong.
function bearerCheck(apiKey: string): (request: FastifyRequest) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${apiKey}`);
  return (request) => timingSafeEqual(digest(request.headers.authorization ?? ''), expected);
}
