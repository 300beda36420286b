// Reads /openapi.json as a client would: is it sound, and does an answer keep what it promises?
import assert from 'node:assert/strict';
import type { LightMyRequestResponse } from 'fastify';
import { Errors } from 'typebox/schema';
import { PROBLEMS } from '../lib/problem.ts';
import type { App } from '../web/kit/shop.ts';

export type JsonSchema = { [keyword: string]: unknown };
type Content = Record<string, { schema?: JsonSchema }>;
type Parameter = { name: string; in: string; required?: boolean; schema?: JsonSchema };
export type Operation = {
  summary?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description?: string; content?: Content }>;
};
export type OpenApi = {
  openapi: string;
  info: { title?: string; version?: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
};
/** `GET /track/{orderId}` */
export type RouteName = string;

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

export async function loadOpenApi(app: App): Promise<OpenApi> {
  const response = await app.inject({ url: '/openapi.json' });
  assert.equal(response.statusCode, 200);
  return response.json<OpenApi>();
}

export function routesOf(document: OpenApi): Map<RouteName, Operation> {
  return new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );
}

/** What is not as OpenAPI 3.1 or this house wants it. */
export function documentFaults(document: OpenApi): string[] {
  const faults: string[] = [];
  if (!/^3\.1\.\d$/.test(document.openapi)) faults.push(`openapi is ${document.openapi}`);
  if (!document.info.title || !document.info.version) faults.push('info needs a title and a version');
  for (const path of Object.keys(document.paths)) {
    if (!path.startsWith('/')) faults.push(`${path} does not begin with a slash`);
    for (const method of Object.keys(document.paths[path] ?? {}))
      if (!METHODS.includes(method)) faults.push(`${path} has the method ${method}`);
  }
  const tags = document.tags.map((tag) => tag.name);
  for (const [route, operation] of routesOf(document))
    faults.push(...operationFaults(route, operation, tags).map((fault) => `${route}: ${fault}`));
  return faults;
}

function operationFaults(route: RouteName, operation: Operation, tags: readonly string[]): string[] {
  const faults: string[] = [];
  if (!operation.summary) faults.push('has no summary');
  if (!operation.tags?.length) faults.push('has no tag');
  for (const tag of operation.tags ?? [])
    if (!tags.includes(tag)) faults.push(`has the tag ${tag}, which nothing describes`);

  const statuses = Object.keys(operation.responses);
  if (!statuses.some((status) => /^[23]\d\d$/.test(status))) faults.push('never succeeds');
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!/^([1-5]\d\d|default)$/.test(status)) faults.push(`answers ${status}`);
    if (!response.description) faults.push(`${status} has no description`);
  }
  const parameters = operation.parameters ?? [];
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const placeholders = [...route.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  if (
    placeholders.sort().join() !==
    inPath
      .map(({ name }) => name)
      .sort()
      .join()
  )
    faults.push('names other path parameters than its path');
  if (inPath.some((parameter) => !parameter.required)) faults.push('has a path parameter that may be left out');
  if (new Set(parameters.map((parameter) => `${parameter.in} ${parameter.name}`)).size < parameters.length)
    faults.push('names a parameter twice');
  for (const { name, required, schema } of parameters)
    if (required && schema && 'default' in schema) faults.push(`demands ${name}, which has a default`);
  for (const { name, schema } of parameters) faults.push(...boundFaults(schema, name));
  for (const { schema } of Object.values(operation.requestBody?.content ?? {}))
    faults.push(...boundFaults(schema, 'body'));
  return faults;
}

/** Whatever a client sends has an end, and the document says where. */
export function boundFaults(schema: JsonSchema | undefined, at: string): string[] {
  if (!schema) return [`${at} has no schema`];
  const { type, properties, items, anyOf, additionalProperties } = schema;
  const isFixed = 'enum' in schema || 'const' in schema;
  const needs: Record<string, string[]> = {
    string: ['maxLength'],
    integer: ['minimum', 'maximum'],
    number: ['minimum', 'maximum'],
    array: ['maxItems'],
  };
  const missing = isFixed ? [] : (needs[String(type)] ?? []).filter((keyword) => !(keyword in schema));
  const isOpen = typeof additionalProperties === 'object' || 'patternProperties' in schema;
  if (isOpen && !('maxProperties' in schema)) missing.push('maxProperties');
  const isText = type === 'string' && typeof schema.format === 'string';
  return [
    ...missing.filter((keyword) => !(isText && keyword === 'maxLength')).map((keyword) => `${at} has no ${keyword}`),
    ...Object.entries((properties ?? {}) as Record<string, JsonSchema>).flatMap(([name, inner]) =>
      boundFaults(inner, `${at}.${name}`),
    ),
    ...((anyOf ?? []) as JsonSchema[]).flatMap((inner) => boundFaults(inner, at)),
    ...(items ? boundFaults(items as JsonSchema, `${at}[]`) : []),
  ];
}

/** Throws where the answer is not one that the document promises for this route and status. */
export function assertPromised(document: OpenApi, route: RouteName, response: LightMyRequestResponse): void {
  const operation = routesOf(document).get(route);
  assert.ok(operation, `${route} is not in the document`);
  const { statusCode: status, headers, body } = response;
  const said = `${route} answered ${status}: ${body.slice(0, 400)}`;
  assert.ok(status < 500, said);
  const promised = operation.responses[status] ?? (status >= 400 ? operation.responses.default : undefined);
  assert.ok(promised, `${said}, and its document does not name that status`);
  const [type = ''] = String(headers['content-type'] ?? '').split(';');
  if (status >= 400) assertProblem(response, said);
  if (status >= 400 || body === '' || type !== 'application/json') return;
  const schema = promised.content?.['application/json']?.schema;
  assert.ok(schema, `${said}, and its document has no schema for it`);
  const [isValid, errors] = Errors(schema, JSON.parse(body));
  assert.ok(isValid, `${said}\n${errors.map(({ instancePath, message }) => `${instancePath} ${message}`).join('\n')}`);
}

/** RFC 9457, with a type that is documented at its address. */
export function assertProblem(response: LightMyRequestResponse, said: string): void {
  assert.match(String(response.headers['content-type']), /^application\/problem\+json/, said);
  const document = response.json<{ type: string; title: string; status: number; detail: string; instance: string }>();
  assert.equal(document.status, response.statusCode, said);
  const entry = Object.entries(PROBLEMS).find(([slug]) => document.type === `/problems/${slug}`)?.[1];
  assert.equal(entry?.status, response.statusCode, `${said}: an unknown type, or of another status`);
  for (const field of ['title', 'detail', 'instance'] as const) assert.equal(typeof document[field], 'string', said);
}
