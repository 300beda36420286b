// SQL for those who watch over drops: what became of the payments for one product.
import { type Queryable, sql } from '../../lib/db.ts';

export type PaymentCounts = {
  succeeded: number;
  declined: number;
  processing: number;
  requiresAction: number;
  /** The money came when there was no unit left for it; it goes back. */
  unsold: number;
};

const countPayments = sql(
  'payments_count',
  `select count(*) filter (where state = 'succeeded') as succeeded, count(*) filter (where state = 'declined') as declined,
          count(*) filter (where state = 'processing') as processing,
          count(*) filter (where state = 'requires_action') as "requiresAction", count(*) filter (where state = 'unsold') as unsold
   from payment where product_id = $1`,
);

export async function loadPaymentCounts(db: Queryable, productId: number): Promise<PaymentCounts> {
  const [row] = await db.query<PaymentCounts>(countPayments, [productId]);
  if (!row) throw new Error('a count answered nothing');
  return row;
}
