// Ports are tried before anything heavy begins, so that a taken one costs a second and not a half-started shop.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { errorCode } from '../lib/db.ts';
import { readNote, writeNote } from './data-directory.ts';
import { Refusal } from './refusal.ts';

export const LOOPBACK = '127.0.0.1';
const ORPHANS_GONE_AFTER_MS = 2_000; // children whose parent was killed hold their ports a little longer than it lived
const RETRY_PAUSE_MS = 50;
const HIGHEST_PORT = 65_535;

/** undefined: free; else why not, as the system says it. */
export function whyNotFree(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(errorCode(error) ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

export async function requireFree(name: string, host: string, port: number): Promise<void> {
  let why = await whyNotFree(host, port);
  for (const start = performance.now(); why === 'EADDRINUSE' && performance.now() - start < ORPHANS_GONE_AFTER_MS; ) {
    await sleep(RETRY_PAUSE_MS);
    why = await whyNotFree(host, port);
  }
  if (why !== undefined) throw new Refusal(portSentence(name, host, port, why));
}

export function portSentence(name: string, host: string, port: number, why: string): string {
  if (why === 'EADDRINUSE')
    return `Port ${port} on ${host} is taken by another program. Stop that one, or choose another port with ${name}.`;
  if (why === 'EACCES') return `Port ${port} may only be used by root. Choose one above 1023 with ${name}.`;
  if (why === 'EADDRNOTAVAIL' || why === 'ENOTFOUND')
    return `${host} is no address of this machine. Choose one with HOST, like 127.0.0.1 or 0.0.0.0.`;
  return `Port ${port} on ${host} cannot be used (${why}). Choose another with ${name}.`;
}

/**
 * The sandbox provider's port: the one asked for, else the one of last time (payment pages that are open point to it),
 * else PORT + 1, else any free one.
 */
export async function chooseSandboxPort(config: Config): Promise<number> {
  if (config.sandboxPort !== undefined) {
    await requireFree('SANDBOX_PORT', LOOPBACK, config.sandboxPort);
    return config.sandboxPort;
  }
  const lastTime = Number(readNote(config.dataDirectory, 'sandbox-port'));
  const isOurs = (port: number) => port > 0 && port <= HIGHEST_PORT && port !== config.port && port !== config.opsPort;
  for (const port of [lastTime, config.port + 1, config.port + 2].filter(isOurs)) {
    // An orphan of the last start may hold it for a moment.
    const isFree = await requireFree('SANDBOX_PORT', LOOPBACK, port).then(
      () => true,
      () => false,
    );
    if (isFree) return remember(port);
  }
  return remember(await anyFreePort());

  function remember(port: number): number {
    if (port !== lastTime) writeNote(config.dataDirectory, 'sandbox-port', String(port));
    return port;
  }
}

function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
