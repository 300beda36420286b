import { type Html, html, nothing } from '../../lib/html.ts';
import { pageHead } from '../kit/components/section.ts';
import { table } from '../kit/components/table.ts';
import { layout } from '../kit/layout.ts';

type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  const?: unknown;
  enum?: unknown[];
  description?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  default?: unknown;
};
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema };
type Operation = {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string }>;
};
export type OpenApi = {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
};

const UNTAGGED = 'other';

/** The whole API on one page, made from the same document that programs read. */
export function docsPage(document: OpenApi, caller: { name: string; roles: readonly string[] } | undefined): Html {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const byTag = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? UNTAGGED);
  return layout({
    title: 'API',
    caller,
    main: html`${pageHead('The HTTP API')}
<p>${document.info.description ?? ''}</p>
<p>For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). Errors: <a href="/problems">problem documents</a>.</p>
<nav aria-label="Groups"><ul class="chips">${[...byTag.keys()].map((tag) => html`<li><a class="chip" href="#${tag}">${tag}</a></li>`)}</ul></nav>
${[...byTag].map(
  ([tag, group]) =>
    html`<section class="operations" id="${tag}"><h2>${tag}</h2>${group.map(({ path, method, operation }) => operationPart(path, method, operation))}</section>`,
)}`,
  });
}

function operationPart(path: string, method: string, operation: Operation): Html {
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const parameters = operation.parameters ?? [];
  return html`<details class="operation"><summary><code>${method} ${path}</code> ${operation.summary ?? ''}</summary>
${operation.description ? html`<p>${withCode(operation.description)}</p>` : nothing}
${
  parameters.length > 0
    ? fieldTable(
        `Parameters of ${method} ${path}`,
        parameters.map((one) => ({
          name: `${one.name} (${one.in})`,
          schema: one.schema ?? {},
          required: one.required ?? false,
          description: one.description,
        })),
      )
    : nothing
}
${body?.properties ? fieldTable(`Body of ${method} ${path}`, fieldsOf(body)) : nothing}
<p>Answers: ${Object.entries(operation.responses ?? {}).map(([status], n) => html`${n > 0 ? ', ' : ''}<code>${status}</code>`)}</p></details>`;
}

type Field = { name: string; schema: Schema; required: boolean; description: string | undefined };

function fieldsOf(schema: Schema, prefix = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
    {
      name: `${prefix}${name}`,
      schema: inner,
      required: schema.required?.includes(name) ?? false,
      description: inner.description,
    },
    ...fieldsOf(inner, `${prefix}${name}.`),
  ]);
}

function fieldTable(caption: string, fields: Field[]): Html {
  return table(
    caption,
    [{ title: caption.startsWith('Body') ? 'In the body' : 'Parameter' }, { title: 'Type' }, { title: 'Notes' }],
    fields.map((field) => [
      html`<code>${field.name}</code>${field.required ? ' *' : ''}`,
      typeOf(field.schema),
      withCode(notesOf(field)),
    ]),
  );
}

/** What stands between backticks in the descriptions is code. */
function withCode(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.enum)
    return schema.enum.length > 12
      ? `one of ${schema.enum.length} values`
      : schema.enum.map((one) => JSON.stringify(one)).join(' or ');
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  return [schema.type ?? 'any'].flat().join(' or ');
}

function notesOf({ schema, description }: Field): string {
  const bounds = [
    schema.minimum === undefined ? '' : `from ${schema.minimum}`,
    schema.maximum === undefined ? '' : `to ${schema.maximum}`,
    schema.maxLength === undefined ? '' : `at most ${schema.maxLength} characters`,
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ];
  return [description, bounds.filter(Boolean).join(' ')].filter(Boolean).join('. ');
}
