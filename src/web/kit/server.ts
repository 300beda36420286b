// The HTTP server before it has routes: limits, parsers, validation, security headers, and who is calling.
import { randomBytes } from 'node:crypto';
import { AjvCompiler } from '@fastify/ajv-compiler';
import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  type FastifyBaseLogger,
  type FastifyRequest,
  type FastifySchemaValidationError,
  fastify,
  LogController,
} from 'fastify';
import type { Database } from '../../lib/db.ts';
import type { Log } from '../../lib/log.ts';
import { invalid, problem } from '../../lib/problem.ts';
import type { Accounts } from '../../modules/accounts/index.ts';
import { installAdmission } from './admission.ts';
import type { AnswerCounts } from './answer-counts.ts';
import { installCaller } from './caller.ts';
import { answerClientError } from './client-errors.ts';
import { installClosing } from './close-connections.ts';
import { FORM_MAX_BYTES, isForm, parseForm, parseQuery } from './forms.ts';
import { installIdempotency } from './idempotency.ts';
import { installProblems, sendProblem, toProblem } from './problems.ts';
import { installSameOrigin } from './same-origin.ts';
import type { App } from './shop.ts';
import { checkText } from './text-check.ts';

const BODY_MAX_BYTES = 1024 * 1024;
const JSON_MAX_BYTES = 256 * 1024;
const JSON_MAX_DEPTH = 20;
/**
 * What stands before a body, the address with it. The longest that is asked in earnest: a term of 10 KB of Chinese or Arabic is 30 KB
 * in an address, and Node's own 16 KB are for all else. A client that sends so much slowly holds 70 KB until HEADERS_TIMEOUT_MS, and
 * MAX_CONNECTIONS of them 1.8 GB; with 16 KB alone it would be 0.9.
 */
const MAX_HEAD_BYTES = (30 + 16) * 1024;
const HEADERS_TIMEOUT_MS = 20_000;
// Node's own 30 s would let a slow client stay twice as long as it may.
const TIMEOUTS_CHECKED_EVERY_MS = 2_000;
const REQUEST_TIMEOUT_MS = 120_000; // a 10 MB picture on a slow line
const KEEP_ALIVE_TIMEOUT_MS = 72_000; // longer than the 60 s of common load balancers, so that they close first
/** 20,000 who wait in a line and 5,000 who look or buy: 650 MB at 26 KB each. Who comes then is cut off, and tries another node. */
const MAX_CONNECTIONS = 25_000;
/** New connections in the kernel until this process has time for them: Node's 511 are lost in one turn of a busy event loop. */
export const NEW_CONNECTIONS_QUEUED = 4_096;
const PARAMETER_MAX_CHARACTERS = 200;
const YEAR_SECONDS = 31_536_000;

export type ServerSettings = {
  db: Database;
  accounts: Accounts;
  answers: Pick<AnswerCounts, 'countUnread'>;
  /** How many who take a unit now will find their turn to pay for it. */
  turnsToPay: () => number;
  /** Where browsers reach the shop, without a slash at the end. */
  publicOrigin: string;
  /** Forms may lead there: the payment provider's own page. */
  paymentOrigin: string;
  /** Which peers may say for whom they speak (X-Forwarded-For); false without a proxy. */
  trustProxy: boolean | string;
  log: Log;
};

export function createServer(settings: ServerSettings): App {
  const { db, accounts, publicOrigin, log } = settings;
  const app: App = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: settings.trustProxy,
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUTS_CHECKED_EVERY_MS,
    },
    clientErrorHandler: answerClientError,
    genReqId: requestIds(),
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: PARAMETER_MAX_CHARACTERS,
      querystringParser: parseQuery,
    },
    frameworkErrors: (error, request, reply) => {
      sendProblem(request as FastifyRequest, reply, toProblem(error, request));
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.server.maxConnections = MAX_CONNECTIONS;
  installClosing(app);
  installValidation(app);
  installParsers(app);
  const headers = securityHeaders(publicOrigin, settings.paymentOrigin);
  installAdmission(app, headers, settings.turnsToPay, settings.answers.countUnread);
  installHeaders(app, headers);
  installProblems(app);
  app.register(cookie);
  installCaller(app, accounts);
  installSameOrigin(app, publicOrigin);
  installIdempotency(app, db);
  return app;
}

/** Unique over nodes and restarts, and 50 times cheaper than a UUID. */
function requestIds(): () => string {
  const process = randomBytes(6).toString('base64url');
  let count = 0;
  return () => `${process}-${(++count).toString(36)}`;
}

/** JSON says its types itself and is taken at its word; addresses and forms are text, which the schema converts. */
function installValidation(app: App): void {
  const options = { removeAdditional: false, useDefaults: true } as const;
  const strict = AjvCompiler()({}, { customOptions: { ...options, coerceTypes: false } });
  // 1e309 is converted to Infinity, which Ajv's strict numbers keep from every bound: pages without end would be counted.
  const converting = { ...options, coerceTypes: 'array', strictNumbers: false } as const;
  const text = AjvCompiler()({}, { customOptions: converting });
  // A person wants to hear of all fields at once, and a form has 100 at most; of JSON the first error is named.
  const form = AjvCompiler()({}, { customOptions: { ...converting, allErrors: true } });
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const route = { schema } as never; // all that the compiler reads
    if (httpPart !== 'body') return run(text(route));
    const [ofJson, ofForm] = [run(strict(route)), run(form(route))];
    return (body) => (isForm(body) ? ofForm(body) : ofJson(body));
  });
  // With callbacks, like all hooks of every request: a promise each costs a tenth of what a product's JSON does.
  app.addHook('preValidation', (request, _reply, done) => {
    const query = checkText(request.query, '/query', JSON_MAX_DEPTH);
    const params = checkText(request.params, '/params', JSON_MAX_DEPTH);
    const bad = [query, params].find((check) => check.kind === 'bad-text');
    done(bad?.kind === 'bad-text' ? invalid(bad.errors) : undefined);
  });
}

type Validate = ((value: unknown) => unknown) & { errors?: FastifySchemaValidationError[] | null };

function run(compiled: unknown) {
  const validate = compiled as Validate;
  return (value: unknown) => (validate(value) ? { value } : { error: validate.errors ?? [] });
}

function installParsers(app: App): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: JSON_MAX_BYTES },
    (request, body, done) => {
      if (body === '') return done(null, undefined);
      return parseJson(request, body as string, (error, value) => done(error ?? faultIn(value), value));
    },
  );
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_MAX_BYTES },
    async (_request: FastifyRequest, body: string) => {
      const form = parseForm(body);
      const fault = faultIn(form);
      if (fault) throw fault;
      return form;
    },
  );
}

function faultIn(body: unknown): Error | null {
  const check = checkText(body, '', JSON_MAX_DEPTH);
  if (check.kind === 'too-deep') return problem('malformed-json', { detail: `At most ${JSON_MAX_DEPTH} levels deep.` });
  return check.kind === 'bad-text' ? invalid(check.errors) : null;
}

function securityHeaders(publicOrigin: string, paymentOrigin: string): Record<string, string> {
  const policy = [
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action 'self' ${paymentOrigin}`,
  ];
  const headers: Record<string, string> = {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    // The safe answer to who may keep a copy. Routes whose answers are everybody's say otherwise.
    'cache-control': 'no-store',
  };
  if (publicOrigin.startsWith('https:')) headers['strict-transport-security'] = `max-age=${YEAR_SECONDS}`;
  return headers;
}

function installHeaders(app: App, headers: Readonly<Record<string, string>>): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    done();
  });
}
