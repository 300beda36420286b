// A replica in a file, so that a node starts without the database, and within a second: the arrays as they lie in memory.
//
//   SOUKREP2 | parts, one after the other, each padded to 8 bytes | directory (JSON) | its length, its CRC-32 | SOUKREP2
//
// The directory says what the parts are, with a CRC-32 for each 4 MB of them, and where the feed goes on. It is written last:
// a file without it is no snapshot.
import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { DOCUMENT_CODE_VERSION } from './engine/document-code.ts';
import type { ImageNotes, ImagePart } from './engine/image.ts';
import { fingerprintOfRules } from './engine/rules.ts';

const MAGIC = Buffer.from('SOUKREP2');
/** Raised whenever parts get other names or meanings; a change of the rules for words is found without. */
const VERSION = `6.${DOCUMENT_CODE_VERSION}`;
/** Copied and summed in 2 ms, between two requests. */
const BLOCK_BYTES = 4 << 20;
const BLOCKS_IN_FLIGHT = 8;
const ALIGNMENT_BYTES = 8;
const TAIL_BYTES = 8 + MAGIC.length;

type SnapshotHeader = {
  databaseId: string;
  /** Changes from here on are not in the file, or were already while it was written; to take them again does no harm. */
  feedOffset: string;
  /** When the replica last was up to date, in this machine's clock. */
  currentAtMs: number;
};
type PartEntry = { name: string; byteLength: number; checksums: number[] };
type Directory = SnapshotHeader & { version: string; rules: number; notes: ImageNotes; parts: PartEntry[] };
type SnapshotRead =
  | {
      kind: 'loaded';
      header: SnapshotHeader;
      notes: ImageNotes;
      parts: Map<string, Uint8Array>;
      /** False: its documents are good, its index is by other rules than this engine's. */
      isByTheseRules: boolean;
    }
  | { kind: 'absent' }
  | { kind: 'damaged'; reason: string };

export function snapshotPath(directory: string): string {
  return join(directory, 'replica.snapshot');
}

/** Either the whole new file is in place afterwards, on disk, or the old one still is. */
export async function writeSnapshot(
  directory: string,
  header: SnapshotHeader,
  image: Generator<ImagePart, ImageNotes>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await removeUnfinished(directory);
  const path = snapshotPath(directory);
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writev([MAGIC]);
    const block = Buffer.alloc(BLOCK_BYTES);
    const parts: PartEntry[] = [];
    let step = image.next();
    for (; !step.done; step = image.next()) parts.push(await writePart(file, step.value, block));
    const written: Directory = { ...header, version: VERSION, rules: fingerprintOfRules(), notes: step.value, parts };
    const bytes = Buffer.from(JSON.stringify(written));
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(bytes.length, 0);
    tail.writeUInt32LE(crc32(bytes), 4);
    await file.writev([bytes, tail, MAGIC]);
    await file.sync();
    await file.close();
    await rename(temporary, path);
    await syncDirectory(directory);
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** What processes that died in mid-write left behind: each would keep as much of the disk as a whole snapshot. */
async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = /^replica\.snapshot\.(\d+)\.tmp$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await unlink(join(directory, name));
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Block by block through a copy: figures may change while a block is on its way to the disk. */
async function writePart(file: FileHandle, { name, bytes }: ImagePart, block: Buffer): Promise<PartEntry> {
  const checksums: number[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const length = Math.min(BLOCK_BYTES, bytes.length - at);
    const padded = block.subarray(0, aligned(length));
    padded.fill(0, length);
    padded.set(bytes.subarray(at, at + length));
    checksums.push(crc32(padded));
    let written = 0;
    while (written < padded.length) written += (await file.write(padded, written)).bytesWritten;
  }
  return { name, byteLength: bytes.length, checksums };
}

export async function readSnapshot(directory: string): Promise<SnapshotRead> {
  let file: FileHandle;
  try {
    file = await open(snapshotPath(directory), 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'absent' };
    throw error;
  }
  try {
    const { size } = await file.stat();
    const found = await readDirectory(file, size);
    if (found.version !== VERSION) return { kind: 'damaged', reason: `format ${found.version}, not ${VERSION}` };
    const { databaseId, feedOffset, currentAtMs, notes } = found;
    const parts = await readParts(file, found.parts);
    const isByTheseRules = found.rules === fingerprintOfRules();
    return { kind: 'loaded', header: { databaseId, feedOffset, currentAtMs }, notes, parts, isByTheseRules };
  } catch (error) {
    if (error instanceof Damage) return { kind: 'damaged', reason: error.message };
    throw error;
  } finally {
    await file.close();
  }
}

/** Out of the way, but kept for whoever wants to know what happened; the one set aside before it goes. */
export async function setSnapshotAside(directory: string): Promise<string> {
  const aside = `${snapshotPath(directory)}.set-aside`;
  await rename(snapshotPath(directory), aside);
  return aside;
}

class Damage extends Error {}

async function readDirectory(file: FileHandle, size: number): Promise<Directory> {
  if (size < MAGIC.length + TAIL_BYTES) throw new Damage('the file ends too early');
  const head = Buffer.alloc(MAGIC.length);
  const tail = Buffer.alloc(TAIL_BYTES);
  await fill(file, head, 0);
  await fill(file, tail, size - TAIL_BYTES);
  if (!head.equals(MAGIC)) throw new Damage('not a snapshot');
  if (!tail.subarray(8).equals(MAGIC)) throw new Damage('the file ends too early');
  const length = tail.readUInt32LE(0);
  const start = size - TAIL_BYTES - length;
  if (start < MAGIC.length) throw new Damage('a directory of impossible length');
  const bytes = Buffer.alloc(length);
  await fill(file, bytes, start);
  if (crc32(bytes) !== tail.readUInt32LE(4)) throw new Damage('the checksum of the directory does not fit');
  const directory = JSON.parse(bytes.toString()) as Directory;
  const partBytes = directory.parts.reduce((sum, { byteLength }) => sum + aligned(byteLength), 0);
  if (MAGIC.length + partBytes !== start) throw new Damage('parts are missing');
  return directory;
}

/** Straight into the shared memory that queries will read; while a block is summed the next ones are read. */
async function readParts(file: FileHandle, entries: PartEntry[]): Promise<Map<string, Uint8Array>> {
  const parts = new Map<string, Uint8Array>();
  const blocks: { name: string; bytes: Uint8Array; position: number; checksum: number }[] = [];
  let position = MAGIC.length;
  for (const { name, byteLength, checksums } of entries) {
    const memory = new SharedArrayBuffer(aligned(byteLength));
    parts.set(name, new Uint8Array(memory, 0, byteLength));
    for (const [at, checksum] of checksums.entries()) {
      const offset = at * BLOCK_BYTES;
      const bytes = new Uint8Array(memory, offset, Math.min(BLOCK_BYTES, memory.byteLength - offset));
      blocks.push({ name, bytes, position: position + offset, checksum });
    }
    position += memory.byteLength;
  }
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let block = blocks[next++]; block; block = blocks[next++]) {
      await fill(file, block.bytes, block.position);
      if (crc32(block.bytes) !== block.checksum) throw new Damage(`a checksum of ${block.name} does not fit`);
    }
  };
  await Promise.all(Array.from({ length: BLOCKS_IN_FLIGHT }, reader));
  return parts;
}

async function fill(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) throw new Damage('the file ends too early');
    filled += bytesRead;
  }
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
