// Saved cards: the payment provider's page takes the card and sends its owner back with a token, which is kept.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { invalid, problem } from '../../lib/problem.ts';
import { listMethods, removeMethod, type SavedMethod, saveMethod } from '../../modules/payments/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { wantsPage } from '../kit/negotiate.ts';
import { limitRate } from '../kit/rate-limit.ts';
import { Id, Line, problemResponses, Time } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';

const LIMIT = { requestsPerMinute: 60, burst: 100 };
const UNAVAILABLE_RETRY_SECONDS = 5;
const LINK_VALID_SECONDS = 3_600;
const LATEST_SECONDS = 1e11;
const SIGNATURE_BYTES = 16; // 128 bits: enough that nobody guesses one

const MethodJson = Type.Object({ methodId: Type.String(), brand: Type.String(), last4: Type.String(), savedAt: Time });
const MethodsJson = Type.Object({
  items: Type.Array(MethodJson),
  addPage: Type.String({ description: 'Where a browser adds a card: the payment provider’s page' }),
});
const MethodParams = Type.Object({ methodId: Id });
const tags = ['accounts'];

export function paymentMethodRoutes(app: App, shop: Pick<Shop, 'db' | 'provider' | 'linkKey' | 'publicOrigin'>): void {
  const onRequest = limitRate(LIMIT);

  const list = {
    tags,
    summary: 'Saved payment methods',
    description: 'A `methodId` may stand in the place of a token in POST /product/payment.',
    response: { 200: MethodsJson, ...problemResponses(401, 429) },
  };
  app.get('/me/payment-methods', { schema: list, onRequest }, async (request, reply) => {
    const { userId } = requireCaller(request);
    if (wantsPage(request)) return reply.redirect('/me#payment-methods', 303) as never;
    reply.header('cache-control', 'no-store').header('vary', 'accept');
    return { items: (await listMethods(shop.db, userId)).map(methodJson), addPage: addPage(userId, undefined) };
  });

  const add = {
    tags,
    summary: 'Save a payment method',
    description: '`token` is the `payment_token` that the page at `addPage` sends back.',
    body: Type.Object({ token: Line(200) }, { additionalProperties: false }),
    response: { 201: MethodJson, ...problemResponses(401, 422, 429, 503) },
  };
  app.post('/me/payment-methods', { schema: add, onRequest }, async (request, reply) => {
    const method = await save(requireCaller(request).userId, request.body.token, '/token');
    return reply.code(201).send(methodJson(method));
  });

  const removal = {
    tags,
    summary: 'Forget a payment method',
    params: MethodParams,
    response: { 204: Type.Null(), ...problemResponses(401, 404, 429, 503) },
  };
  app.delete('/me/payment-methods/:methodId', { schema: removal, onRequest }, async (request, reply) => {
    const { userId } = requireCaller(request);
    if ((await remove(userId, request.params.methodId)) === 'not-found') throw problem('not-found');
    return reply.code(204).send(null);
  });

  // The same for forms, which cannot DELETE. Gone is gone, whoever removed it.
  const removeForm = { hide: true, params: MethodParams };
  app.post('/me/payment-methods/:methodId/remove', { schema: removeForm, onRequest }, async (request, reply) => {
    await remove(requireCaller(request).userId, request.params.methodId);
    return reply.redirect('/me?saved=card-removed', 303);
  });

  const way = { hide: true, querystring: Type.Object({ for: Type.Optional(Id) }) };
  app.get('/me/payment-methods/new', { schema: way, onRequest }, async (request, reply) => {
    const { userId } = requireCaller(request);
    return reply.redirect(addPage(userId, request.query.for), 303);
  });

  const back = {
    hide: true,
    querystring: Type.Object({
      until: Type.Integer({ minimum: 0, maximum: LATEST_SECONDS }),
      link: Type.String({ maxLength: 64 }),
      for: Type.Optional(Id),
      payment_token: Type.Optional(Line(200)),
    }),
  };
  app.get('/me/payment-methods/return', { schema: back, onRequest }, async (request, reply) => {
    const { userId } = requireCaller(request);
    const { until, link, payment_token: token } = request.query;
    const next = nextOf(request.query.for);
    if (token === undefined) return reply.redirect(next ?? '/me', 303);
    // Otherwise a link on another site could put its author's card into the account of whoever follows it.
    if (!isOurs(userId, until, link))
      throw invalid([{ pointer: '/query/link', message: 'is not valid any more: begin again at /me' }]);
    await save(userId, token, '/query/payment_token');
    return reply.redirect(next ?? '/me?saved=card', 303);
  });

  async function save(userId: number, token: string, pointer: string): Promise<SavedMethod> {
    const outcome = await saveMethod(shop.db, shop.provider, userId, token);
    switch (outcome.kind) {
      case 'saved':
        return outcome.method;
      case 'no-such-card':
        throw invalid([{ pointer, message: 'is no card that the payment provider keeps for you' }]);
      case 'too-many':
        throw invalid([{ pointer, message: `cannot be saved: ${outcome.limit} are; remove one first` }]);
      case 'unavailable':
        throw problem('payments-unavailable', {
          detail: 'The card was not saved. Try again in a moment.',
          retryAfterSeconds: UNAVAILABLE_RETRY_SECONDS,
        });
    }
  }

  async function remove(userId: number, methodId: string): Promise<'removed' | 'not-found'> {
    const { kind } = await removeMethod(shop.db, shop.provider, userId, methodId);
    if (kind !== 'unavailable') return kind;
    throw problem('payments-unavailable', {
      detail: 'The card was not removed, for the payment provider keeps it. Try again in a moment.',
      retryAfterSeconds: UNAVAILABLE_RETRY_SECONDS,
    });
  }

  function addPage(userId: number, productId: string | undefined): string {
    const until = Math.floor(Date.now() / 1_000) + LINK_VALID_SECONDS;
    const url = new URL('/me/payment-methods/return', shop.publicOrigin);
    url.searchParams.set('until', String(until));
    url.searchParams.set('link', signatureOf(shop.linkKey, userId, until).toString('base64url'));
    if (productId !== undefined) url.searchParams.set('for', productId);
    return shop.provider.saveCardPageUrl({ returnUrl: url.href });
  }

  function isOurs(userId: number, untilSeconds: number, link: string): boolean {
    const given = Buffer.from(link, 'base64url');
    const right = signatureOf(shop.linkKey, userId, untilSeconds);
    return given.length === right.length && timingSafeEqual(given, right) && untilSeconds * 1_000 >= Date.now();
  }
}

function signatureOf(key: Uint8Array, userId: number, untilSeconds: number): Buffer {
  return createHmac('sha256', key).update(`save-card:${userId}:${untilSeconds}`).digest().subarray(0, SIGNATURE_BYTES);
}

/** The drop that somebody saves a card for. */
function nextOf(given: string | undefined): string | undefined {
  const productId = given === undefined ? undefined : parseId(given);
  return productId === undefined ? undefined : `/product/${productId}/wait`;
}

function methodJson({ savedAt, ...method }: SavedMethod): Static<typeof MethodJson> {
  return { ...method, savedAt: savedAt.toISOString() };
}
