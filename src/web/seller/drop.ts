// A drop: a sale that opens at a set moment, with a limit a customer and a hold time of its own.
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { invalid, problem } from '../../lib/problem.ts';
import { setDrop } from '../../modules/inventory/index.ts';
import { type Form, isForm } from '../kit/forms.ts';
import { wantsPage } from '../kit/negotiate.ts';
import { Nullable, problemResponses, Time } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { requireSeller } from './own-shop.ts';
import { productFormAgain } from './product-form-again.ts';
import { ProductParams } from './products.ts';
import { savedProductPath } from './saved.ts';

const MAX_CUSTOMER_LIMIT = 1_000;
const MIN_HOLD_SECONDS = 5;
const MAX_HOLD_SECONDS = 86_400;
const MAX_DAYS_AHEAD = 366;
const DAY_MS = 86_400_000;

const Drop = {
  opensAt: Time,
  mode: Type.Enum(['open', 'line', 'lottery'], {
    description:
      'open: first come, first served. line: in the order of joining. lottery: who joins before the opening is drawn.',
  }),
  perCustomerLimit: Type.Integer({ minimum: 1, maximum: MAX_CUSTOMER_LIMIT }),
  holdSeconds: Type.Integer({ minimum: MIN_HOLD_SECONDS, maximum: MAX_HOLD_SECONDS }),
};

const DropBody = Type.Object(Drop, { additionalProperties: false });

const DropAnswer = Type.Object({
  productId: Type.String(),
  ...Drop,
  commitment: Nullable(Type.String({ description: 'SHA-256 of the seed of a lottery’s draw' })),
});

export function sellerDropRoutes(app: App, shop: Shop): void {
  const schema = {
    tags: ['seller'],
    summary: 'Announce when a product goes on sale, and to how many a customer',
    params: ProductParams,
    body: DropBody,
    response: { 200: DropAnswer, ...problemResponses(401, 403, 404, 409, 422) },
  };
  app.put('/seller/products/:productId/drop', { schema }, async (request) => {
    const { seller } = await requireSeller(shop, request);
    return announce(shop, seller.sellerId, request.params.productId, request.body);
  });
  // Forms know GET and POST only.
  app.post(
    '/seller/products/:productId/drop',
    {
      preValidation: readForm,
      errorHandler: productFormAgain(shop, 'drop', ['opensAt', 'mode', 'perCustomerLimit', 'holdSeconds']),
      schema: { ...schema, hide: true },
    },
    async (request, reply) => {
      const { seller } = await requireSeller(shop, request);
      const drop = await announce(shop, seller.sellerId, request.params.productId, request.body);
      if (wantsPage(request)) return reply.redirect(savedProductPath(drop.productId, 'drop'), 303) as never;
      return drop;
    },
  );
}

/** A browser's field for a moment knows no time zone and no seconds; the page says that it is UTC. */
async function readForm({ body }: FastifyRequest): Promise<void> {
  if (!isForm(body)) return;
  const form = body as Form;
  if (typeof form.opensAt === 'string' && /^[\d-]{10}T\d\d:\d\d$/.test(form.opensAt)) form.opensAt += ':00Z';
}

async function announce(
  shop: Shop,
  sellerId: number,
  id: string,
  terms: Static<typeof DropBody>,
): Promise<Static<typeof DropAnswer>> {
  const productId = parseId(id);
  if (productId === undefined) throw problem('product-not-found');
  const opensAt = new Date(terms.opensAt);
  // A leap second is RFC 3339, and no moment that Date knows.
  if (Number.isNaN(opensAt.getTime()) || opensAt.getTime() > Date.now() + MAX_DAYS_AHEAD * DAY_MS)
    throw invalid([{ pointer: '/opensAt', message: `must be within ${MAX_DAYS_AHEAD} days` }]);
  const outcome = await setDrop(shop.db, productId, sellerId, { ...terms, opensAt });
  if (outcome.kind === 'not-found') throw problem('product-not-found');
  if (outcome.kind === 'somebody-waits')
    throw problem('wrong-state', {
      state: 'waiting',
      allowed: [],
      detail: 'Somebody waits in its line. A drop can be changed until then.',
    });
  return { productId: String(productId), ...terms, opensAt: opensAt.toISOString(), commitment: outcome.commitment };
}
