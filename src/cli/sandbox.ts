// souk sandbox: the sandbox payment provider, as a child of souk start.
import type { Config } from '../config.ts';
import { openDatabase } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import { patiently } from '../lib/patience.ts';
import { ensureSecrets } from '../lib/secrets.ts';
import { runSupervised } from '../lib/supervised-child.ts';
import { startSandbox } from '../sandbox/server.ts';
import { LOOPBACK, portSentence } from './ports.ts';
import { explain, Refusal } from './refusal.ts';

const STATEMENT_TIMEOUT_MS = 5_000;

export async function sandbox(config: Config): Promise<void> {
  await runSupervised(() => startFrom(config), explain);
}

async function startFrom(config: Config): Promise<{ close(): Promise<void> }> {
  const { databaseUrl, sandboxPort } = config;
  if (databaseUrl === undefined || sandboxPort === undefined)
    throw new Refusal('souk sandbox needs DATABASE_URL and SANDBOX_PORT.');
  const db = openDatabase({
    url: databaseUrl,
    applicationName: 'souk sandbox',
    maxConnections: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const secrets = await patiently(() => ensureSecrets(db, ['provider-api-key', 'webhook-secret'])).finally(() =>
    db.close(),
  );
  try {
    return await startSandbox({
      port: sandboxPort,
      host: LOOPBACK,
      databaseUrl,
      apiKey: secrets['provider-api-key'].toString('hex'),
      webhookSecret: secrets['webhook-secret'].toString('hex'),
      webhookUrl: `http://${shopHost(config)}:${config.port}/webhooks/payments`,
      shopOrigin: config.origin,
      log: openLog('sandbox', config.logLevel),
    });
  } catch (error) {
    const fault = error as NodeJS.ErrnoException;
    if (fault.syscall === 'listen' && fault.code)
      throw new Refusal(portSentence('SANDBOX_PORT', LOOPBACK, sandboxPort, fault.code));
    throw error;
  }
}

/** The shop as seen from this machine; its origin may be a proxy's, out there. */
function shopHost(config: Config): string {
  if (config.host === '0.0.0.0') return LOOPBACK;
  if (config.host === '::') return '[::1]';
  return config.host.includes(':') ? `[${config.host}]` : config.host;
}
