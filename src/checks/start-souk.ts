// `souk start` as a child of a test: ready, or why not, and stopped again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './running-shop.ts';

const SOUK = join(import.meta.dirname, '../../bin/souk.js');
const READY_TIMEOUT_MS = 120_000; // about 10 s with the demo, on a machine that does nothing else
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

export type StartedSouk = { origin: string; degraded: string[]; stop(): Promise<void> };
type Ready = { address: string; degraded: string[] };

/** On free ports. `environment`: the settings that count for the test. */
export async function startSouk(environment: Record<string, string>): Promise<StartedSouk> {
  const [port, opsPort] = [await freePort(), await freePort()];
  const shop = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SOUK, 'start', '--json'], {
    env: {
      ...process.env,
      ...UNSET,
      PORT: String(port),
      OPS_PORT: String(opsPort),
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(shop, 'exit');
  const stop = async (): Promise<void> => {
    if (shop.exitCode === null && shop.signalCode === null) shop.kill('SIGTERM');
    const timer = setTimeout(() => shop.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  };
  const lines: string[] = [];
  const ready = Promise.withResolvers<Ready>();
  createInterface({ input: shop.stdout }).on('line', (line) => {
    lines.push(line);
    if (line.includes('"event":"ready"')) ready.resolve(JSON.parse(line) as Ready);
  });
  const timer = setTimeout(() => ready.reject(new Error('the shop was not ready in time')), READY_TIMEOUT_MS);
  try {
    const { address, degraded } = await Promise.race([
      ready.promise,
      exited.then(() => Promise.reject(new Error(`the shop ended: ${lines.join('\n')}`))),
    ]);
    return { origin: address, degraded, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
