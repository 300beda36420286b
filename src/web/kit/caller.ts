// Who is calling, found out once a request: by the bearer token of API clients or the session cookie of browsers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '../../lib/problem.ts';
import {
  type Accounts,
  findSessionByCookie,
  type Role,
  recallSession,
  SESSION_DAYS,
  type Session,
  type User,
  verifyAccessToken,
} from '../../modules/accounts/index.ts';
import type { App } from './shop.ts';

const SESSION_COOKIE = 'souk_session';
const SESSION_SECONDS = SESSION_DAYS * 24 * 60 * 60;
// Public pages greet their reader by name, but must not wait for a database that hangs.
const COOKIE_LOOKUP_TIMEOUT_MS = 1_000;
const NEXT_MAX_CHARACTERS = 2_000;

type Caller =
  | { kind: 'nobody' }
  | { kind: 'signed-in'; session: Session }
  | { kind: 'invalid-token' }
  /** There is a cookie, and no way to learn whose: public routes go on without, the others answer with the fault. */
  | { kind: 'unknown'; fault: unknown };

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

const NOBODY: Caller = { kind: 'nobody' };

export function installCaller(app: App, accounts: Accounts): void {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const known = knownCaller(accounts, request);
    if (typeof known !== 'string') {
      request.caller = known;
      done();
      return;
    }
    lookUpCaller(accounts, known).then((caller) => {
      request.caller = caller;
      done();
    }, done);
  });
}

/** Who it is, or the cookie that has to be looked up. */
function knownCaller(accounts: Accounts, request: FastifyRequest): Caller | string {
  const token = bearerToken(request);
  if (token !== undefined) {
    const session = verifyAccessToken(accounts, token);
    return session ? { kind: 'signed-in', session } : { kind: 'invalid-token' };
  }
  const cookie = request.cookies[SESSION_COOKIE];
  if (!cookie) return NOBODY;
  const session = recallSession(accounts, cookie);
  return session ? { kind: 'signed-in', session } : cookie;
}

async function lookUpCaller(accounts: Accounts, cookie: string): Promise<Caller> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(problem('database-unavailable', { retryAfterSeconds: 2 })),
    COOKIE_LOOKUP_TIMEOUT_MS,
  );
  try {
    const found = await Promise.race([findSessionByCookie(accounts, cookie), timeout.promise]);
    if (found.kind === 'found') return { kind: 'signed-in', session: found.session };
    if (found.kind === 'overloaded') return { kind: 'unknown', fault: problem('overloaded', { retryAfterSeconds: 1 }) };
    return { kind: 'nobody' };
  } catch (fault) {
    return { kind: 'unknown', fault };
  } finally {
    clearTimeout(timer);
  }
}

/** Only pages of other origins cannot set this header, so whoever sends it is not being tricked into it. */
export function bearerToken(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  const header = request.headers.authorization;
  return header === undefined ? undefined : /^Bearer +(.*)$/i.exec(header)?.[1];
}

export function callerOf(request: Pick<FastifyRequest, 'caller'>): User | undefined {
  return request.caller?.kind === 'signed-in' ? request.caller.session.user : undefined;
}

/** The session that this request came with, for signing out of it. */
export function sessionOf(request: Pick<FastifyRequest, 'caller'>): Session | undefined {
  return request.caller?.kind === 'signed-in' ? request.caller.session : undefined;
}

export function requireCaller(request: Pick<FastifyRequest, 'caller'>, role?: Role): User {
  const { caller } = request;
  if (caller?.kind === 'unknown') throw caller.fault;
  if (caller?.kind === 'invalid-token') throw problem('invalid-token');
  if (caller?.kind !== 'signed-in') throw problem('sign-in-required');
  const { user } = caller.session;
  if (role && !user.roles.includes(role)) throw problem('forbidden');
  return user;
}

export function setSessionCookie(reply: FastifyReply, cookie: string, publicOrigin: string): void {
  reply.setCookie(SESSION_COOKIE, cookie, { ...cookieOptions(publicOrigin), maxAge: SESSION_SECONDS });
}

export function clearSessionCookie(reply: FastifyReply, publicOrigin: string): void {
  reply.clearCookie(SESSION_COOKIE, cookieOptions(publicOrigin));
}

function cookieOptions(publicOrigin: string) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: publicOrigin.startsWith('https:') } as const;
}

/** Where a browser signs in, to come back to what it wanted. A form cannot be sent again, so that is its page. */
export function signInAddress(request: Pick<FastifyRequest, 'method' | 'url' | 'headers'>): string {
  const wanted = request.method === 'GET' || request.method === 'HEAD' ? request.url : pageBefore(request);
  return wanted === '/' ? '/auth/login' : `/auth/login?next=${encodeURIComponent(wanted)}`;
}

/** The page of this shop whose form was sent, or `/`. Our Referrer-Policy is same-origin: no foreign page is named that we would want. */
export function pageBefore(request: Pick<FastifyRequest, 'headers'>): string {
  const { referer, host } = request.headers;
  if (!referer || !URL.canParse(referer)) return '/';
  const { host: from, pathname, search } = new URL(referer);
  return from === host ? safeNext(pathname + search) : '/';
}

/** A path of this shop, or `/`: a link to our sign-in page must not send anybody elsewhere afterwards. */
export function safeNext(next: string | undefined): string {
  if (!next || next.length > NEXT_MAX_CHARACTERS || !next.startsWith('/')) return '/';
  // Browsers take `//host`, `/\host` and, once the control characters are dropped, `/<tab>/host` for other hosts.
  if (/^\/[/\\]/.test(next) || /[\p{Cc}\\]/u.test(next)) return '/';
  const { pathname, search, hash } = new URL(next, 'http://shop.invalid');
  if (pathname.startsWith('//') || pathname.startsWith('/auth/')) return '/';
  return pathname + search + hash;
}
