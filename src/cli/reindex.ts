// souk reindex: the running shop is asked to index all of its products anew.
import type { Config } from '../config.ts';
import { openDatabase } from '../lib/db.ts';
import { inspectOpenSearch, reindexOpenSearch } from '../modules/search/index.ts';
import { SEARCH_PREFIX } from '../open-shop-replica.ts';
import { replicaSource } from '../replica-source.ts';
import { Refusal } from './refusal.ts';
import { withReadableShop } from './shop-database.ts';

const STATEMENT_TIMEOUT_MS = 5_000;

export async function reindex(config: Config): Promise<void> {
  const { searchUrl } = config;
  if (searchUrl === undefined) {
    throw new Refusal('Without SEARCH_URL each web process makes its index itself, from its snapshot or the database.');
  }
  const server = await inspectOpenSearch(searchUrl);
  if (server.kind === 'away') throw new Refusal(`What SEARCH_URL names does not answer: ${server.reason}.`);
  await withReadableShop(config, async (url) => {
    const db = openDatabase({
      url,
      applicationName: 'souk reindex',
      maxConnections: 1,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    try {
      const isAsked = await reindexOpenSearch({ url: searchUrl, prefix: SEARCH_PREFIX, source: replicaSource(db) });
      if (!isAsked) throw new Refusal('There is no index yet, or it changed in this moment. Try again.');
      console.log('A running web process begins within seconds; the old index answers until the new one is full.');
    } finally {
      await db.close();
    }
  });
}
