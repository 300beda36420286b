// Whatever goes wrong becomes one RFC 9457 document, or for browsers one page that says what to do next.
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { errorCode, isConnectionLost } from '../../lib/db.ts';
import { html } from '../../lib/html.ts';
import { type FieldError, invalid, PROBLEMS, Problem, type ProblemSlug, problem } from '../../lib/problem.ts';
import { callerOf, pageBefore, signInAddress } from './caller.ts';
import { buttonLink } from './components/button.ts';
import { countText } from './components/count.ts';
import { errorSummary } from './components/field.ts';
import { narrow } from './components/section.ts';
import { exactTimeText } from './components/time.ts';
import { layout } from './layout.ts';
import { sendPage, wantsPage } from './negotiate.ts';
import { allowedMethods, watchRoutes } from './route-table.ts';
import type { App } from './shop.ts';

const DATABASE_RETRY_SECONDS = 2;
const MAX_FIELD_ERRORS = 20;

const OF_FRAMEWORK: Readonly<Record<string, ProblemSlug>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
  FST_ERR_NOT_FOUND: 'not-found',
};
// PostgreSQL: a statement ran out of time, waited too long for a lock, or the server is out of memory, disk or connections.
const DATABASE_OVERLOADED = /^(57014|55P03|40001|40P01|53\d{3})$/;

/** A list of products would be the same page again. */
const LEADS_NOWHERE: ReadonlySet<ProblemSlug> = new Set(['search-unavailable', 'still-opening']);

export function installProblems(app: App): void {
  const routes = watchRoutes(app);
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, toProblem(error, request)));
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(routes, request.url);
    if (allowed.length === 0 || allowed.includes(request.method))
      return sendProblem(request, reply, problem('not-found'));
    reply.header('allow', allowed.join(', '));
    return sendProblem(request, reply, problem('method-not-allowed'));
  });
}

/** What a client may hear of an error. What nobody expected is logged in full and told in general. */
export function toProblem(error: unknown, request: Pick<FastifyRequest, 'id' | 'log'>): Problem {
  if (error instanceof Problem) return error;
  if (isConnectionLost(error)) {
    request.log.warn({ err: error }, 'database lost');
    return problem('database-unavailable', { retryAfterSeconds: DATABASE_RETRY_SECONDS });
  }
  const code = errorCode(error) ?? '';
  if (DATABASE_OVERLOADED.test(code)) {
    request.log.error({ err: error }, 'database overloaded');
    return problem('overloaded', { retryAfterSeconds: DATABASE_RETRY_SECONDS });
  }
  const { validation, validationContext, statusCode = 500, message } = error as FastifyError;
  if (validation) return invalid(fieldErrors(validation, validationContext ?? 'body'));
  const slug = OF_FRAMEWORK[code];
  if (slug) return problem(slug);
  if (code === 'FST_ERR_BAD_URL') return invalid([{ pointer: '/path', message: 'must be a well-formed address' }]);
  if (statusCode >= 400 && statusCode < 500) return invalid([{ pointer: '', message }]);
  request.log.error({ err: error }, 'unexpected fault');
  return problem('internal', { requestId: request.id });
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, found: Problem): FastifyReply {
  const { status, title, help } = PROBLEMS[found.slug];
  reply.headers({ ...found.headers, vary: 'accept', 'cache-control': 'no-store' });
  if (status === 401) {
    if (found.slug === 'sign-in-required' && wantsPage(request)) return reply.redirect(signInAddress(request), 303);
    const because = found.slug === 'invalid-token' ? ', error="invalid_token"' : '';
    reply.header('www-authenticate', `Bearer realm="souk"${because}`);
  }
  reply.code(status);
  if (wantsPage(request)) return reply.send(sendPage(reply, problemPage(request, found)));
  const instance = request.url.replace(/\?.*$/s, ''); // the query may carry tokens
  const document = { type: `/problems/${found.slug}`, title, status, detail: help, instance, ...found.fields };
  // As text: the schemas of a route's answers know nothing of its problems' fields and would drop them.
  return reply.type('application/problem+json').send(JSON.stringify(document));
}

function problemPage(request: FastifyRequest, found: Problem) {
  const { title, status } = PROBLEMS[found.slug];
  const { requestId, productId } = found.fields;
  // A form that could not be done leads back to where it was.
  const before = request.method === 'POST' && !productId ? pageBefore(request) : '/';
  const again = status >= 500 && request.method === 'GET' ? buttonLink(request.url, 'Try again') : undefined;
  const back = productId
    ? buttonLink(`/product/${String(productId)}/`, 'Back to the product')
    : before === '/'
      ? undefined
      : buttonLink(before, 'Back');
  const main = narrow(html`<h1>${title}</h1>
${errorSummary(errorsOf(found))}
<p>${helpForPeople(found)}</p>
${requestId ? html`<p class="muted">Request ${String(requestId)}</p>` : undefined}
<p class="actions">${again}${back}${LEADS_NOWHERE.has(found.slug) ? undefined : buttonLink('/search', 'To the products', again || back ? 'quiet' : 'primary')}</p>`);
  return layout({ title, caller: callerOf(request), main, robots: 'noindex' });
}

export function errorsOf(found: Problem): readonly FieldError[] {
  return Array.isArray(found.fields.errors) ? (found.fields.errors as FieldError[]) : [];
}

/** The advice of a problem for a page, where programs read the fields and headers that it names. */
export function helpForPeople({ slug, fields, headers }: Problem): string {
  const { help, pageHelp = help } = PROBLEMS[slug];
  const { detail = pageHelp } = fields;
  return String(detail)
    .replaceAll('`Retry-After` seconds', secondsText(headers['retry-after']))
    .replace(/`(\w+)`/g, (_, name: string) => valueText(fields[name]) ?? name)
    .replaceAll('`', '');
}

function secondsText(seconds: string | undefined): string {
  if (seconds === undefined) return 'a few seconds';
  return seconds === '1' ? '1 second' : `${seconds} seconds`;
}

function valueText(value: unknown): string | undefined {
  if (typeof value === 'number') return countText(value);
  if (Array.isArray(value)) return value.map((one) => valueText(one) ?? '').join(', ') || 'nothing';
  if (typeof value !== 'string') return undefined;
  return /^\d{4}-\d\d-\d\dT/.test(value) ? exactTimeText(value) : value.replaceAll('_', ' ');
}

const CONTEXT_POINTERS = { body: '', querystring: '/query', params: '/params', headers: '/headers' } as const;

/** Pointers lead into the body; what stands elsewhere begins with /query, /params or /headers. */
function fieldErrors(validation: FastifySchemaValidationError[], context: keyof typeof CONTEXT_POINTERS): FieldError[] {
  const byPointer = new Map<string, FieldError & { choices: unknown[] }>();
  for (const error of validation.slice(0, MAX_FIELD_ERRORS)) {
    const { pointer, message, choice } = describe(error);
    const full = CONTEXT_POINTERS[context] + pointer;
    const known = byPointer.get(full);
    if (choice !== undefined && known) known.choices.push(choice);
    else if (!known) byPointer.set(full, { pointer: full, message, choices: choice === undefined ? [] : [choice] });
  }
  return [...byPointer.values()].map(({ pointer, message, choices }) => ({
    pointer,
    message: choices.length > 0 ? `must be ${choices.map((choice) => JSON.stringify(choice)).join(' or ')}` : message,
  }));
}

type Described = { pointer: string; message: string; choice?: unknown };

function describe({
  keyword,
  instancePath,
  params,
  message = 'is not valid',
}: FastifySchemaValidationError): Described {
  switch (keyword) {
    case 'required':
      return { pointer: `${instancePath}/${params.missingProperty}`, message: 'is required' };
    case 'additionalProperties':
      return { pointer: `${instancePath}/${String(params.additionalProperty)}`, message: 'is not known here' };
    case 'const':
      return { pointer: instancePath, message, choice: params.allowedValue };
    case 'enum': {
      const values = params.allowedValues as unknown[];
      return { pointer: instancePath, message: values.length > 20 ? message : `must be one of ${values.join(', ')}` };
    }
    case 'pattern':
      return { pointer: instancePath, message: 'must not be blank, and must not contain control characters' };
    default:
      return { pointer: instancePath, message: message.replace('NOT', 'not') };
  }
}
