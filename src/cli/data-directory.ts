// What must hold of the data directory before anything is started in it.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { secretsFile } from '../config.ts';
import { errorCode } from '../lib/db.ts';
import { Refusal, sentenceOf } from './refusal.ts';

export const LEAST_FREE_BYTES = 128_000_000; // PostgreSQL stops with a panic when it cannot write its log, 16 MB at a time
const PROBE_BYTES = 65_536;

/** Makes it if need be; its real path. */
export function prepareDataDirectory(directory: string): string {
  try {
    makeDirectory(resolve(directory));
    accessSync(directory, constants.W_OK);
    // Only a real write tells of a full disk or an exceeded quota.
    const probe = join(directory, `.probe-${process.pid}`);
    writeFileSync(probe, Buffer.alloc(PROBE_BYTES));
    rmSync(probe);
  } catch (error) {
    throw new Refusal(
      `${sentenceOf(error) ?? `${(error as Error).message}.`} Souk keeps its data in ${directory}; SOUK_DATA names another directory.`,
    );
  }
  const freeBytes = freeBytesOf(directory);
  if (freeBytes < LEAST_FREE_BYTES) {
    throw new Refusal(
      `The disk is nearly full: ${megabytes(freeBytes)} are left for ${directory}, and Souk needs ${megabytes(LEAST_FREE_BYTES)} to run safely. Free some, or name another directory with SOUK_DATA.`,
    );
  }
  return realpathSync(directory);
}

/** One by one: asked for all at once, Node tries for ever where the system says that there is no such place, as in /proc. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory);
}

export function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

export function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1_000_000)} MB`;
}

type Note = 'demo' | 'sandbox-port';

/** A web process ran here and left what it needs to start without its database. */
export function hasServedBefore(directory: string): boolean {
  return existsSync(secretsFile(directory));
}

/** A word that one start leaves to the next. */
export function readNote(directory: string, note: Note): string | undefined {
  try {
    return readFileSync(join(directory, note), 'utf8').trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function writeNote(directory: string, note: Note, text: string): void {
  writeFileSync(join(directory, note), `${text}\n`);
}
