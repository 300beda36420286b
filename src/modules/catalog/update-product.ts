import type { Queryable } from '../../lib/db.ts';
import type { FieldError } from '../../lib/problem.ts';
import { checkProductFields, type ProductFields } from './product-row.ts';
import { type ProductPatch, patchOwnProduct } from './store.ts';

export type UpdateProductOutcome =
  | { kind: 'updated' }
  | { kind: 'not-found' }
  | { kind: 'invalid'; errors: FieldError[] };

// Fields that a patch leaves out are what they are: these stand in for them in the check.
const LEFT_OUT: ProductFields = {
  title: '-',
  description: '',
  brand: null,
  category: ['-'],
  attributes: {},
  gtin: null,
  priceMinor: 0,
  currency: 'USD',
};

/** Another seller's product is answered like one that does not exist. */
export async function updateProduct(
  db: Queryable,
  sellerId: number,
  productId: number,
  patch: ProductPatch,
): Promise<UpdateProductOutcome> {
  const errors = checkProductFields({ ...LEFT_OUT, ...patch });
  if (errors.length > 0) return { kind: 'invalid', errors };
  return { kind: (await patchOwnProduct(db, sellerId, productId, patch)) ? 'updated' : 'not-found' };
}
