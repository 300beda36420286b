// Writing products. Each statement takes a whole batch, and tells the change feed in the same transaction.
import { type Queryable, sql } from '../../lib/db.ts';
import type { PictureSource, ProductFields, ProductRow, ProductStatus } from './product-row.ts';

// Ids are drawn in the order of the rows, so that "newest" is the order of the file; rows go in by external id, so that two
// imports of one seller wait for each other in the same order.
const claimExternalIds = sql(
  'catalog_claim_external_ids',
  `with numbered as materialized (
     select r.external_id, r.content_hash, nextval('product_id_source') as product_id
     from unnest($2::text[], $3::bytea[]) with ordinality as r(external_id, content_hash, place)
     where not exists (select 1 from product_external_id x where x.seller_id = $1 and x.external_id = r.external_id)
     order by r.place)
   insert into product_external_id (seller_id, external_id, product_id, content_hash)
   select $1, external_id, product_id, content_hash from numbered order by external_id
   on conflict (seller_id, external_id) do nothing
   returning external_id`,
);

const lockExternalIds = sql(
  'catalog_lock_external_ids',
  `select external_id, product_id, content_hash from product_external_id
   where seller_id = $1 and external_id = any($2::text[]) order by external_id for update`,
);

const setContentHashes = sql(
  'catalog_set_content_hashes',
  `update product_external_id x set content_hash = r.content_hash
   from unnest($2::text[], $3::bytea[]) as r(external_id, content_hash)
   where x.seller_id = $1 and x.external_id = r.external_id`,
);

// One parameter of JSON: category is an array itself, and unnest would flatten an array of them.
const writeProducts = sql(
  'catalog_write_products',
  `with written as (
     insert into product (product_id, seller_id, family_key, variant, title, description, brand, category, attributes, gtin,
                          price_minor, currency, status, created_at, updated_at)
     select r.product_id, $1, r.family_key, r.variant, r.title, r.description, r.brand, r.category, r.attributes, r.gtin,
            r.price_minor, r.currency, r.status, coalesce(r.created_at, now()), now()
     from json_to_recordset($2::json) as r(
       product_id bigint, family_key text, variant json, title text, description text, brand text, category text[],
       attributes json, gtin text, price_minor bigint, currency text, status text, created_at timestamptz)
     on conflict (product_id) do update set
       family_key = excluded.family_key, variant = excluded.variant, title = excluded.title, description = excluded.description,
       brand = excluded.brand, category = excluded.category, attributes = excluded.attributes, gtin = excluded.gtin,
       price_minor = excluded.price_minor, currency = excluded.currency, status = excluded.status, updated_at = excluded.updated_at
     returning product_id)
   insert into feed_change (topic, key) select 'product', product_id from written on conflict do nothing`,
);

const deletePictures = sql(
  'catalog_delete_pictures',
  'delete from product_picture where product_id = any($1::bigint[])',
);

const insertPictures = sql(
  'catalog_insert_pictures',
  `insert into product_picture (product_id, position, picture_id, width, height, alt)
   select r.product_id, r.position, r.picture_id, r.width, r.height, r.alt
   from unnest($1::bigint[], $2::int[], $3::text[], $4::int[], $5::int[], $6::text[])
     as r(product_id, position, picture_id, width, height, alt)`,
);

const insertProduct = sql(
  'catalog_insert_product',
  `with written as (
     insert into product (product_id, seller_id, title, description, brand, category, attributes, gtin, price_minor, currency)
     values (nextval('product_id_source'), $1, $2, $3, $4, $5, $6, $7, $8, $9)
     returning product_id),
   news as (insert into feed_change (topic, key) select 'product', product_id from written on conflict do nothing)
   select product_id from written`,
);

// A field that is not in the patch keeps what the row has: the patch is one JSON value, and absence is not null.
const patchProduct = sql(
  'catalog_patch_product',
  `with written as (
     update product set
       title = coalesce($3::jsonb ->> 'title', title),
       description = coalesce($3::jsonb ->> 'description', description),
       brand = case when $3::jsonb ? 'brand' then $3::jsonb ->> 'brand' else brand end,
       category = coalesce($4::text[], category),
       attributes = coalesce($5::json, attributes),
       gtin = case when $3::jsonb ? 'gtin' then $3::jsonb ->> 'gtin' else gtin end,
       price_minor = coalesce(($3::jsonb ->> 'priceMinor')::bigint, price_minor),
       currency = coalesce($3::jsonb ->> 'currency', currency),
       status = coalesce($3::jsonb ->> 'status', status),
       updated_at = now()
     where product_id = $1 and seller_id = $2
     returning product_id),
   news as (insert into feed_change (topic, key) select 'product', product_id from written on conflict do nothing)
   select product_id from written`,
);

// The product row is locked first, so that two uploads at once do not take the same position.
const lockOwnProduct = sql(
  'catalog_lock_own_product',
  'select title from product where product_id = $1 and seller_id = $2 for no key update',
);

const appendPicture = sql(
  'catalog_append_picture',
  `with added as (
     insert into product_picture (product_id, position, picture_id, width, height, alt)
     select $1::bigint, coalesce(max(position) + 1, 0), $2::text, $3::int, $4::int, $5::text from product_picture where product_id = $1
     having count(*) < $6
     returning product_id),
   news as (insert into feed_change (topic, key) select 'product', product_id from added on conflict do nothing)
   select product_id from added`,
);

const findPicture = sql(
  'catalog_find_picture',
  'select product_id from product_picture where product_id = $1 and picture_id = $2',
);

type KnownProduct = { productId: number; contentHash: Buffer };
export type HashedId = { externalId: string; contentHash: Buffer };
export type StoredRow = ProductRow & { productId: number };
export type ProductPatch = Partial<ProductFields> & { status?: ProductStatus };

/** Gives ids to what the seller never had before; says which those are. */
export async function claimIds(tx: Queryable, sellerId: number, ids: HashedId[]): Promise<Set<string>> {
  const rows = await tx.query<{ external_id: string }>(claimExternalIds, [sellerId, ...columns(ids)]);
  return new Set(rows.map((row) => row.external_id));
}

export async function lockIds(tx: Queryable, sellerId: number, ids: string[]): Promise<Map<string, KnownProduct>> {
  type Row = { external_id: string; product_id: number; content_hash: Buffer };
  const rows = await tx.query<Row>(lockExternalIds, [sellerId, ids]);
  return new Map(rows.map((row) => [row.external_id, { productId: row.product_id, contentHash: row.content_hash }]));
}

export async function storeHashes(tx: Queryable, sellerId: number, ids: HashedId[]): Promise<void> {
  await tx.query(setContentHashes, [sellerId, ...columns(ids)]);
}

export async function storeProducts(tx: Queryable, sellerId: number, rows: StoredRow[]): Promise<void> {
  const records = rows.map((row) => ({
    product_id: row.productId,
    family_key: row.familyKey,
    variant: row.variant,
    title: row.title,
    description: row.description,
    brand: row.brand,
    category: row.category,
    attributes: row.attributes,
    gtin: row.gtin,
    price_minor: row.priceMinor,
    currency: row.currency,
    status: row.status,
    created_at: row.createdAt,
  }));
  await tx.query(writeProducts, [sellerId, JSON.stringify(records)]);
}

export async function storePictures(tx: Queryable, rows: StoredRow[]): Promise<void> {
  const pictures = rows.flatMap((row) =>
    row.pictures.map((picture, position) => ({ ...picture, productId: row.productId, position })),
  );
  await tx.query(deletePictures, [rows.map((row) => row.productId)]);
  if (pictures.length === 0) return;
  await tx.query(insertPictures, [
    pictures.map((picture) => picture.productId),
    pictures.map((picture) => picture.position),
    pictures.map((picture) => picture.pictureId),
    pictures.map((picture) => picture.width),
    pictures.map((picture) => picture.height),
    pictures.map((picture) => picture.alt),
  ]);
}

export async function insertOwnProduct(db: Queryable, sellerId: number, fields: ProductFields): Promise<number> {
  const [row] = await db.query<{ product_id: number }>(insertProduct, [
    sellerId,
    fields.title,
    fields.description,
    fields.brand,
    fields.category,
    JSON.stringify(fields.attributes),
    fields.gtin,
    fields.priceMinor,
    fields.currency,
  ]);
  if (!row) throw new Error('the product was not inserted');
  return row.product_id;
}

export async function patchOwnProduct(
  db: Queryable,
  sellerId: number,
  productId: number,
  patch: ProductPatch,
): Promise<boolean> {
  const { category, attributes, ...scalars } = patch;
  const rows = await db.query(patchProduct, [
    productId,
    sellerId,
    JSON.stringify(scalars),
    category ?? null,
    attributes ? JSON.stringify(attributes) : null,
  ]);
  return rows.length > 0;
}

/** Its title; undefined when the seller has no such product. */
export async function lockOwn(tx: Queryable, sellerId: number, productId: number): Promise<string | undefined> {
  const [row] = await tx.query<{ title: string }>(lockOwnProduct, [productId, sellerId]);
  return row?.title;
}

export async function hasPicture(tx: Queryable, productId: number, pictureId: string): Promise<boolean> {
  return (await tx.query(findPicture, [productId, pictureId])).length > 0;
}

/** False when the product has as many pictures as it may. */
export async function addPictureRow(
  tx: Queryable,
  productId: number,
  picture: PictureSource,
  maxPictures: number,
): Promise<boolean> {
  const { pictureId, width, height, alt } = picture;
  return (await tx.query(appendPicture, [productId, pictureId, width, height, alt, maxPictures])).length > 0;
}

function columns(ids: HashedId[]): [string[], Buffer[]] {
  return [ids.map((id) => id.externalId), ids.map((id) => id.contentHash)];
}
