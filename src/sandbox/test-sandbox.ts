// For tests: a listening sandbox on a database of its own, and a shop end that receives its webhooks.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestDatabase, type TestDatabase } from '../checks/test-database.ts';
import { openLog } from '../lib/log.ts';
import { type Sandbox, startSandbox } from './server.ts';

export const API_KEY = 'sk_test_sandbox';
export const WEBHOOK_SECRET = 'whsec_test_sandbox';
export const SHOP_ORIGIN = 'http://shop.test:3000';

type Received = { headers: IncomingHttpHeaders; body: Buffer; at: number };
export type Receiver = {
  url: string;
  received: Received[];
  /** Statuses to answer next, one each; then 204. */
  answerNext(...statuses: number[]): void;
  events(idempotencyKey: string): ReceivedEvent[];
};
export type ReceivedEvent = { id: string; type: string; idempotency_key: string; created: string };

export async function openReceiver(t: TestContext): Promise<Receiver> {
  const received: Received[] = [];
  const next: number[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks), at: Date.now() });
    response.writeHead(next.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/payments`,
    received,
    answerNext: (...statuses) => void next.push(...statuses),
    events: (key) =>
      received
        .map(({ body }) => JSON.parse(body.toString()) as ReceivedEvent)
        .filter((event) => event.idempotency_key === key),
  };
}

export type TestSandbox = {
  origin: string;
  db: TestDatabase;
  receiver: Receiver;
  close(): Promise<void>;
  restart(webhookUrl?: string): Promise<TestSandbox>;
};

export async function openTestSandbox(t: TestContext): Promise<TestSandbox> {
  const [db, receiver] = await Promise.all([openTestDatabase(t), openReceiver(t)]);
  return openSandboxOn(t, db, receiver, receiver.url);
}

async function openSandboxOn(
  t: TestContext,
  db: TestDatabase,
  receiver: Receiver,
  webhookUrl: string,
): Promise<TestSandbox> {
  const sandbox: Sandbox = await startSandbox({
    port: 0,
    host: '127.0.0.1',
    databaseUrl: db.url,
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl,
    shopOrigin: SHOP_ORIGIN,
    log: openLog('sandbox-test', 'silent'),
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= sandbox.close();
    return closed;
  };
  t.after(close);
  return {
    origin: `http://127.0.0.1:${sandbox.port}`,
    db,
    receiver,
    close,
    restart: (url = webhookUrl) => openSandboxOn(t, db, receiver, url),
  };
}

export type ApiAnswer = { status: number; body: Record<string, unknown> };

export async function callApi(sandbox: TestSandbox, path: string, init: RequestInit = {}): Promise<ApiAnswer> {
  const response = await fetch(sandbox.origin + path, {
    ...init,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...init.headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export const CHARGE = {
  amount: 2999,
  currency: 'USD',
  token: 'tok_visa',
  description: 'Wireless charger',
  return_url: `${SHOP_ORIGIN}/pay/r-1`,
};

export function postCharge(sandbox: TestSandbox, key: string, change: object = {}): Promise<ApiAnswer> {
  return callApi(sandbox, '/v1/charges', {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: JSON.stringify({ ...CHARGE, ...change }),
  });
}

export function getCharge(sandbox: TestSandbox, key: string): Promise<ApiAnswer> {
  return callApi(sandbox, `/v1/charges?idempotency_key=${encodeURIComponent(key)}`);
}

export function postRefund(sandbox: TestSandbox, key: string, body: object): Promise<ApiAnswer> {
  return callApi(sandbox, '/v1/refunds', {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: JSON.stringify(body),
  });
}

export async function until(isTrue: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > giveUpAt) throw new Error(`not true within ${timeoutMs} ms: ${isTrue}`);
    await sleep(20);
  }
}
