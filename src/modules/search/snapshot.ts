// The documents of a replica in a file, so that a node starts without the database.
//
// Frames: length (4 bytes), CRC-32 (4 bytes), that many bytes of JSON. First a header, then documents a few hundred at a
// time, then a trailer with their number. Each CRC goes on from the one before, so a frame that is missing or out of place
// is as wrong as a flipped bit. The index is built anew from the documents: a change of the engine makes no snapshot old.
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ReplicaDocument } from './document.ts';
import { openSlices } from './slices.ts';

const FORMAT = 'souk-replica';
/** Raised whenever ReplicaDocument changes its shape. */
const VERSION = 1;
const FRAME_DOCUMENTS = 64;
const FRAME_HEAD_BYTES = 8;
/** No frame is near this; a length beyond is damage, not a reason to ask for gigabytes. */
const MAX_FRAME_BYTES = 1 << 28;

type SnapshotHeader = {
  databaseId: string;
  /** Changes from here on are not in the file, or were already while it was written; to take them again does no harm. */
  feedOffset: string;
  /** When the replica last was up to date, in this machine's clock. */
  currentAtMs: number;
};
type Header = SnapshotHeader & { format: string; version: number };
type SnapshotRead =
  | { kind: 'loaded'; header: SnapshotHeader }
  | { kind: 'absent' }
  | { kind: 'damaged'; reason: string };

export function snapshotPath(directory: string): string {
  return join(directory, 'replica.snapshot');
}

/** Either the whole new file is in place afterwards, on disk, or the old one still is. */
export async function writeSnapshot(
  directory: string,
  header: SnapshotHeader,
  documents: Map<number, ReplicaDocument>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const path = snapshotPath(directory);
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, 'w');
  try {
    const write = frameWriter(file);
    const pause = openSlices();
    await write({ format: FORMAT, version: VERSION, ...header } satisfies Header);
    let count = 0;
    let frame: ReplicaDocument[] = [];
    // The map may change between two frames; the feed from header.feedOffset on tells of every such change again.
    for (const document of documents.values()) {
      frame.push(document);
      count++;
      if (frame.length < FRAME_DOCUMENTS) continue;
      await write(frame);
      frame = [];
      await pause();
    }
    if (frame.length > 0) await write(frame);
    await write({ count });
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

/** Hands out documents as they are read: what was handed out is only to be trusted once this says `loaded`. */
export async function readSnapshot(
  directory: string,
  onDocument: (document: ReplicaDocument) => Promise<void> | undefined,
): Promise<SnapshotRead> {
  let file: FileHandle;
  try {
    file = await open(snapshotPath(directory), 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'absent' };
    throw error;
  }
  try {
    const read = frameReader(file);
    const pause = openSlices();
    const header = (await read()) as Header;
    if (header.format !== FORMAT) return { kind: 'damaged', reason: 'not a snapshot' };
    if (header.version !== VERSION) return { kind: 'damaged', reason: `format ${header.version}, not ${VERSION}` };
    let count = 0;
    for (;;) {
      const frame = (await read()) as ReplicaDocument[] | { count: number };
      if (!Array.isArray(frame)) {
        if (frame.count !== count) return { kind: 'damaged', reason: `${count} products instead of ${frame.count}` };
        const { databaseId, feedOffset, currentAtMs } = header;
        return { kind: 'loaded', header: { databaseId, feedOffset, currentAtMs } };
      }
      for (const document of frame) {
        await onDocument(document);
        await pause();
      }
      count += frame.length;
    }
  } catch (error) {
    if (error instanceof DamagedFrame) return { kind: 'damaged', reason: error.message };
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

class DamagedFrame extends Error {}

function frameWriter(file: FileHandle): (value: unknown) => Promise<void> {
  let checksum = 0;
  return async (value) => {
    const payload = Buffer.from(JSON.stringify(value));
    checksum = crc32(payload, checksum);
    const head = Buffer.alloc(FRAME_HEAD_BYTES);
    head.writeUInt32LE(payload.length, 0);
    head.writeUInt32LE(checksum, 4);
    await file.writev([head, payload]);
  };
}

function frameReader(file: FileHandle): () => Promise<unknown> {
  let checksum = 0;
  return async () => {
    const head = await readExactly(file, FRAME_HEAD_BYTES);
    const length = head.readUInt32LE(0);
    if (length > MAX_FRAME_BYTES) throw new DamagedFrame('a frame of impossible length');
    const payload = await readExactly(file, length);
    checksum = crc32(payload, checksum);
    if (checksum !== head.readUInt32LE(4)) throw new DamagedFrame('a checksum does not fit');
    return JSON.parse(payload.toString());
  };
}

async function readExactly(file: FileHandle, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, null);
    if (bytesRead === 0) throw new DamagedFrame('the file ends too early');
    filled += bytesRead;
  }
  return buffer;
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
