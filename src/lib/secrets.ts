// Secrets that all nodes share, made by whoever needs one first and kept in the database.
import { randomBytes } from 'node:crypto';
import { type Database, sql } from './db.ts';

const SECRET_BYTES = 32;

const insertSecrets = sql(
  'secrets_insert',
  `insert into shop_secret (name, value)
   select name, value from unnest($1::text[], $2::bytea[]) s(name, value) on conflict (name) do nothing`,
);
const selectSecrets = sql('secrets_select', 'select name, value from shop_secret where name = any ($1::text[])');

export async function ensureSecrets<const Name extends string>(
  db: Database,
  names: readonly Name[],
): Promise<Record<Name, Buffer>> {
  const found = async () => db.query<{ name: Name; value: Buffer }>(selectSecrets, [names]);
  let rows = await found();
  if (rows.length < names.length) {
    await db.query(insertSecrets, [names, names.map(() => randomBytes(SECRET_BYTES))]);
    rows = await found();
  }
  return Object.fromEntries(rows.map(({ name, value }) => [name, value])) as Record<Name, Buffer>;
}
