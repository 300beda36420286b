// What postmaster.pid says of a running server, and whether to believe it.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Postmaster = { pid: number; socketDirectory: string; isReady: boolean };

const POLL_MS = 10;
// Lines of the file, counted from 0: src/include/utils/pidfile.h of PostgreSQL.
const PID_LINE = 0;
const SOCKET_DIRECTORY_LINE = 4;
const STATUS_LINE = 7;

export function pidFileOf(dataDirectory: string): string {
  return join(dataDirectory, 'postmaster.pid');
}

/** undefined without such a file. Says nothing of whether that process lives. */
export function readPostmaster(dataDirectory: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(pidFileOf(dataDirectory), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return {
    pid: Number(lines[PID_LINE]),
    socketDirectory: lines[SOCKET_DIRECTORY_LINE] ?? '',
    isReady: lines[STATUS_LINE]?.trim() === 'ready',
  };
}

/** After kill -9 the file stays, and its pid may be a zombie's or long another program's. */
export function isPostmasterOf(pid: number, dataDirectory: string): boolean {
  if (!Number.isSafeInteger(pid) || pid < 2) return false;
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return basename(command[0] ?? '') === 'postgres' && command.includes(dataDirectory);
  } catch {
    return false;
  }
}

/** Resolves false when time ran out before. */
export async function waitUntilGone(pid: number, dataDirectory: string, timeoutMs: number): Promise<boolean> {
  for (const start = performance.now(); isPostmasterOf(pid, dataDirectory); await sleep(POLL_MS)) {
    if (performance.now() - start > timeoutMs) return false;
  }
  return true;
}

export async function waitUntilReady(
  pid: number,
  dataDirectory: string,
  timeoutMs: number,
): Promise<'ready' | 'gone' | 'late'> {
  for (const start = performance.now(); ; await sleep(POLL_MS)) {
    const now = readPostmaster(dataDirectory);
    if (now?.pid === pid && now.isReady) return 'ready';
    if (!isPostmasterOf(pid, dataDirectory)) return 'gone';
    if (performance.now() - start > timeoutMs) return 'late';
  }
}
