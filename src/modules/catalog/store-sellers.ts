import { type Queryable, sql } from '../../lib/db.ts';

const COLUMNS = 'seller_id, user_id, slug, name, address, tax_number';

const insertSeller = sql(
  'catalog_insert_seller',
  `insert into seller (user_id, slug, name, address, tax_number) values ($1, $2, $3, $4, $5)
   on conflict (slug) do nothing returning ${COLUMNS}`,
);
const insertSellers = sql(
  'catalog_insert_sellers',
  `insert into seller (slug, name, address, tax_number)
   select r.slug, r.name, r.address, r.tax_number
   from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as r(slug, name, address, tax_number)
   on conflict (slug) do nothing`,
);
const findBySlugs = sql('catalog_find_sellers_by_slugs', `select ${COLUMNS} from seller where slug = any($1::text[])`);
const findById = sql('catalog_find_seller', `select ${COLUMNS} from seller where seller_id = $1`);
const findBySlug = sql('catalog_find_seller_by_slug', `select ${COLUMNS} from seller where slug = $1`);
const findOfUser = sql(
  'catalog_find_sellers_of_user',
  `select ${COLUMNS} from seller where user_id = $1 order by seller_id limit $2`,
);
const setUser = sql(
  'catalog_set_user_of_seller',
  `update seller set user_id = $2 where slug = $1 returning ${COLUMNS}`,
);

const MAX_SELLERS_OF_USER = 100;

export type Seller = {
  sellerId: number;
  userId: number | null;
  slug: string;
  name: string;
  address: string | null;
  taxNumber: string | null;
};
export type NewSeller = Omit<Seller, 'sellerId'>;

type Row = {
  seller_id: number;
  user_id: number | null;
  slug: string;
  name: string;
  address: string | null;
  tax_number: string | null;
};

/** Undefined when the slug is taken. */
export async function insertSellerRow(db: Queryable, seller: NewSeller): Promise<Seller | undefined> {
  const { userId, slug, name, address, taxNumber } = seller;
  return first(await db.query<Row>(insertSeller, [userId, slug, name, address, taxNumber]));
}

/** Makes those that are not there yet; one that is stays as it is. */
export async function ensureSellers(db: Queryable, sellers: Omit<NewSeller, 'userId'>[]): Promise<Seller[]> {
  const slugs = sellers.map((seller) => seller.slug);
  await db.query(insertSellers, [
    slugs,
    sellers.map((seller) => seller.name),
    sellers.map((seller) => seller.address),
    sellers.map((seller) => seller.taxNumber),
  ]);
  return (await db.query<Row>(findBySlugs, [slugs])).map(sellerOf);
}

export async function findSeller(db: Queryable, sellerId: number): Promise<Seller | undefined> {
  return first(await db.query<Row>(findById, [sellerId]));
}

export async function findSellerBySlug(db: Queryable, slug: string): Promise<Seller | undefined> {
  return first(await db.query<Row>(findBySlug, [slug]));
}

/** The sellers that a user signs in for, the oldest first. */
export async function findSellersOfUser(db: Queryable, userId: number): Promise<Seller[]> {
  return (await db.query<Row>(findOfUser, [userId, MAX_SELLERS_OF_USER])).map(sellerOf);
}

/** Gives a seller to a user; undefined when there is none of that slug. */
export async function assignSeller(db: Queryable, slug: string, userId: number): Promise<Seller | undefined> {
  return first(await db.query<Row>(setUser, [slug, userId]));
}

function first(rows: Row[]): Seller | undefined {
  return rows[0] && sellerOf(rows[0]);
}

function sellerOf(row: Row): Seller {
  const { seller_id: sellerId, user_id: userId, slug, name, address, tax_number: taxNumber } = row;
  return { sellerId, userId, slug, name, address, taxNumber };
}
