// The demo shop as a newcomer starts it: `souk start` in an empty directory, with all its processes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DEMO_PASSWORD } from '../cli/demo-accounts.ts';
import { freePort } from './running-shop.ts';

const SOUK = join(import.meta.dirname, '../../bin/souk.js');
const READY_TIMEOUT_MS = 120_000; // about 10 s, on a machine that does nothing else
const STOP_TIMEOUT_MS = 20_000;
// Whoever runs this may have settings of their own shop; these here must not reach it.
const UNSET = {
  DATABASE_URL: '',
  SANDBOX_PORT: '',
  SOUK_ORIGIN: '',
  HOST: '',
  SMTP_URL: '',
  npm_lifecycle_event: undefined,
};

export type DemoShop = { origin: string; stop(): Promise<void> };

export async function startDemoShop(): Promise<DemoShop> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'souk-demo-'));
  const [port, opsPort] = [await freePort(), await freePort()];
  const shop = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SOUK, 'start', '--json'], {
    env: {
      ...process.env,
      ...UNSET,
      PORT: String(port),
      OPS_PORT: String(opsPort),
      SOUK_DATA: dataDirectory,
      SOUK_DEMO: 'on',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(shop, 'exit');
  const stop = async (): Promise<void> => {
    if (shop.exitCode === null && shop.signalCode === null) shop.kill('SIGTERM');
    const timer = setTimeout(() => shop.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
    await rm(dataDirectory, { recursive: true, force: true });
  };
  const lines: string[] = [];
  const ready = Promise.withResolvers<string>();
  createInterface({ input: shop.stdout }).on('line', (line) => {
    lines.push(line);
    if (line.includes('"event":"ready"')) ready.resolve((JSON.parse(line) as { address: string }).address);
  });
  const timer = setTimeout(() => ready.reject(new Error('the demo shop was not ready in time')), READY_TIMEOUT_MS);
  try {
    const origin = await Promise.race([
      ready.promise,
      exited.then(() => Promise.reject(new Error(`the demo shop ended: ${lines.join('\n')}`))),
    ]);
    return { origin, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export type ApiCaller = {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown): Promise<{ status: number; body: Answer }>;
};

/** Signed in as a client of the HTTP API: for what happens elsewhere while somebody looks at a page. */
export async function signInToApi(origin: string, email: string, password = DEMO_PASSWORD): Promise<ApiCaller> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const post = async <Answer>(path: string, body: unknown): Promise<{ status: number; body: Answer }> => {
    const answer = await fetch(origin + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      redirect: 'manual',
    });
    return { status: answer.status, body: (await answer.json()) as Answer };
  };
  const { status, body } = await post<{ accessToken: string }>('/auth/login', { email, password });
  if (status !== 200) throw new Error(`${email} cannot sign in: ${status}`);
  headers.authorization = `Bearer ${body.accessToken}`;
  return {
    get: async <Answer>(path: string) => (await (await fetch(origin + path, { headers })).json()) as Answer,
    post,
  };
}
