import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { invalid, problem } from '../../lib/problem.ts';
import { addPicture } from '../../modules/catalog/index.ts';
import { mediaUrl, scaledSize } from '../kit/components/picture.ts';
import { wantsPage } from '../kit/negotiate.ts';
import { problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { requireSeller } from './own-shop.ts';
import { productFormAgain } from './product-form-again.ts';
import { ProductParams } from './products.ts';
import { savedProductPath } from './saved.ts';

const PICTURE_MAX_BYTES = 10 * 1024 * 1024;
const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'];
const FORM_OVERHEAD_BYTES = 16 * 1024;
const FORM_FIELD = 'picture';
const RETRY_AFTER_SECONDS = 2;
const SHOWN_WIDTH = 1200;

export function sellerPictureRoutes(app: App, shop: Shop): void {
  // In a scope of its own: no other route takes bodies of this size or kind.
  app.register(async (scope) => {
    scope.addContentTypeParser(PICTURE_TYPES, { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) =>
      bounded(body),
    );
    scope.addContentTypeParser(
      'multipart/form-data',
      { parseAs: 'buffer' },
      async (request: FastifyRequest, body: Buffer) => pictureOfForm(request.headers['content-type'] ?? '', body),
    );
    scope.post<{ Params: { productId: string }; Body: Buffer | undefined }>(
      '/seller/products/:productId/pictures',
      {
        errorHandler: productFormAgain(shop, 'picture', []),
        bodyLimit: PICTURE_MAX_BYTES + FORM_OVERHEAD_BYTES,
        // A caller who may not is told before ten megabytes are read.
        onRequest: async (request) => {
          await requireSeller(shop, request);
        },
        schema: {
          tags: ['seller'],
          summary: 'Add a picture: JPEG, PNG, WebP or AVIF, 10 MB and 40 megapixels at most',
          consumes: PICTURE_TYPES,
          params: ProductParams,
          response: {
            201: Type.Object({ url: Type.String(), width: Type.Integer(), height: Type.Integer() }),
            ...problemResponses(401, 403, 404, 413, 415, 422, 503),
          },
        },
      },
      async (request, reply) => {
        const { seller } = await requireSeller(shop, request);
        const productId = parseId(request.params.productId);
        if (productId === undefined) throw problem('product-not-found');
        // The JSON and form parsers of the shop stand in this scope too.
        if (request.body !== undefined && !Buffer.isBuffer(request.body)) throw problem('unsupported-media-type');
        if (!request.body?.length) throw invalid([{ pointer: '', message: 'must be the bytes of a picture' }]);
        const outcome = await addPicture(shop.db, shop.picturesDirectory, seller.sellerId, productId, request.body);
        if (outcome.kind === 'not-found') throw problem('product-not-found');
        if (outcome.kind === 'refused') throw invalid([{ pointer: '', message: outcome.reason }]);
        if (outcome.kind === 'busy') throw problem('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
        if (wantsPage(request)) return reply.redirect(savedProductPath(productId, 'picture'), 303);
        const url = mediaUrl(outcome.pictureId, SHOWN_WIDTH, 'webp');
        return reply.code(201).send({ url, ...scaledSize({ ...outcome, alt: '' }, SHOWN_WIDTH) });
      },
    );
  });
}

/** A form cannot send a file in any other way. The body is all there and bounded, so the platform's reader will do. */
async function pictureOfForm(contentType: string, body: Buffer): Promise<Buffer> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => undefined);
  const file = form?.get(FORM_FIELD);
  if (!file || typeof file === 'string')
    throw invalid([{ pointer: `/${FORM_FIELD}`, message: 'must be the file of a picture' }]);
  return bounded(Buffer.from(await file.arrayBuffer()));
}

function bounded(picture: Buffer): Buffer {
  if (picture.length > PICTURE_MAX_BYTES) throw problem('payload-too-large');
  return picture;
}
