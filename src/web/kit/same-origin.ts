// A state change that comes with the session cookie must come from the shop's own pages.
import type { FastifyRequest } from 'fastify';
import { problem } from '../../lib/problem.ts';
import { bearerToken } from './caller.ts';
import type { App } from './shop.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function installSameOrigin(app: App, publicOrigin: string): void {
  const publicHost = new URL(publicOrigin).host;
  app.addHook('onRequest', (request, _reply, done) => {
    done(isSameOrigin(request, publicHost) ? undefined : problem('cross-origin'));
  });
}

/**
 * The rule of Go's http.CrossOriginProtection: Sec-Fetch-Site where the browser sends it (all do since 2023), else Origin.
 * A request with neither comes from no browser. It holds without a cookie too, so that nobody is signed in by a
 * foreign page.
 */
export function isSameOrigin(request: Pick<FastifyRequest, 'method' | 'headers'>, publicHost: string): boolean {
  if (SAFE_METHODS.has(request.method) || bearerToken(request) !== undefined) return true;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin).host;
  return from === host || from === publicHost;
}
