// A form that was filled in wrongly comes back as it was, with the errors beside their fields.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Html } from '../../lib/html.ts';
import { type FieldError, PROBLEMS, type Problem } from '../../lib/problem.ts';
import { sendPage, wantsPage } from '../kit/negotiate.ts';
import { errorsOf, sendProblem, toProblem } from '../kit/problems.ts';

export type FormState = {
  values: Readonly<Record<string, string>>;
  errors: readonly FieldError[];
  /** What is wrong with the form as a whole. */
  fault?: { title: string; help: string };
};

export const EMPTY_FORM: FormState = { values: {}, errors: [] };

/**
 * A route's errorHandler. Secrets are not sent back: `remembered` names the fields that are. Where there is no form to
 * show (nobody is signed in), the problem's own page answers.
 */
export function formAgain(
  remembered: readonly string[],
  page: (request: FastifyRequest, state: FormState) => Html | undefined,
) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const found = toProblem(error, request);
    const form = wantsPage(request) ? page(request, stateOf(found, request.body, remembered)) : undefined;
    if (!form) return sendProblem(request, reply, found);
    reply.code(PROBLEMS[found.slug].status);
    reply.headers({ ...found.headers, vary: 'accept', 'cache-control': 'no-store' });
    return reply.send(sendPage(reply, form));
  };
}

function stateOf(found: Problem, body: unknown, remembered: readonly string[]): FormState {
  const sent = (body ?? {}) as Record<string, unknown>;
  const values = remembered.flatMap((name) => (typeof sent[name] === 'string' ? [[name, sent[name]] as const] : []));
  const errors = errorsOf(found);
  const { title, help } = PROBLEMS[found.slug];
  return { values: Object.fromEntries(values), errors, ...(errors.length > 0 ? {} : { fault: { title, help } }) };
}
