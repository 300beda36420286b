// OpenSearch's client is loaded where it is used only: it takes 100 ms and 32 MB that other shops need not pay.
import type { Replica } from '../replica.ts';
import type { SearchServerState } from './inspect.ts';
import type { OpenSearchOptions, ReindexOptions } from './replica.ts';

export async function openOpenSearchReplica(options: OpenSearchOptions): Promise<Replica> {
  const replica = await import('./replica.ts');
  return replica.openOpenSearchReplica(options);
}

export async function reindexOpenSearch(options: ReindexOptions): Promise<boolean> {
  const replica = await import('./replica.ts');
  return replica.reindexOpenSearch(options);
}

export async function inspectOpenSearch(url: string): Promise<SearchServerState> {
  const inspect = await import('./inspect.ts');
  return inspect.inspectOpenSearch(url);
}
