// Directories and logs of the embedded PostgreSQL, and what its programs are given.
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-binaries.ts';
import type { Runner } from './embedded-postgres-user.ts';

export const PORT = 5432; // only a part of the socket's name
const LONGEST_SOCKET_PATH_BYTES = 107;
const LOG_KEPT_BYTES = 10_000_000;

/** Beside the data, where no cleaner of /tmp comes by and nobody else may write; in /tmp only where the path is too long. */
export function chooseSocketDirectory(dataDirectory: string): string {
  const near = `${dataDirectory}.socket`;
  if (Buffer.byteLength(join(near, `.s.PGSQL.${PORT}`)) <= LONGEST_SOCKET_PATH_BYTES) return near;
  return join(tmpdir(), `souk-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16)}`);
}

export function makeDirectoryOf(owner: Runner['owner'], path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const expected = [process.getuid?.(), owner?.uid];
  // In /tmp anybody could have made it before us, to read along.
  if (!found.isDirectory() || !expected.includes(found.uid))
    throw new EmbeddedPostgresError(`${path} belongs to somebody else. Remove it and start again.`);
  if (owner) chownSync(path, owner.uid, owner.gid);
  chmodSync(path, 0o700);
}

// Not the caller's: PGPORT, PGOPTIONS and the like would bend the server, and messages must be English to be recognised.
export function environment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
}

/** Where the log ends now; a log that has grown too long is put aside first, and the one put aside before goes. */
export function logSize(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < LOG_KEPT_BYTES) return size;
  renameSync(path, `${path}.old`);
  return 0;
}

/** The line of the server's log that says why it gave up. */
export function complaint(logPath: string, from: number): string {
  const lines = readFileSync(logPath).subarray(from).toString('utf8').split('\n');
  const fatal =
    lines.findLast((line) => /FATAL|PANIC|error:|could not/.test(line)) ?? lines.findLast((line) => line.trim() !== '');
  return fatal?.replace(/^.*?(FATAL|PANIC|error):\s*/, '') ?? `it says nothing in ${logPath}`;
}
