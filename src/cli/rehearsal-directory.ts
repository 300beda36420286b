// Where a rehearsal writes. The directory is its own as long as it lives; the shop that a killed one left there is removed by the next.
import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endEmbeddedPostgres } from '../lib/embedded-postgres.ts';
import { type ProcessLock, tryProcessLock } from '../lib/process-lock.ts';
import { Refusal } from './refusal.ts';
import { shopLockName } from './shop-database.ts';

export type RehearsalDirectory = { path: string; lock: ProcessLock };

const NAME = /^\d{4}-\d{2}-\d{2}T\d{6}-seed-\d+$/;
const MAX_REMOVED_AT_ONCE = 10; // each is a PostgreSQL that runs and some hundred MB
const REMOVE_RETRIES = 5;

export async function claimRehearsalDirectory(root: string, seed: number): Promise<RehearsalDirectory> {
  mkdirSync(root, { recursive: true });
  const moment = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  const path = join(realpathSync(root), `${moment}-seed-${seed}`);
  // Locked before it is there: nobody may take it for a dead one's.
  const attempt = await tryProcessLock(lockName(path), processNote);
  if (attempt.kind === 'taken') throw new Refusal(`Another rehearsal (${attempt.note}) writes into ${path}.`);
  mkdirSync(path, { recursive: true });
  return { path, lock: attempt.lock };
}

/** What the shop of a rehearsal keeps. */
export function shopDirectoryOf(rehearsalDirectory: string): string {
  return join(rehearsalDirectory, 'shop');
}

export async function removeRehearsalShop(rehearsalDirectory: string): Promise<void> {
  const shop = shopDirectoryOf(rehearsalDirectory);
  await endEmbeddedPostgres(join(shop, 'postgres'));
  await rm(shop, { recursive: true, force: true, maxRetries: REMOVE_RETRIES });
}

/** A rehearsal that lives holds its lock, and so does its shop, which ends some seconds after a rehearsal that was killed. */
export async function removeDeadRehearsals(root: string, say: (line: string) => void): Promise<void> {
  if (!existsSync(root)) return;
  const left = readdirSync(root)
    .filter((name) => NAME.test(name))
    .map((name) => join(realpathSync(root), name))
    .filter((directory) => existsSync(shopDirectoryOf(directory)));
  for (const directory of left.slice(0, MAX_REMOVED_AT_ONCE)) {
    const locks = await lockBoth(lockName(directory), shopLockName(shopDirectoryOf(directory)));
    if (!locks) continue;
    try {
      await removeRehearsalShop(directory);
      say(`A rehearsal was killed before its end; its database is removed now: ${shopDirectoryOf(directory)}`);
    } catch (error) {
      say(`What a killed rehearsal left in ${directory} cannot be removed: ${(error as Error).message}`);
    } finally {
      for (const lock of locks) await lock.release();
    }
  }
}

async function lockBoth(first: string, second: string): Promise<ProcessLock[] | undefined> {
  const one = await tryProcessLock(first, processNote);
  if (one.kind === 'taken') return undefined;
  const other = await tryProcessLock(second, processNote);
  if (other.kind === 'held') return [one.lock, other.lock];
  await one.lock.release();
  return undefined;
}

function lockName(rehearsalDirectory: string): string {
  return `rehearsal:${rehearsalDirectory}`;
}

function processNote(): string {
  return `process ${process.pid}`;
}
