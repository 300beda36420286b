// A file to import, whatever it is packed in: bytes on one side, rows on the other.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorCode } from '../../lib/db.ts';
import { FileFault } from './file-fault.ts';
import type { ImportedRow } from './import-row.ts';
import { readCsv } from './read-csv.ts';
import { readJsonLines } from './read-json-lines.ts';

type OpenImport = { bytesTotal: number; bytesRead(): number; rows(): AsyncIterable<ImportedRow> };

const FILE_ERRORS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'the file may not be read by this user',
  EISDIR: 'that is a directory',
};

export async function openImport(path: string): Promise<OpenImport> {
  const { bytesTotal, gzipped } = await inspect(path);
  const file = createReadStream(path);
  const chunks = faultsNamed(gzipped ? pipeline(file, createGunzip(), () => {}) : file);
  return { bytesTotal, bytesRead: () => file.bytesRead, rows: () => rowsOf(path, chunks) };
}

async function inspect(path: string): Promise<{ bytesTotal: number; gzipped: boolean }> {
  try {
    await using handle = await open(path);
    const { size } = await handle.stat();
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return { bytesTotal: size, gzipped: buffer[0] === 0x1f && buffer[1] === 0x8b };
  } catch (error) {
    throw asFileFault(error);
  }
}

/** By the name, and by the first character where the name does not tell. */
async function* rowsOf(path: string, chunks: AsyncGenerator<Buffer>): AsyncGenerator<ImportedRow> {
  const first = await chunks.next();
  if (first.done) return;
  const all = prepended(first.value, chunks);
  const name = path.toLowerCase().replace(/\.gz$/, '');
  const looksLikeJson = /^\ufeff?\s*\{/.test(first.value.toString('utf8', 0, 100));
  const isCsv = name.endsWith('.csv') || (!/\.(jsonl|ndjson|json)$/.test(name) && !looksLikeJson);
  yield* isCsv ? readCsv(all) : readJsonLines(all);
}

async function* prepended(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* faultsNamed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    throw asFileFault(error);
  }
}

function asFileFault(error: unknown): unknown {
  const code = errorCode(error) ?? '';
  if (code.startsWith('Z_')) return new FileFault('the gzip data is damaged or cut off');
  return FILE_ERRORS[code] ? new FileFault(FILE_ERRORS[code]) : error;
}
