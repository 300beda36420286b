import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { invalid, problem } from '../../lib/problem.ts';
import {
  createProduct,
  listOwnProducts,
  loadOwnProduct,
  type OwnProduct,
  updateProduct,
} from '../../modules/catalog/index.ts';
import { dropFigures, loadOffersOf, setImportedStock } from '../../modules/inventory/index.ts';
import { mediaUrl } from '../kit/components/picture.ts';
import { keepTyped } from '../kit/form-again.ts';
import { respond, sendPage, wantsPage } from '../kit/negotiate.ts';
import { Id, MoneySchema, Nullable, PageQuery, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { OwnProductSchema, ownProductJson, StatusSchema } from './own-product-json.ts';
import { requireSeller } from './own-shop.ts';
import { productFormPage } from './pages/product-form-page.ts';
import { productsPage } from './pages/products-page.ts';
import { NewProductBody, PRODUCT_FORM_FIELDS, ProductPatchBody, patchOf, productBody } from './product-body.ts';
import { productFormAgain } from './product-form-again.ts';
import { ProductPageQuery, savedProductPath } from './saved.ts';

export const ProductParams = Type.Object({ productId: Id });

const ProductListSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      productId: Type.String(),
      title: Type.String(),
      price: MoneySchema,
      image: Nullable(Type.String()),
      stock: Type.Object({ state: Type.String(), available: Nullable(Type.Integer()) }),
      status: StatusSchema,
    }),
  ),
  page: Type.Integer(),
  size: Type.Integer(),
  total: Type.Integer(),
});

/** Forms are read into the body of the contract before the schema looks at it. */
async function readForm(request: FastifyRequest): Promise<void> {
  keepTyped(request);
  request.body = productBody(request.body);
}

export function sellerProductRoutes(app: App, shop: Shop): void {
  const formComesBack = productFormAgain(shop, 'fields', PRODUCT_FORM_FIELDS);
  app.get(
    '/seller/products',
    {
      schema: {
        tags: ['seller'],
        summary: 'Your products, newest first',
        querystring: PageQuery,
        response: { 200: ProductListSchema, ...problemResponses(401, 403) },
      },
    },
    async (request, reply) => {
      const { caller, seller } = await requireSeller(shop, request);
      const { page, size } = request.query;
      const own = await listOwnProducts(shop.db, seller.sellerId, page, size);
      const offers = await loadOffersOf(
        shop.db,
        own.items.map((item) => item.document.productId),
      );
      const items = own.items.map(({ document, status }) => ({
        productId: String(document.productId),
        title: document.title,
        price: { amount: document.priceMinor, currency: document.currency },
        image: document.pictures[0] ? mediaUrl(document.pictures[0].pictureId, 640, 'webp') : null,
        stock: offers.get(document.productId)?.stock ?? { state: 'sold_out', available: null },
        status,
      }));
      const list = { items, page, size, total: own.total };
      return respond(request, reply, { json: () => list, page: () => productsPage(caller, seller.name, list) });
    },
  );

  app.get(
    '/seller/products/new',
    { schema: { tags: ['seller'], summary: 'The form for a new product' } },
    async (request, reply) => {
      const { caller } = await requireSeller(shop, request);
      return sendPage(reply, productFormPage({ caller, product: undefined, drop: undefined }));
    },
  );

  app.post(
    '/seller/products',
    {
      preValidation: readForm,
      errorHandler: formComesBack,
      schema: {
        tags: ['seller'],
        summary: 'Offer a new product',
        body: NewProductBody,
        response: { 201: OwnProductSchema, ...problemResponses(401, 403, 422) },
      },
    },
    async (request, reply) => {
      const { seller } = await requireSeller(shop, request);
      const productId = await create(shop, seller.sellerId, request.body);
      if (wantsPage(request)) return reply.redirect(savedProductPath(productId, 'new'), 303) as never;
      return reply.code(201).send(await ownProductJson(shop.db, await own(shop, seller.sellerId, String(productId))));
    },
  );

  app.get(
    '/seller/products/:productId',
    {
      schema: {
        tags: ['seller'],
        summary: 'One of your products, hidden or shown',
        params: ProductParams,
        querystring: ProductPageQuery,
        response: { 200: OwnProductSchema, ...problemResponses(401, 403, 404) },
      },
    },
    async (request, reply) => {
      const { caller, seller } = await requireSeller(shop, request);
      const product = await ownProductJson(shop.db, await own(shop, seller.sellerId, request.params.productId));
      const drop = wantsPage(request) ? await dropFigures(shop.db, Number(product.productId)) : undefined;
      return respond(request, reply, {
        json: () => product,
        page: () => productFormPage({ caller, product, drop, saved: request.query.saved }),
      });
    },
  );

  const patch = {
    preValidation: readForm,
    errorHandler: formComesBack,
    schema: {
      tags: ['seller'],
      summary: 'Change a product',
      description: 'What is left out stays. Search and pages show it within a second.',
      params: ProductParams,
      body: ProductPatchBody,
      response: { 200: OwnProductSchema, ...problemResponses(401, 403, 404, 422) },
    },
  };
  app.patch('/seller/products/:productId', patch, (request, reply) =>
    change(request.params.productId, request.body, request, reply),
  );
  // Forms know GET and POST only.
  app.post('/seller/products/:productId', patch, (request, reply) =>
    change(request.params.productId, request.body, request, reply),
  );

  async function change(
    id: string,
    body: Static<typeof ProductPatchBody>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<never> {
    const { seller } = await requireSeller(shop, request);
    const productId = parseId(id);
    if (productId === undefined) throw problem('product-not-found');
    const outcome = await updateProduct(shop.db, seller.sellerId, productId, patchOf(body));
    if (outcome.kind === 'not-found') throw problem('product-not-found');
    if (outcome.kind === 'invalid') throw invalid(outcome.errors);
    if (wantsPage(request)) return reply.redirect(savedProductPath(productId, 'fields'), 303) as never;
    return (await ownProductJson(shop.db, await own(shop, seller.sellerId, id))) as never;
  }
}

/** Product and stock begin together, so that no product stands in search without a stock to sell from. */
async function create(shop: Shop, sellerId: number, body: Static<typeof NewProductBody>): Promise<number> {
  const { stock, price, ...fields } = body;
  return shop.db.transaction(async (tx) => {
    const created = await createProduct(tx, sellerId, {
      ...fields,
      brand: fields.brand ?? null,
      gtin: fields.gtin ?? null,
      attributes: fields.attributes ?? {},
      priceMinor: price.amount,
      currency: price.currency,
    });
    if (created.kind === 'invalid') throw invalid(created.errors);
    await setImportedStock(tx, [{ productId: created.productId, stock }]);
    return created.productId;
  });
}

async function own(shop: Shop, sellerId: number, id: string): Promise<OwnProduct> {
  const productId = parseId(id);
  const found = productId === undefined ? undefined : await loadOwnProduct(shop.db, sellerId, productId);
  if (!found) throw problem('product-not-found');
  return found;
}
