// The second port, for those who run the shop: is it alive, can it serve, what is it doing.

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

export type Readiness = { isReady: boolean; degraded: string[] };
export type OpsServer = { close(): Promise<void> };

const REQUEST_TIMEOUT_MS = 5_000;

/** Listens on loopback unless told otherwise; never meant for the public. */
export async function startOpsServer(options: {
  host: string;
  port: number;
  readiness: () => Promise<Readiness>;
  metrics: Registry;
}): Promise<OpsServer> {
  const { host, port, readiness, metrics } = options;
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', response, readiness, metrics).catch((error: unknown) => {
      sendJson(response, 500, { status: 'error', reason: error instanceof Error ? error.message : String(error) });
    });
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.listen(port, host);
  await Promise.race([once(server, 'listening'), once(server, 'error').then(([error]) => Promise.reject(error))]);
  return { close: () => closeServer(server) };
}

async function answer(
  url: string,
  response: ServerResponse,
  readiness: () => Promise<Readiness>,
  metrics: Registry,
): Promise<void> {
  switch (url.replace(/\?.*$/s, '').replace(/\/$/, '')) {
    case '/health/live':
      return sendJson(response, 200, { status: 'live' });
    case '/health/ready': {
      const { isReady, degraded } = await readiness();
      return sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not-ready', degraded });
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.metrics());
      return;
    default:
      return sendJson(response, 404, { status: 'not-found', paths: ['/health/live', '/health/ready', '/metrics'] });
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
