// A form that was filled in wrongly comes back as it was, with the errors beside their fields.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Html } from '../../lib/html.ts';
import { type FieldError, PROBLEMS, type Problem } from '../../lib/problem.ts';
import { sendPage, wantsPage } from './negotiate.ts';
import { errorsOf, helpForPeople, sendProblem, toProblem } from './problems.ts';

export type FormState = {
  values: Readonly<Record<string, string>>;
  errors: readonly FieldError[];
  /** What is wrong with the form as a whole. */
  fault?: { title: string; help: string };
};

export const EMPTY_FORM: FormState = { values: {}, errors: [] };

/** Forms whose fields were read into another body: what was typed, by request. */
const typed = new WeakMap<FastifyRequest, unknown>();

export function keepTyped(request: FastifyRequest): void {
  typed.set(request, request.body);
}

/**
 * A route's errorHandler. Secrets are not sent back: `remembered` names the fields that are, with dots where they nest.
 * Where there is no form to show (nobody is signed in), the problem's own page answers.
 */
export function formAgain<Request extends FastifyRequest = FastifyRequest>(
  remembered: readonly string[],
  page: (request: Request, state: FormState) => Html | undefined | Promise<Html | undefined>,
) {
  return async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const found = toProblem(error, request);
    if (!wantsPage(request)) return sendProblem(request, reply, found);
    let form: Html | undefined;
    try {
      form = await page(request as Request, stateOf(found, typed.get(request) ?? request.body, remembered));
    } catch (fault) {
      return sendProblem(request, reply, toProblem(fault, request));
    }
    if (!form) return sendProblem(request, reply, found);
    reply.code(PROBLEMS[found.slug].status);
    reply.headers({ ...found.headers, vary: 'accept', 'cache-control': 'no-store' });
    return reply.send(sendPage(reply, form));
  };
}

function stateOf(found: Problem, body: unknown, remembered: readonly string[]): FormState {
  const values = remembered.flatMap((name) => {
    const value = valueAt(body, name.split('.'));
    // The schema may have made a number of what was typed.
    return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as const] : [];
  });
  const errors = errorsOf(found);
  const { title } = PROBLEMS[found.slug];
  return {
    values: Object.fromEntries(values),
    errors,
    ...(errors.length > 0 ? {} : { fault: { title, help: helpForPeople(found) } }),
  };
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
    body,
  );
}
