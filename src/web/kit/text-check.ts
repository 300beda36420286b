// What PostgreSQL cannot store and JSON cannot carry, refused in one place before any schema looks at it.
import type { FastifyRequest } from 'fastify';
import type { FieldError } from '../../lib/problem.ts';

/** Stands before what is left of text that was not UTF-8 when it was decoded; it is refused as such. */
export const NOT_UTF8 = '\uD800';

const MAX_ERRORS = 10;

export type TextCheck = { kind: 'fine' } | { kind: 'too-deep' } | { kind: 'bad-text'; errors: FieldError[] };

/** Looks at every string and name in a value. Without recursion: the value may be as deep as somebody likes. */
export function checkText(value: unknown, pointer: string, maxDepth: number): TextCheck {
  const errors: FieldError[] = [];
  const open = [{ value, pointer, depth: 0 }];
  for (let next = open.pop(); next && errors.length < MAX_ERRORS; next = open.pop()) {
    if (typeof next.value === 'string') {
      const message = faultOf(next.value);
      if (message) errors.push({ pointer: next.pointer, message });
    } else if (typeof next.value === 'object' && next.value !== null) {
      if (next.depth >= maxDepth) return { kind: 'too-deep' };
      for (const [name, inner] of Object.entries(next.value)) {
        if (faultOf(name)) errors.push({ pointer: next.pointer || '/', message: 'has a field whose name is not text' });
        // Nearly all values are sound text, and need no pointer to say so.
        const isSound = typeof inner === 'string' ? faultOf(inner) === undefined : typeof inner !== 'object';
        if (!isSound)
          open.push({ value: inner, pointer: `${next.pointer}/${pointerStep(name)}`, depth: next.depth + 1 });
      }
    }
  }
  return errors.length === 0 ? { kind: 'fine' } : { kind: 'bad-text', errors };
}

/** An onRequest hook for a parameter that people search by: whatever they type is words or blanks, and no error. */
export function takesAnything(name: string) {
  return (request: Pick<FastifyRequest, 'query'>, _reply: unknown, done: () => void): void => {
    const query = request.query as Record<string, unknown>;
    const value = query[name];
    if (typeof value === 'string') query[name] = withBlanks(value);
    else if (Array.isArray(value)) query[name] = value.map((one) => withBlanks(String(one))).join(' ');
    done();
  };
}

/** Blanks for what no text may hold. */
function withBlanks(text: string): string {
  return text.replace(/[\0\uFFFD\p{Cs}]/gu, ' ');
}

function faultOf(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain the character NUL';
  if (!text.isWellFormed()) return 'must be well-formed Unicode text';
  return undefined;
}

/** RFC 6901, 3. */
function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1').toWellFormed();
}
