// One noisy client must not spend what everybody shares. Token buckets on this node, in bounded memory.
import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { problem } from '../../lib/problem.ts';
import { callerOf } from './caller.ts';

const MAX_CLIENTS_REMEMBERED = 50_000;
const MINUTE_MS = 60_000;

export type RateLimit = { requestsPerMinute: number; burst: number };

/** A person presses Buy a few times; a program may try a hundred products in the same moment. */
const BUYER_LIMIT: RateLimit = { requestsPerMinute: 1_200, burst: 200 };
/** Wide: a mobile network puts thousands of people behind one address, and they all come when a sale opens. */
const ADDRESS_LIMIT: RateLimit = { requestsPerMinute: 60_000, burst: 10_000 };

const now = performance.now.bind(performance);

/** An onRequest hook that answers 429 to who asks faster than the limit, after a burst. */
export function limitRate(
  limit: RateLimit,
  clock: () => number = now,
): (request: Pick<FastifyRequest, 'ip'>) => Promise<void> {
  const take = openBuckets(limit, clock);
  return async (request) => take(clientOf(request.ip));
}

/** The same for what buyers do: each buyer, and each address, which stops programs that have many accounts. */
export function limitBuyers(
  limits: { buyer: RateLimit; address: RateLimit } = { buyer: BUYER_LIMIT, address: ADDRESS_LIMIT },
  clock: () => number = now,
): (request: Pick<FastifyRequest, 'ip' | 'caller'>) => Promise<void> {
  const takeOfBuyer = openBuckets(limits.buyer, clock);
  const takeOfAddress = openBuckets(limits.address, clock);
  return async (request) => {
    // This machine itself is a proxy or a rehearsal, and speaks for everybody.
    if (!isLoopback(request.ip)) takeOfAddress(clientOf(request.ip));
    const buyer = callerOf(request);
    if (buyer) takeOfBuyer(buyer.userId);
  };
}

function openBuckets(limit: RateLimit, clock: () => number): (client: string | number) => void {
  const buckets = new LRUCache<string | number, { tokens: number; atMs: number }>({ max: MAX_CLIENTS_REMEMBERED });
  const tokensPerMs = limit.requestsPerMinute / MINUTE_MS;
  return (client) => {
    const atMs = clock();
    const bucket = buckets.get(client) ?? { tokens: limit.burst, atMs };
    const tokens = Math.min(limit.burst, bucket.tokens + (atMs - bucket.atMs) * tokensPerMs);
    buckets.set(client, { tokens: tokens < 1 ? tokens : tokens - 1, atMs });
    if (tokens < 1)
      throw problem('too-many-requests', { retryAfterSeconds: Math.max(1, (1 - tokens) / tokensPerMs / 1000) });
  };
}

function isLoopback(ip: string): boolean {
  return ip === '::1' || /^(::ffff:)?127\./.test(ip);
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
