// How the API describes itself: OpenAPI 3.1, made from the schemas of the routes.
import { readFileSync } from 'node:fs';
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { ProblemSchema } from './web/kit/schemas.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export function openApiSettings(publicOrigin: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Souk',
        version,
        description:
          'Search, buy, pay, follow the parcel. Every address answers browsers with a page and everyone else with JSON. Money is an integer of minor units, times are RFC 3339 in UTC, errors are RFC 9457 problem documents.',
      },
      servers: [{ url: publicOrigin }],
      tags: [
        { name: 'shop', description: 'Searching and looking, without signing in' },
        { name: 'purchase', description: 'Reserving a unit and paying for it' },
        { name: 'orders', description: 'What became of it' },
        { name: 'accounts', description: 'Who you are' },
        { name: 'seller', description: 'Your shop' },
        { name: 'operator', description: 'The whole market' },
      ],
      components: {
        schemas: { Problem: ProblemSchema },
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          session: { type: 'apiKey', in: 'cookie', name: 'souk_session' },
        },
      },
    },
    transformObject: (made) => {
      if (!('openapiObject' in made)) throw new Error('not an OpenAPI document');
      const { paths = {} } = made.openapiObject;
      for (const [path, methods] of Object.entries(paths)) {
        for (const operation of Object.values(methods ?? {}) as Operation[]) sayWhatAllShare(path, operation);
      }
      return made.openapiObject;
    },
  };
}

type Schema = { required?: string[]; properties?: Record<string, object> };
type Operation = {
  parameters?: { required?: boolean; schema?: object }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, unknown>;
  security?: Record<string, string[]>[];
};

const ANY_PROBLEM = {
  description: 'What else can go wrong: see /problems',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** Routes name the faults of their own; too large, too fast and the like can meet every request. */
function sayWhatAllShare(path: string, operation: Operation): void {
  operation.responses.default ??= ANY_PROBLEM;
  for (const parameter of operation.parameters ?? []) if (hasDefault(parameter.schema)) parameter.required = false;
  for (const body of Object.values(operation.requestBody?.content ?? {}))
    if (body.schema?.required) body.schema = { ...body.schema, required: neededOf(body.schema) };
  // Signing in answers 401 too, to a wrong password.
  if ('401' in operation.responses && !path.startsWith('/auth/'))
    operation.security = [{ bearer: [] }, { session: [] }];
}

// For the handler a field with a default is always there, so its type says so; a client may leave it out.
function neededOf({ required = [], properties = {} }: Schema): string[] {
  return required.filter((name) => !hasDefault(properties[name]));
}

function hasDefault(schema: object | undefined): boolean {
  return schema !== undefined && 'default' in schema;
}
