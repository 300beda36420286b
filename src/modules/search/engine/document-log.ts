// What pages show of the products, in few bytes, in chunks of shared memory: a changed document is written anew at the end,
// and a chunk that is mostly dead gives its living ones to the end and goes.
import type { ListedProduct, ReplicaDocument } from '../document.ts';
import { decodeDocument, decodeListed, encodeDocument } from './document-code.ts';
import { sharedUint8 } from './shared-arrays.ts';
import { openTextCodec, type TextCodec } from './text-codec.ts';

/** A larger document gets a chunk of its own. */
const CHUNK_BYTES = 4 << 20;
/** Addresses count in these, so that 32 bits reach 32 GB. */
const ALIGNMENT_BYTES = 8;
const CHUNK_UNITS = CHUNK_BYTES / ALIGNMENT_BYTES;
const LENGTH_BYTES = 4;

export type DocumentLog = {
  codec: TextCodec;
  chunks: (DocumentChunk | undefined)[];
  /** Where the next one goes. */
  current: number;
  /** Chunks stay as they are while they are written to a file. */
  isHeld: boolean;
};
export type DocumentChunk = { bytes: Uint8Array; used: number; dead: number };

export function openDocumentLog(): DocumentLog {
  return { codec: openTextCodec(), chunks: [], current: -1, isHeld: false };
}

/** The document's address. */
export function appendDocument(log: DocumentLog, document: ReplicaDocument): number {
  return appendBytes(log, encodeDocument(log.codec, document));
}

export function readDocument(log: DocumentLog, address: number): ReplicaDocument {
  const { bytes, at } = recordAt(log, address);
  return decodeDocument(log.codec, { bytes, at });
}

export function readListed(log: DocumentLog, address: number): ListedProduct {
  const { bytes, at } = recordAt(log, address);
  return decodeListed(log.codec, { bytes, at });
}

export function dropDocument(log: DocumentLog, address: number): void {
  const { chunk, length } = recordAt(log, address);
  chunk.dead += sizeOf(length);
}

/** The number of a chunk of which less than half is alive. */
export function chunkToReclaim(log: DocumentLog): number | undefined {
  if (log.isHeld) return undefined;
  const found = log.chunks.findIndex(
    (chunk, number) => chunk !== undefined && number !== log.current && chunk.dead * 2 > chunk.used,
  );
  return found === -1 ? undefined : found;
}

/** The addresses of all documents in a chunk, the dead ones too. */
export function* addressesIn(log: DocumentLog, number: number): Generator<number> {
  const chunk = log.chunks[number];
  if (!chunk) return;
  for (let at = 0; at < chunk.used; ) {
    yield number * CHUNK_UNITS + at / ALIGNMENT_BYTES;
    at += sizeOf(lengthAt(chunk.bytes, at));
  }
}

export function moveDocument(log: DocumentLog, address: number): number {
  const { bytes, at, length } = recordAt(log, address);
  return appendBytes(log, bytes.subarray(at, at + length));
}

export function freeChunk(log: DocumentLog, number: number): void {
  log.chunks[number] = undefined;
}

/** Whether there is a document at the address: a file's columns may be a moment younger than its chunks. */
export function isDocumentThere(log: DocumentLog, address: number): boolean {
  const chunk = log.chunks[Math.floor(address / CHUNK_UNITS)];
  return chunk !== undefined && (address % CHUNK_UNITS) * ALIGNMENT_BYTES < chunk.used;
}

function appendBytes(log: DocumentLog, packed: Uint8Array): number {
  const size = sizeOf(packed.length);
  let chunk = log.chunks[log.current];
  if (!chunk || chunk.used + size > chunk.bytes.length) {
    chunk = { bytes: sharedUint8(Math.max(CHUNK_BYTES, size)), used: 0, dead: 0 };
    const free = log.chunks.indexOf(undefined);
    log.current = free === -1 ? log.chunks.length : free;
    log.chunks[log.current] = chunk;
  }
  const at = chunk.used;
  const { bytes } = chunk;
  for (let byte = 0; byte < LENGTH_BYTES; byte++) bytes[at + byte] = packed.length >>> (8 * byte);
  bytes.set(packed, at + LENGTH_BYTES);
  chunk.used += size;
  return log.current * CHUNK_UNITS + at / ALIGNMENT_BYTES;
}

function recordAt(log: DocumentLog, address: number) {
  const chunk = log.chunks[Math.floor(address / CHUNK_UNITS)] as DocumentChunk;
  const at = (address % CHUNK_UNITS) * ALIGNMENT_BYTES;
  return { chunk, bytes: chunk.bytes, at: at + LENGTH_BYTES, length: lengthAt(chunk.bytes, at) };
}

function lengthAt(bytes: Uint8Array, at: number): number {
  let length = 0;
  for (let byte = 0; byte < LENGTH_BYTES; byte++) length += (bytes[at + byte] as number) * 2 ** (8 * byte);
  return length;
}

function sizeOf(length: number): number {
  return Math.ceil((LENGTH_BYTES + length) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
