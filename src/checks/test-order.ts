// A bought and paid order as rows, for tests of what comes after a purchase.
import type { Queryable } from '../lib/db.ts';
import { sql } from '../lib/db.ts';
import { newKeyedId } from '../lib/ids.ts';

export type TestPeople = { buyerId: number; otherId: number; sellerUserId: number };
export type TestShop = TestPeople & { sellerId: number; productId: number };
export type TestOrder = TestShop & { orderId: string; placedAt: Date };

const INSERT_PEOPLE = sql(
  'checks_insert_people',
  `insert into account (email, email_folded, name, password_hash, roles)
   values ('ada@example.test', 'ada@example.test', 'Ada Okafor', '-', '{shopper}'),
          ('sal@example.test', 'sal@example.test', 'Sal Brink', '-', '{shopper,seller}'),
          ('other@example.test', 'other@example.test', 'Otto Her', '-', '{shopper,seller}')
   returning user_id`,
);
const INSERT_SELLER = sql(
  'checks_insert_seller',
  `insert into seller (user_id, slug, name, address, tax_number)
   values ($1, 'lumen', 'Lumen & Oak', E'14 Harbour Row\nBristol BS1 5TR', 'GB 123 4567 89') returning seller_id`,
);
const INSERT_PRODUCT = sql(
  'checks_insert_product',
  `insert into product (product_id, seller_id, title, category, price_minor, currency)
   values (nextval('product_id_source'), $1, 'Aurora wireless charger', '{Electronics,Chargers}', 2999, 'USD') returning product_id`,
);

/** A buyer, somebody else, a seller and a product of theirs. */
export async function insertTestShop(db: Queryable, people?: TestPeople): Promise<TestShop> {
  const inShop = people ?? (await insertPeople(db));
  const [shop] = await db.query<{ seller_id: number }>(INSERT_SELLER, [inShop.sellerUserId]);
  if (!shop) throw new Error('no seller');
  const [product] = await db.query<{ product_id: number }>(INSERT_PRODUCT, [shop.seller_id]);
  if (!product) throw new Error('no product');
  return { ...inShop, sellerId: shop.seller_id, productId: product.product_id };
}

async function insertPeople(db: Queryable): Promise<TestPeople> {
  const [buyer, seller, other] = await db.query<{ user_id: number }>(INSERT_PEOPLE);
  if (!buyer || !seller || !other) throw new Error('no people');
  return { buyerId: buyer.user_id, sellerUserId: seller.user_id, otherId: other.user_id };
}

const ADDRESS = { name: 'Ada Okafor', line1: '5 Elm Street', city: 'Leeds', postalCode: 'LS1 4AP', country: 'GB' };

const INSERT_ORDER = sql(
  'checks_insert_order',
  `with o as (
     insert into orders (product_id, order_id, reservation_id, payment_id, user_id, seller_id, state, title, price_minor, currency,
                         shipping_address, earliest_delivery, latest_delivery, placed_at)
     values ($1, $2, $2, $2, $3, $4, 'placed', 'Aurora wireless charger', 2999, 'USD', $5, '2026-11-25', '2026-11-27', $6)),
   e as (
     insert into order_event (product_id, order_id, sequence, state, at) values ($1, $2, 1, 'placed', $6)),
   n as (
     insert into receipt_counter (seller_id, last_number) values ($4, 1)
     on conflict (seller_id) do update set last_number = receipt_counter.last_number + 1 returning last_number)
   insert into receipt (product_id, order_id, seller_id, number, seller_name, seller_address, seller_tax_number, amount_minor, tax_minor,
                        tax_basis_points, currency, paid_at, method_brand, method_last4)
   select $1, $2, $4, n.last_number, s.name, s.address, s.tax_number, 2999, 500, 2000, 'USD', $6, 'visa', '4242'
   from n, seller s where s.seller_id = $4`,
);

/** One more order of that shop's product, placed now or at `placedAt`. */
export async function insertTestOrder(db: Queryable, shop: TestShop, placedAt = new Date()): Promise<TestOrder> {
  const orderId = newKeyedId(shop.productId);
  await db.query(INSERT_ORDER, [shop.productId, orderId, shop.buyerId, shop.sellerId, ADDRESS, placedAt]);
  return { ...shop, orderId, placedAt };
}
