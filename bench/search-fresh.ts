// A process that does nothing but start from a snapshot and search, as a node does: how long it takes and what memory it needs.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLog } from '../src/lib/log.ts';
import { openReplica, type SearchQuery } from '../src/modules/search/index.ts';
import { openDemoShop } from './search-shop.ts';

export type FreshFigures = { loadMs: number; loadedBytes: number; searchedBytes: number; products: number };

/** In a process of its own. `queries` are all asked once. */
export async function startFresh(directory: string, queries: SearchQuery[]): Promise<FreshFigures> {
  await writeFile(queriesPath(directory), JSON.stringify(queries));
  const child = fork(import.meta.filename, [directory], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
  });
  const [figures] = (await once(child, 'message')) as [FreshFigures];
  return figures;
}

function queriesPath(directory: string): string {
  return join(directory, 'queries.json');
}

async function loadAndSearch(directory: string): Promise<FreshFigures> {
  const queries = JSON.parse(await readFile(queriesPath(directory), 'utf8')) as SearchQuery[];
  const log = openLog('bench', 'silent');
  const startedAt = performance.now();
  // Nothing is scanned: the snapshot is there.
  const replica = await openReplica({ directory, source: openDemoShop(0), log, pollEveryMs: 100, readOnly: true });
  const loadMs = performance.now() - startedAt;
  const loadedBytes = residentBytes();
  for (const query of queries) await replica.search(query);
  const figures = { loadMs, loadedBytes, searchedBytes: residentBytes(), products: replica.documentCount() };
  await replica.close();
  return figures;
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

if (process.argv[1] === import.meta.filename) {
  process.send?.(await loadAndSearch(process.argv[2] ?? ''));
  process.disconnect?.();
}
