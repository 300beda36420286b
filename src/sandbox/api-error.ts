// What the API answers instead of a result: a status, a code for programs, a sentence for people, the field if it is one.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isConnectionLost } from '../lib/db.ts';

const RETRY_AFTER_SECONDS = 1;

export class ApiError extends Error {
  readonly statusCode: number;
  readonly code: string;
  readonly param: string | null;
  constructor(statusCode: number, code: string, message: string, param: string | null = null) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.param = param;
  }
}

export function answerApiError(error: FastifyError | ApiError, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode, code, message, param } = error instanceof ApiError ? error : apiErrorOf(error);
  if (statusCode >= 500) request.log.error({ err: error }, 'request failed');
  if (statusCode === 429) reply.header('retry-after', RETRY_AFTER_SECONDS);
  reply.code(statusCode).send({ error: { code, message, param } });
}

function apiErrorOf(error: FastifyError): ApiError {
  const fault = error.validation?.[0];
  if (fault) return new ApiError(422, 'invalid_request', error.message, fieldOf(fault));
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return new ApiError(422, 'invalid_request', 'The body must be JSON.');
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new ApiError(error.statusCode, 'invalid_request', error.message);
  // A 500 says that nothing was charged. With the database lost in mid-statement we do not know that.
  return isConnectionLost(error)
    ? new ApiError(503, 'outcome_unknown', 'Ask for this key again a little later.')
    : new ApiError(500, 'provider_error', 'Something broke here. Nothing was charged.');
}

type ValidationFault = NonNullable<FastifyError['validation']>[number];

function fieldOf({ instancePath, params }: ValidationFault): string | null {
  const { missingProperty, requiredProperties, additionalProperty, additionalProperties } = params;
  const named = [missingProperty, requiredProperties, additionalProperty, additionalProperties].flat();
  return named.find((name) => typeof name === 'string') ?? (instancePath.slice(1) || null);
}
