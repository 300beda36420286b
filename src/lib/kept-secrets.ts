// A node's own copy of the shared secrets, so that it can start and serve pages while the database is away.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, isConnectionLost } from './db.ts';
import type { Log } from './log.ts';
import { patiently } from './patience.ts';
import { ensureSecrets } from './secrets.ts';

const OWNER_ONLY = 0o600;
const ASK_EVERY_MS = 1_000;

export type HeldSecrets<Name extends string> = {
  secrets: Record<Name, Buffer>;
  /** They come from the copy: the database has not confirmed them yet. */
  isCopy: boolean;
};

/**
 * From the database, or while that cannot be reached from the file that the last start left. Without such a file it waits
 * for the database, as `patiently` does.
 */
export async function holdSecrets<const Name extends string>(
  db: Database,
  names: readonly Name[],
  file: string,
): Promise<HeldSecrets<Name>> {
  try {
    return { secrets: await readAndKeep(db, names, file), isCopy: false };
  } catch (fault) {
    const copy = isConnectionLost(fault) ? await readCopy(names, file) : undefined;
    if (copy) return { secrets: copy, isCopy: true };
    if (!isConnectionLost(fault)) throw fault;
  }
  return { secrets: await patiently(() => readAndKeep(db, names, file)), isCopy: false };
}

/** Asks until the database answers, then whether it has the same secrets. The copy is renewed. */
export async function confirmSecrets<Name extends string>(
  db: Database,
  held: Record<Name, Buffer>,
  file: string,
  signal: AbortSignal,
  log: Log,
): Promise<'confirmed' | 'others' | 'aborted'> {
  const names = Object.keys(held) as Name[];
  let isTold = false;
  while (!signal.aborted) {
    try {
      const secrets = await readAndKeep(db, names, file);
      return names.every((name) => secrets[name].equals(held[name])) ? 'confirmed' : 'others';
    } catch (fault) {
      // Whatever it is, the database cannot be used yet; what is more than its absence is said once.
      if (!isTold && !isConnectionLost(fault)) {
        isTold = true;
        log.error({ err: fault }, 'the secrets cannot be read and are asked for again');
      }
    }
    await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
  return 'aborted';
}

async function readAndKeep<const Name extends string>(
  db: Database,
  names: readonly Name[],
  file: string,
): Promise<Record<Name, Buffer>> {
  const secrets = await ensureSecrets(db, names);
  const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, secrets[name].toString('base64')])));
  const before = await readText(file);
  if (before !== text) {
    await mkdir(dirname(file), { recursive: true });
    // A crash in mid-write leaves the old copy whole.
    const fresh = `${file}.${process.pid}`;
    await writeFile(fresh, text, { mode: OWNER_ONLY });
    await rename(fresh, file);
  }
  return secrets;
}

/** Undefined where there is none, or it lacks one: an older version may have left it. */
async function readCopy<const Name extends string>(
  names: readonly Name[],
  file: string,
): Promise<Record<Name, Buffer> | undefined> {
  const text = await readText(file);
  const kept = text === undefined ? undefined : parsed(text);
  if (!kept) return undefined;
  const entries = names.map((name) => [name, kept[name]] as const);
  if (!entries.every(([, value]) => typeof value === 'string' && value !== '')) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, Buffer.from(String(value), 'base64')])) as Record<
    Name,
    Buffer
  >;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    // A damaged copy is as good as none: the database has the secrets.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
