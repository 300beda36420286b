// souk web: the HTTP server, as a child of souk start.
import { startWeb } from '../app.ts';
import type { Config } from '../config.ts';
import { runSupervised } from '../lib/supervised-child.ts';
import { LOOPBACK, portSentence } from './ports.ts';
import { explain } from './refusal.ts';

export async function web(config: Config): Promise<void> {
  await runSupervised(
    () => startWeb(config),
    (error) => takenPort(error, config) ?? explain(error),
  );
}

/** The port was free when the shop started, and somebody else was quicker. */
function takenPort(error: unknown, config: Config): string | undefined {
  const fault = error as NodeJS.ErrnoException & { port?: number };
  if (fault.syscall !== 'listen' || fault.code === undefined) return undefined;
  if (fault.port === config.opsPort) return portSentence('OPS_PORT', LOOPBACK, config.opsPort, fault.code);
  return portSentence('PORT', config.host, config.port, fault.code);
}
