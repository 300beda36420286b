// Idempotency-Key: a POST of a signed-in caller that is sent twice runs once, and both get the first answer.
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../../lib/db.ts';
import { invalid, problem } from '../../lib/problem.ts';
import { callerOf } from './caller.ts';
import { type Claim, claimKey, type KeptAnswer, keepAnswer, releaseKey } from './idempotency-store.ts';
import type { App } from './shop.ts';

export { purgeIdempotency } from './idempotency-store.ts';

const KEY_MAX_CHARACTERS = 255;
const KEPT_BODY_MAX_BYTES = 256 * 1024;
const KEPT_HEADERS = ['content-type', 'location', 'vary', 'cache-control'];

declare module 'fastify' {
  interface FastifyRequest {
    idempotencyClaim: Claim | null;
  }
  interface FastifyContextConfig {
    /** Its answers carry secrets, or live: they are never kept. */
    unrecorded?: true;
  }
}

/** Must be called before the routes are added. Only POST routes pay for it. */
export function installIdempotency(app: App, db: Database): void {
  app.decorateRequest('idempotencyClaim', null);

  // After validation: what was refused by the schema ran nothing, and its key stays free for the corrected request.
  const claimOrReplay = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const user = callerOf(request);
    const key = request.headers['idempotency-key'];
    if (key === undefined || !user || request.routeOptions.config.unrecorded) return undefined;
    if (typeof key !== 'string' || key === '' || key.length > KEY_MAX_CHARACTERS)
      throw invalid([
        { pointer: '/headers/idempotency-key', message: `must have 1 to ${KEY_MAX_CHARACTERS} characters` },
      ]);
    const outcome = await claimKey(db, { userId: user.userId, key, hash: hashOf(request) });
    switch (outcome.kind) {
      case 'claimed':
        request.idempotencyClaim = outcome.claim;
        return undefined;
      case 'answered':
        return replay(reply, outcome.answer);
      case 'running':
        throw problem('request-in-progress', { retryAfterSeconds: 1 });
      case 'reused':
        throw problem('idempotency-key-reused');
    }
  };

  // Before the answer leaves: once the client has it, no crash may make a repetition run again.
  const keep = async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> => {
    const claim = request.idempotencyClaim;
    if (!claim) return;
    request.idempotencyClaim = null;
    const body = bytesOf(payload);
    try {
      if (reply.statusCode >= 500 || !body) await releaseKey(db, claim);
      else await keepAnswer(db, claim, { status: reply.statusCode, headers: keptHeaders(reply), body });
    } catch (error) {
      // The work is done and its answer must go out. Until the lock runs out, a repetition hears that it is running.
      request.log.error({ err: error }, 'the answer to an Idempotency-Key was not kept');
    }
  };

  app.addHook('onRoute', (route) => {
    if (![route.method].flat().includes('POST')) return;
    route.preHandler = [...[route.preHandler ?? []].flat(), claimOrReplay];
    route.onSend = [...[route.onSend ?? []].flat(), keep];
  });
}

function replay(reply: FastifyReply, answer: KeptAnswer): FastifyReply {
  return reply
    .code(answer.status)
    .headers(answer.headers)
    .header('idempotency-replayed', 'true')
    .send(answer.body.length === 0 ? undefined : answer.body);
}

function hashOf(request: FastifyRequest): Buffer {
  const { method, url, body } = request;
  const hash = createHash('sha256').update(`${method} ${url}\n`);
  return hash.update(Buffer.isBuffer(body) ? body : (JSON.stringify(body) ?? '')).digest();
}

/** Undefined for what is not kept: streams, and answers that are too long. */
function bytesOf(payload: unknown): Buffer | undefined {
  if (payload === null || payload === undefined) return Buffer.alloc(0);
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return undefined;
  const bytes = Buffer.from(payload);
  return bytes.length <= KEPT_BODY_MAX_BYTES ? bytes : undefined;
}

function keptHeaders(reply: FastifyReply): Record<string, string> {
  const kept = KEPT_HEADERS.map((name) => [name, reply.getHeader(name)]);
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}
