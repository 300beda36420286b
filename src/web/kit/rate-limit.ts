// One noisy client must not spend what everybody shares. A token bucket an address, on this node, in bounded memory.
import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { problem } from '../../lib/problem.ts';

const MAX_CLIENTS_REMEMBERED = 50_000;
const MINUTE_MS = 60_000;

export type RateLimit = { requestsPerMinute: number; burst: number };

/** An onRequest hook that answers 429 to who asks faster than the limit, after a burst. */
export function limitRate(
  limit: RateLimit,
  now: () => number = performance.now.bind(performance),
): (request: Pick<FastifyRequest, 'ip'>) => Promise<void> {
  const buckets = new LRUCache<string, { tokens: number; atMs: number }>({ max: MAX_CLIENTS_REMEMBERED });
  const tokensPerMs = limit.requestsPerMinute / MINUTE_MS;
  return async (request) => {
    const client = clientOf(request.ip);
    const atMs = now();
    const bucket = buckets.get(client) ?? { tokens: limit.burst, atMs };
    const tokens = Math.min(limit.burst, bucket.tokens + (atMs - bucket.atMs) * tokensPerMs);
    buckets.set(client, { tokens: tokens < 1 ? tokens : tokens - 1, atMs });
    if (tokens < 1)
      throw problem('too-many-requests', { retryAfterSeconds: Math.max(1, (1 - tokens) / tokensPerMs / 1000) });
  };
}

/** An IPv6 subscriber has a whole /64 and would otherwise never meet a limit. */
export function clientOf(ip: string): string {
  if (!isIPv6(ip) || ip.startsWith('::ffff:')) return ip;
  const [head = '', tail] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':').length : 0;
  const missing = tail === undefined ? 0 : 8 - groups.length - after;
  return [...groups, ...Array<string>(missing).fill('0')].slice(0, 4).join(':').padEnd(1, '0');
}
