// A seller's form that was filled in wrongly comes back on the page it came from, with all the others as they stand.
import type { FastifyRequest } from 'fastify';
import type { Html } from '../../lib/html.ts';
import { parseId } from '../../lib/ids.ts';
import { loadOwnProduct } from '../../modules/catalog/index.ts';
import { dropFigures } from '../../modules/inventory/index.ts';
import { callerOf } from '../kit/caller.ts';
import { formAgain } from '../kit/form-again.ts';
import type { Shop } from '../kit/shop.ts';
import { ownProductJson } from './own-product-json.ts';
import { requireSeller } from './own-shop.ts';
import { productFormPage, type ReturnedForm } from './pages/product-form-page.ts';

/** `productId` in the address: one of the forms of that product's page; without, the form of a new one. */
export function productFormAgain(shop: Shop, name: ReturnedForm['name'], fields: readonly string[]) {
  return formAgain(fields, async (request, state): Promise<Html | undefined> => {
    if (!callerOf(request)) return undefined;
    const { caller, seller } = await requireSeller(shop, request);
    const returned = { name, state };
    const { productId: given } = (request as FastifyRequest<{ Params: { productId?: string } }>).params;
    if (given === undefined) return productFormPage({ caller, product: undefined, drop: undefined, returned });
    const productId = parseId(given);
    const own = productId === undefined ? undefined : await loadOwnProduct(shop.db, seller.sellerId, productId);
    if (!own) return undefined;
    const product = await ownProductJson(shop.db, own);
    return productFormPage({ caller, product, drop: await dropFigures(shop.db, Number(product.productId)), returned });
  });
}
