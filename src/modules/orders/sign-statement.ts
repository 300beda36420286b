// A statement as a file: its JSON with sorted keys, the SHA-256 of that, and the shop's signature.
import { createHash } from 'node:crypto';
import type { StatementKey } from './statement-key.ts';
import { type DropStatement, STATEMENT_FORMAT } from './statement-schema.ts';

// About 1 ms of work, so that a web node answers others while it writes a hundred thousand events.
const ROWS_A_PIECE = 500;

/** The file in pieces, to be written one after the other. */
export async function signStatement(statement: DropStatement, key: StatementKey): Promise<string[]> {
  const pieces: string[] = [];
  const hash = createHash('sha256');
  for (const piece of canonicalPieces(statement)) {
    pieces.push(piece);
    hash.update(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const sha256 = hash.digest('hex');
  const { format, publicKey, signature } = {
    format: STATEMENT_FORMAT,
    publicKey: key.publicKey,
    signature: key.sign(sha256),
  };
  return [canonical({ format, publicKey, sha256, signature }).slice(0, -1), ',"statement":', ...pieces, '}\n'];
}

export function hashStatement(statement: DropStatement): string {
  const hash = createHash('sha256');
  for (const piece of canonicalPieces(statement)) hash.update(piece);
  return hash.digest('hex');
}

/** RFC 8785 for what statements hold: text, whole numbers, lists and objects. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}

function* canonicalPieces(statement: DropStatement): Generator<string> {
  let mark = '{';
  for (const [name, field] of Object.entries(statement).sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield `${mark}${JSON.stringify(name)}:`;
    mark = ',';
    if (!Array.isArray(field)) {
      yield canonical(field);
      continue;
    }
    yield '[';
    for (let n = 0; n < field.length; n += ROWS_A_PIECE)
      yield (n === 0 ? '' : ',') +
        field
          .slice(n, n + ROWS_A_PIECE)
          .map(canonical)
          .join(',');
    yield ']';
  }
  yield '}';
}
