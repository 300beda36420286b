// For tests of whole processes: web nodes as `souk start` runs them, a provider behind a door that can be held shut, and signed-in buyers.
import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Database } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import { ensureSecrets } from '../lib/secrets.ts';
import { signBuyerToken } from '../rehearsal/buyer-token.ts';
import { createBuyerAccounts } from '../rehearsal/store.ts';
import { startSandbox } from '../sandbox/server.ts';
import { makeProduct } from './fixtures.ts';

const MAIN_FILE = join(import.meta.dirname, '../main.ts');
const READY_TIMEOUT_MS = 30_000;
/** Where faults are meant: their log lines would only fill the report. */
export const QUIET = { LOG_LEVEL: 'silent' };

export type WebNode = { origin: string; kill9(): Promise<void>; stop(): Promise<void>; process: ChildProcess };

// Below 32768, from where on the kernel gives ports to outgoing connections: one of those took a port between its being found
// free and its being used.
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const givenPorts = new Set<number>();

/** Free a moment ago, and not given to anybody else here. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + randomInt(PORTS);
    if (givenPorts.has(port)) continue;
    givenPorts.add(port);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}

export async function startWebNode(
  t: Pick<TestContext, 'after'>,
  settings: {
    databaseUrl: string;
    sandboxPort: number;
    port?: number;
    origin?: string;
    environment?: Record<string, string>;
  },
): Promise<WebNode> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'souk-node-'));
  const [port, opsPort] = [settings.port ?? (await freePort()), await freePort()];
  const child = fork(MAIN_FILE, ['web'], {
    env: {
      ...process.env,
      PORT: String(port),
      OPS_PORT: String(opsPort),
      SANDBOX_PORT: String(settings.sandboxPort),
      ...(settings.origin === undefined ? {} : { SOUK_ORIGIN: settings.origin }),
      SOUK_DATA: dataDirectory,
      SOUK_DEMO: 'off',
      DATABASE_URL: settings.databaseUrl,
      LOG_LEVEL: 'error',
      ...settings.environment,
    },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  t.after(async () => {
    await end('SIGKILL');
    await rm(dataDirectory, { recursive: true, force: true });
  });
  const timeout = AbortSignal.timeout(READY_TIMEOUT_MS);
  const [message] = (await Promise.race([
    once(child, 'message', { signal: timeout }),
    exited.then(() => [{ kind: 'exited' }]),
  ])) as [{ kind: string; reason?: string }];
  if (message.kind !== 'ready') throw new Error(`the web process did not start: ${message.reason ?? message.kind}`);
  return {
    origin: `http://127.0.0.1:${port}`,
    process: child,
    kill9: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

export type ProviderDoor = {
  port: number;
  /** Requests wait at the door; resolves when the first one has come. */
  holdRequests(): Promise<void>;
  /** Answers wait behind it; resolves when the first one is there, so the provider has done its part. */
  holdAnswers(): Promise<void>;
  open(): void;
};

/** The sandbox provider with a door in front of it. */
export async function startProvider(
  t: Pick<TestContext, 'after'>,
  db: Database & { url: string },
  shopPort: number,
): Promise<ProviderDoor> {
  const secrets = await ensureSecrets(db, ['provider-api-key', 'webhook-secret']);
  const sandbox = await startSandbox({
    port: 0,
    host: '127.0.0.1',
    databaseUrl: db.url,
    apiKey: secrets['provider-api-key'].toString('hex'),
    webhookSecret: secrets['webhook-secret'].toString('hex'),
    webhookUrl: `http://127.0.0.1:${shopPort}/webhooks/payments`,
    shopOrigin: `http://127.0.0.1:${shopPort}`,
    log: openLog('sandbox', 'silent'),
  });
  const door = createDoor(sandbox.port);
  t.after(async () => {
    door.close();
    await sandbox.close();
  });
  const port = await door.listen();
  return { ...door, port };
}

function createDoor(targetPort: number) {
  let held: 'requests' | 'answers' | undefined;
  let arrived = Promise.withResolvers<void>();
  const waiting: (() => void)[] = [];
  const pass = (side: 'requests' | 'answers', go: () => void): void => {
    if (held !== side) {
      go();
      return;
    }
    waiting.push(go);
    arrived.resolve();
  };
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (bytes) => pass('requests', () => target.write(bytes)));
    target.on('data', (bytes) => pass('answers', () => client.write(bytes)));
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  const hold = (side: 'requests' | 'answers'): Promise<void> => {
    held = side;
    arrived = Promise.withResolvers<void>();
    return arrived.promise;
  };
  return {
    holdRequests: () => hold('requests'),
    holdAnswers: () => hold('answers'),
    open: () => {
      held = undefined;
      for (const go of waiting.splice(0)) go();
    },
    listen: async (): Promise<number> => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

let timesMade = 0;

export type Buyer = { userId: number; headers: Record<string, string> };

/** Accounts with access tokens, as a rehearsal makes them. */
export async function makeBuyers(db: Database, count: number): Promise<Buyer[]> {
  const { 'access-token': key } = await ensureSecrets(db, ['access-token']);
  const userIds = await createBuyerAccounts(db, count, `test-${++timesMade}`);
  return userIds.map((userId) => {
    const token = signBuyerToken(key, userId, Date.now());
    return { userId, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } };
  });
}

export type Answer = { status: number; body: Record<string, unknown> };

export async function post(origin: string, path: string, buyer: Buyer, body: unknown): Promise<Answer> {
  const response = await fetch(origin + path, {
    method: 'POST',
    headers: buyer.headers,
    body: JSON.stringify(body),
    redirect: 'manual',
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A web node with its provider, something to sell and people who want it. `databaseUrl`: the node's way to the database. */
export async function openCrowdedShop(
  t: Pick<TestContext, 'after'>,
  db: Database & { url: string },
  given: { units: number; buyers: number; databaseUrl?: string },
) {
  const port = await freePort();
  const { port: sandboxPort } = await startProvider(t, db, port);
  const productId = await makeProduct(db, { stock: given.units });
  const buyers = await makeBuyers(db, given.buyers);
  const start = () =>
    startWebNode(t, { databaseUrl: given.databaseUrl ?? db.url, sandboxPort, port, environment: QUIET });
  let node = await start();
  const web = {
    kill9: () => node.kill9(),
    stop: () => node.stop(),
    start: async () => {
      node = await start();
    },
  };
  return { origin: node.origin, web, productId, buyers, shop: { sandboxPort, port } };
}
