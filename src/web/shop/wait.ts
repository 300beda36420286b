// What a drop asks of those who join it, and the page where a browser does it.
import { Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { problem } from '../../lib/problem.ts';
import { ENTRY_CONDITIONS } from '../../modules/inventory/index.ts';
import { findCardEntry } from '../../modules/payments/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { sendPage } from '../kit/negotiate.ts';
import { type Joiner, PROOF_MAX_CHARACTERS } from '../kit/proof-of-work.ts';
import { limitBuyers } from '../kit/rate-limit.ts';
import { Id, Nullable, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { waitPath } from './admission.ts';
import { type Wait, waitPage } from './pages/wait-page.ts';

const ChallengeJson = Type.Object({
  parameters: Type.Object(
    {
      algorithm: Type.String(),
      cost: Type.Integer(),
      nonce: Type.String(),
      salt: Type.String(),
      keyLength: Type.Integer(),
      keyPrefix: Type.String(),
      expiresAt: Type.Integer(),
    },
    { additionalProperties: true },
  ),
  signature: Type.String(),
});
const ProductParams = Type.Object({ productId: Id });

export function waitRoutes(app: App, shop: Shop): void {
  const limited = limitBuyers();

  const puzzle = {
    tags: ['purchase'],
    summary: 'What a drop asks of those who join it',
    description:
      'Where `entryCondition` is `proof-of-work`, `challenge` is an ALTCHA puzzle: find the counter from 0 on whose PBKDF2 key begins with `keyPrefix`, and send base64 of `{"challenge": …, "solution": {"counter": …, "derivedKey": "…"}}` as `proof` with POST /product/purchase. It is for the caller and this product, and counts once.',
    params: ProductParams,
    response: {
      200: Type.Object({ entryCondition: Type.Enum(ENTRY_CONDITIONS), challenge: Nullable(ChallengeJson) }),
      ...problemResponses(401, 404, 429),
    },
  };
  app.get('/product/:productId/proof', { schema: puzzle, onRequest: limited }, async (request) => {
    const { userId } = requireCaller(request);
    const productId = parseId(request.params.productId);
    const line = productId === undefined ? undefined : shop.lines.line(productId);
    if (productId === undefined || !(line ?? (await shop.replica.product(productId))))
      throw problem('product-not-found');
    const entryCondition = line?.entryCondition ?? 'none';
    const challenge =
      entryCondition === 'proof-of-work' ? await shop.proofs.challenge({ productId, userId, ip: request.ip }) : null;
    return { entryCondition, challenge: challenge as null };
  });

  const page = {
    hide: true,
    params: ProductParams,
    querystring: Type.Object({ token: Type.Optional(Type.String({ maxLength: PROOF_MAX_CHARACTERS })) }),
  };
  app.get('/product/:productId/wait', { schema: page, onRequest: limited }, async (request, reply) => {
    const caller = requireCaller(request);
    const productId = parseId(request.params.productId);
    if (productId === undefined) throw problem('product-not-found');
    const condition = shop.lines.line(productId)?.entryCondition ?? 'none';
    if (condition === 'none') return reply.redirect(`/product/${productId}`, 303);
    const title = (await shop.replica.product(productId))?.title ?? `Product ${productId}`;
    const shown = { productId, title, caller };
    if (condition === 'verified-mail') return reply.send(sendPage(reply, waitPage(shown, { kind: 'mail' })));
    if (condition === 'payment-method') {
      const { kind: entry } = await findCardEntry(shop.db, productId, caller.userId);
      return reply.send(sendPage(reply, waitPage(shown, { kind: 'method', entry })));
    }
    const wait = await waitOf({ productId, userId: caller.userId, ip: request.ip }, request.query.token);
    if (wait.leftSeconds > 0) reply.header('refresh', `${wait.leftSeconds}; url=${waitPath(productId, wait.token)}`);
    return reply.send(sendPage(reply, waitPage(shown, wait)));
  });

  /** A token that is good or on its way is kept: loading the page again does not begin the wait again. */
  async function waitOf(joiner: Joiner, token: string | undefined): Promise<Extract<Wait, { kind: 'puzzle' }>> {
    if (token !== undefined) {
      const known = await shop.proofs.check(joiner, token);
      if (known.kind !== 'bad')
        return { kind: 'puzzle', token, leftSeconds: known.kind === 'wait' ? known.leftSeconds : 0 };
    }
    const fresh = shop.proofs.waitToken(joiner);
    return { kind: 'puzzle', token: fresh.token, leftSeconds: fresh.waitSeconds };
  }
}
