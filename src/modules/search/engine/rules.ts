// Which rules an index was made by: the engine's own text. An index made by other rules is made anew from its documents, and
// nobody has to remember to raise a number.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

export function fingerprintOfRules(): number {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return files.sort().reduce((sum, name) => crc32(readFileSync(join(import.meta.dirname, name)), sum), 0);
}
