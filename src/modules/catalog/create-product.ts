import type { Queryable } from '../../lib/db.ts';
import type { FieldError } from '../../lib/problem.ts';
import { checkProductFields, type ProductFields } from './product-row.ts';
import { insertOwnProduct } from './store.ts';

export type CreateProductOutcome = { kind: 'created'; productId: number } | { kind: 'invalid'; errors: FieldError[] };

/** Its stock is inventory's: the caller passes the transaction in which both begin. */
export async function createProduct(
  tx: Queryable,
  sellerId: number,
  fields: ProductFields,
): Promise<CreateProductOutcome> {
  const errors = checkProductFields(fields);
  if (errors.length > 0) return { kind: 'invalid', errors };
  return { kind: 'created', productId: await insertOwnProduct(tx, sellerId, fields) };
}
