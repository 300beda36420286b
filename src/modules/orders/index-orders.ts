import type { Queryable } from '../../lib/db.ts';
import { type OrderNews, upsertOrderIndex } from './store-lists.ts';

/** Puts orders under their buyer and their seller. Twice, or in any order, comes to the same. */
export async function indexOrders(db: Queryable, news: readonly OrderNews[]): Promise<void> {
  if (news.length > 0) await upsertOrderIndex(db, news);
}
