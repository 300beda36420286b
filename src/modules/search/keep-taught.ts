// Keeps a replica's knowledge fresh: the synonym file as soon as it is saved, past queries every minute, and the shop's currency.
import { readFile, stat } from 'node:fs/promises';
import type { Database } from '../../lib/db.ts';
import type { Log } from '../../lib/log.ts';
import { repeat } from '../../lib/repeat.ts';
import { readSynonyms } from './engine/synonyms.ts';
import type { Replica } from './replica.ts';
import { forgetOldCounts, loadFrequentQueries } from './store-query-log.ts';

const LOOK_AT_FILE_EVERY_MS = 2_000;
const LOAD_QUERIES_EVERY_MS = 60_000;
/** Soon known in a shop whose first products have just come, and next to no work. */
const LOOK_AT_CURRENCY_EVERY_MS = 10_000;
const FORGET_EVERY_MS = 6 * 60 * 60 * 1_000;
const MAX_FILE_BYTES = 1_000_000;

type Taught = {
  db: Database;
  replica: Pick<Replica, 'teach' | 'search'>;
  log: Log;
  /** The first one that exists counts. */
  synonymFiles: string[];
};

export function keepTaught({ db, replica, log, synonymFiles }: Taught): { close(): Promise<void> } {
  let read = '';
  let currency = '';
  const jobs = [
    repeat('read synonyms', LOOK_AT_FILE_EVERY_MS, log, async () => {
      const file = await firstThatExists(synonymFiles);
      const version = file === undefined ? '' : `${file.path} ${file.mtimeMs} ${file.size}`;
      if (version === read) return;
      read = version;
      replica.teach({ synonyms: file === undefined ? '' : await readText(file, log) });
    }),
    repeat('load past queries', LOAD_QUERIES_EVERY_MS, log, async () => {
      replica.teach({ pastQueries: await loadFrequentQueries(db) });
    }),
    repeat('look at the currency', LOOK_AT_CURRENCY_EVERY_MS, log, async () => {
      const found = await loadCurrency(replica);
      if (found === undefined || found === currency) return;
      currency = found;
      replica.teach({ currency });
    }),
    repeat('forget old searches', FORGET_EVERY_MS, log, () => forgetOldCounts(db)),
  ];
  return { close: async () => void (await Promise.all(jobs.map((job) => job.close()))) };
}

/** A shop has no setting for it: its products say it. */
export async function loadCurrency(replica: Pick<Replica, 'search'>): Promise<string | undefined> {
  const { items } = await replica.search({
    ...{ term: '', page: 1, size: 1, sort: 'relevance' },
    ...{ categories: [], brands: [], sellers: [] },
  });
  return items[0]?.currency;
}

/** The text of the first file that exists; empty where none does. */
export async function loadSynonyms(paths: string[], log: Log): Promise<string> {
  const file = await firstThatExists(paths);
  return file === undefined ? '' : readText(file, log);
}

type SynonymFile = { path: string; mtimeMs: number; size: number };

async function firstThatExists(paths: string[]): Promise<SynonymFile | undefined> {
  for (const path of paths) {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (found?.isFile()) return { path, mtimeMs: found.mtimeMs, size: found.size };
  }
  return undefined;
}

async function readText({ path, size }: SynonymFile, log: Log): Promise<string> {
  if (size > MAX_FILE_BYTES) {
    log.warn({ path, size }, `the synonym file is longer than ${MAX_FILE_BYTES} bytes and left out`);
    return '';
  }
  const text = await readFile(path, 'utf8');
  const { synonyms, badLines } = readSynonyms(text);
  if (badLines.length > 0) log.warn({ path, lines: badLines.slice(0, 20) }, 'lines of the synonym file say nothing');
  log.info({ path, phrases: synonyms.phrases.size }, 'synonyms read');
  return text;
}
