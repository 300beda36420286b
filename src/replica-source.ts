// Where a node's replica gets its data: documents of the catalogue with what the inventory says of their stock.
import { type Database, sql } from './lib/db.ts';
import { currentFeedOffset, feedReaches, openFeedReader } from './lib/feed.ts';
import { type CatalogDocument, loadDocuments, scanDocuments } from './modules/catalog/index.ts';
import { loadOffersOf } from './modules/inventory/index.ts';
import type { ReplicaDocument, ReplicaSource } from './modules/search/index.ts';

// The cluster's own number and the database's: another cluster, or another database in it, has other transaction ids.
const identity = sql(
  'replica_identity',
  `select (select system_identifier::text from pg_control_system()) || '/' || (select oid::text from pg_database where datname = current_database()) as id`,
);

export function replicaSource(db: Database): ReplicaSource {
  async function withStock(documents: CatalogDocument[]): Promise<ReplicaDocument[]> {
    const offers = await loadOffersOf(
      db,
      documents.map((document) => document.productId),
    );
    return documents.map((document) => {
      const offer = offers.get(document.productId);
      const stock = offer?.stock ?? { state: 'sold_out', available: null };
      const drop = offer?.opensAt
        ? {
            opensAt: offer.opensAt.toISOString(),
            perCustomerLimit: offer.customerLimit,
            holdSeconds: offer.holdSeconds,
          }
        : null;
      return { ...document, stock, drop };
    });
  }

  return {
    async databaseId() {
      const [row] = await db.query<{ id: string }>(identity);
      if (!row) throw new Error('the database did not say which it is');
      return row.id;
    },
    async openFeed(offset) {
      if (offset === null) return openFeedReader(db, 'product', await currentFeedOffset(db));
      if (!(await feedReaches(db, offset))) throw new RangeError(`the feed was pruned beyond ${offset}`);
      return openFeedReader(db, 'product', offset);
    },
    scan: async (afterProductId, limit) => withStock(await scanDocuments(db, afterProductId, limit)),
    load: async (productIds) => withStock(await loadDocuments(db, productIds)),
  };
}
