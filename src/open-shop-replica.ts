// Which of the two searches a shop has: each process its own, in memory, or all of them one in OpenSearch.
import type { Config } from './config.ts';
import { openOpenSearchReplica, openReplica, type Replica, type ReplicaOptions } from './modules/search/index.ts';

/** What the names of the shop's indices begin with. */
export const SEARCH_PREFIX = 'souk';

type ShopReplicaOptions = Omit<ReplicaOptions, 'directory' | 'searchThreads'>;

export function openShopReplica(config: Config, options: ShopReplicaOptions): Promise<Replica> {
  if (config.searchUrl === undefined) {
    // A command asks one question, for which no thread is worth starting.
    const searchThreads = options.readOnly ? 0 : config.searchThreads;
    return openReplica({ ...options, directory: `${config.dataDirectory}/search`, searchThreads });
  }
  return openOpenSearchReplica({ ...options, url: config.searchUrl, prefix: SEARCH_PREFIX });
}
