import { createHash, randomInt } from 'node:crypto';
import type { Queryable } from '../../lib/db.ts';
import { findSellerBySlug, insertSellerRow, type NewSeller, type Seller } from './store-sellers.ts';

const MAX_SLUG_CHARACTERS = 60;
const SLUG_ATTEMPTS = 5;

/** A new seller; where another one has its name already, the slug gets a number. */
export async function createSeller(db: Queryable, seller: Omit<NewSeller, 'slug'>): Promise<Seller> {
  const slug = slugOf(seller.name);
  for (let attempt = 1; attempt <= SLUG_ATTEMPTS; attempt++) {
    const created = await insertSellerRow(db, {
      ...seller,
      slug: attempt === 1 ? slug : `${slug}-${randomInt(1_000, 10_000)}`,
    });
    if (created) return created;
  }
  throw new Error(`no free slug for the seller ${seller.name}`);
}

/** The seller of that name, made where there is none: an import says for whom by name. */
export async function ensureSeller(db: Queryable, name: string): Promise<Seller> {
  const slug = slugOf(name);
  const found = await findSellerBySlug(db, slug);
  if (found) return found;
  const seller = { userId: null, slug, name, address: null, taxNumber: null };
  // Undefined when somebody made it in between.
  const ensured = (await insertSellerRow(db, seller)) ?? (await findSellerBySlug(db, slug));
  if (!ensured) throw new Error(`the seller ${name} was neither made nor found`);
  return ensured;
}

/** "Café & Co." -> "cafe-co"; a name without a Latin letter gets a slug of its hash. */
export function slugOf(name: string): string {
  const latin = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG_CHARACTERS)
    .replace(/^-+|-+$/g, '');
  return latin || `seller-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
