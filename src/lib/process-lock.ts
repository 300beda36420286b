// A lock that dies with the process that holds it, kill -9 included: a socket in Linux' abstract namespace.
// Nothing is written to the disk, so nothing is ever stale (a pid file is, and its pid may be someone else's by then).
import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type ProcessLock = { release(): Promise<void> };
export type LockAttempt = { kind: 'held'; lock: ProcessLock } | { kind: 'taken'; note: string };

const RETRY_PAUSE_MS = 20;
const NOTE_TIMEOUT_MS = 500;

/** note answers whoever finds the lock taken. */
export async function tryProcessLock(name: string, note: () => string): Promise<LockAttempt> {
  const address = addressOf(name);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(note());
  });
  server.unref();
  const isTaken = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(true) : reject(error),
    );
    server.listen(address, () => resolve(false));
  });
  if (isTaken) return { kind: 'taken', note: await readNote(address) };
  return {
    kind: 'held',
    lock: { release: () => new Promise((resolve) => server.close(() => resolve())) },
  };
}

export async function waitForProcessLock(name: string, timeoutMs: number): Promise<ProcessLock> {
  for (const start = performance.now(); ; await sleep(RETRY_PAUSE_MS)) {
    const attempt = await tryProcessLock(name, () => String(process.pid));
    if (attempt.kind === 'held') return attempt.lock;
    if (performance.now() - start > timeoutMs) {
      throw new Error(`Process ${attempt.note || 'unknown'} has kept the lock "${name}" for ${timeoutMs} ms.`);
    }
  }
}

// sun_path holds 107 bytes, so the name is hashed; the user is part of it, or one could lock out another.
function addressOf(name: string): string {
  const user = process.getuid?.() ?? 0;
  return `\0souk-${createHash('sha256').update(`${user}:${name}`).digest('hex').slice(0, 32)}`;
}

function readNote(address: string): Promise<string> {
  return new Promise((resolve) => {
    let note = '';
    const socket = connect(address);
    socket.setEncoding('utf8');
    socket.setTimeout(NOTE_TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      note += chunk;
    });
    // Its holder may have died since: then there is no note to read.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(note));
  });
}
