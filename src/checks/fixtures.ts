// Rows that a test starts from, written as the shop's own use cases would leave them.
import { type Queryable, sql } from '../lib/db.ts';

const insertSeller = sql(
  'fixture_seller',
  `insert into seller (slug, name, address, tax_number) values ($1, $1, '1 Market Street', 'T-1') returning seller_id`,
);
const insertProduct = sql(
  'fixture_product',
  `with p as (
     insert into product (product_id, seller_id, title, category, price_minor, currency)
     values (nextval('product_id_source'), $1, $2, '{Test}', $3, 'USD') returning product_id),
   s as (
     insert into stock_change (product_id, change_id, change, reason, at)
     select product_id, 'start', $4::int, 'initial', clock_timestamp() from p where $4::int > 0)
   insert into inventory (product_id, total, available, customer_limit, hold_seconds)
   select product_id, $4, $4, $5, $6 from p returning product_id`,
);

let sellerCount = 0;

export async function makeSeller(db: Queryable): Promise<number> {
  const [row] = await db.query<{ seller_id: number }>(insertSeller, [`seller-${process.pid}-${++sellerCount}`]);
  if (!row) throw new Error('no seller');
  return row.seller_id;
}

export async function makeProduct(
  db: Queryable,
  product: {
    stock: number;
    sellerId?: number;
    priceMinor?: number;
    customerLimit?: number | null;
    holdSeconds?: number;
  },
): Promise<number> {
  const sellerId = product.sellerId ?? (await makeSeller(db));
  const values = [
    sellerId,
    'Nova lamp',
    product.priceMinor ?? 2999,
    product.stock,
    product.customerLimit ?? null,
    product.holdSeconds ?? 600,
  ];
  const [row] = await db.query<{ product_id: number }>(insertProduct, values);
  if (!row) throw new Error('no product');
  return row.product_id;
}

export const ADDRESS = {
  name: 'Ada Shopper',
  line1: '1 Analytical Way',
  city: 'London',
  postalCode: 'N1 9GU',
  country: 'GB',
};
