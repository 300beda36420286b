// What browsers send: application/x-www-form-urlencoded, in bodies and behind the `?`.
import { unescape as decodeAnyhow, parse } from 'node:querystring';
import { invalid } from '../../lib/problem.ts';
import { NOT_UTF8 } from './text-check.ts';

export const FORM_MAX_BYTES = 64 * 1024;
const MAX_FIELDS = 100;
const MAX_QUERY_PARAMETERS = 100;
const MAX_NESTING = 5;
const MAX_NAME_CHARACTERS = 200;
const FORBIDDEN_STEPS = new Set(['__proto__', 'constructor', 'prototype']);

type FormValue = string | string[] | Form;
export type Form = { [name: string]: FormValue };

const forms = new WeakSet<object>();

/** Whether a body came from a form, where everything is text and the schema says what it stands for. */
export function isForm(body: unknown): boolean {
  return typeof body === 'object' && body !== null && forms.has(body);
}

/** `address.city=Fes&tag=a&tag=b` -> { address: { city: 'Fes' }, tag: ['a', 'b'] }. A field left empty is not there. */
export function parseForm(body: string): Form {
  // parse() drops in silence what is beyond its own limit.
  if (body.split('&', MAX_FIELDS + 1).length > MAX_FIELDS)
    throw invalid([{ pointer: '', message: `must have at most ${MAX_FIELDS} fields` }]);
  const fields = parse(body, '&', '=', { decodeURIComponent: decode, maxKeys: 0 });
  const form: Form = {};
  for (const [name, value] of Object.entries(fields)) {
    const filled = typeof value === 'string' ? value : value?.filter((one) => one !== '');
    if (filled && filled.length > 0) put(form, name, filled);
  }
  forms.add(form);
  return form;
}

function put(form: Form, name: string, value: string | string[]): void {
  const steps = name.split('.');
  const last = steps.pop() ?? '';
  const bad = steps.length >= MAX_NESTING || name.length > MAX_NAME_CHARACTERS || last === '';
  if (bad || [...steps, last].some((step) => FORBIDDEN_STEPS.has(step))) throw badName(name);
  let target = form;
  for (const step of steps) {
    const inner = Object.hasOwn(target, step) ? target[step] : {};
    if (typeof inner !== 'object' || Array.isArray(inner)) throw badName(name);
    target[step] = inner;
    target = inner;
  }
  if (Object.hasOwn(target, last)) throw badName(name);
  target[last] = value;
}

function badName(name: string) {
  const pointer = `/${name.slice(0, MAX_NAME_CHARACTERS).toWellFormed().replaceAll('.', '/')}`;
  return invalid([{ pointer, message: 'is not a field name that can stand here' }]);
}

/**
 * The parameters behind the `?`. A second `?` before a name means `&`: clients are out there that ask for
 * /product/4711/?pagination=2?size=10. A question mark inside a value (`term=really?`) stays what it is.
 */
export function parseQuery(text: string): Record<string, unknown> {
  if (text === '') return {};
  const repaired = text.includes('?') ? text.replace(/\?(?=[A-Za-z_]+=)/g, '&') : text;
  return parse(repaired, '&', '=', { decodeURIComponent: decode, maxKeys: MAX_QUERY_PARAMETERS });
}

// The decoder of node:querystring turns bad UTF-8 into question marks in diamonds, which would then be searched for.
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return NOT_UTF8 + decodeAnyhow(text);
  }
}
