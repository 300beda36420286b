// Which of the two searches a shop has: each process its own, in memory, or all of them one in OpenSearch.
import type { Config } from './config.ts';
import { openOpenSearchReplica, openReplica, type Replica, type ReplicaOptions } from './modules/search/index.ts';

/** What the names of the shop's indices begin with. */
export const SEARCH_PREFIX = 'souk';

export function openShopReplica(config: Config, options: Omit<ReplicaOptions, 'directory'>): Promise<Replica> {
  if (config.searchUrl === undefined) {
    return openReplica({ ...options, directory: `${config.dataDirectory}/search` });
  }
  return openOpenSearchReplica({ ...options, url: config.searchUrl, prefix: SEARCH_PREFIX });
}
