// ASCII text to fewer bytes: below 128 a byte is itself, from 128 on two bytes name a piece, mostly a word with the space
// before it. Pieces are learnt from the first texts that come. A product takes a third of its room so, and is read back in
// about a microsecond; zstd with a dictionary made it a quarter, and took forty to read.
import { roomFor, sharedUint8, sharedUint32 } from './shared-arrays.ts';

const MAX_PIECES = 32_768;
const MAX_PIECE_BYTES = 16;
const MIN_PIECE_BYTES = 3;
/** What was seen so often lately is a piece. */
const LEARN_AFTER = 12;
/** Codes and prices are not worth a piece. */
const MAX_LEARNT_DIGITS = 3;
const COUNTERS = 1 << 16;
/** Counts are halved after so many tokens: what is rare never adds up, however long it goes on. */
const TOKENS_A_HALVING = 1 << 18;
/** Larger texts get memory of their own, which is not kept. */
const KEPT_SCRATCH_BYTES = 1 << 20;

export type TextCodec = {
  pieceCount: number;
  bytes: Uint8Array;
  /** By piece, with the end of the last one behind it. */
  starts: Uint32Array;
  /** Open addressing: piece + 1; 0 is free. */
  slots: Uint32Array;
  /** How often something with the hash was seen, until it is a piece. */
  seen: Uint8Array;
  tokensToHalving: number;
};

export function openTextCodec(): TextCodec {
  return {
    pieceCount: 0,
    bytes: sharedUint8(1 << 12),
    starts: sharedUint32(MAX_PIECES + 1),
    slots: sharedUint32(MAX_PIECES * 2),
    seen: new Uint8Array(COUNTERS),
    tokensToHalving: TOKENS_A_HALVING,
  };
}

const plainScratch = Buffer.alloc(KEPT_SCRATCH_BYTES);
const packedScratch = Buffer.alloc(KEPT_SCRATCH_BYTES);

/** Valid until the next call. */
export function encodeText(codec: TextCodec, text: string): Uint8Array {
  const isLarge = text.length > KEPT_SCRATCH_BYTES;
  const plain = isLarge ? Buffer.alloc(text.length) : plainScratch;
  const packed = isLarge ? Buffer.alloc(text.length) : packedScratch;
  const length = plain.write(text, 0, 'latin1');
  let size = 0;
  for (let at = 0; at < length; ) {
    const first = plain[at] as number;
    const limit = Math.min(length, at + MAX_PIECE_BYTES);
    let kind = classes[first] as number;
    let hash = Math.imul(0x811c9dc5 ^ first, 0x01000193);
    let end = at + 1;
    // Letters with a space before them, digits, or signs.
    if (kind === SPACE) kind = LETTER;
    while (end < limit && classes[plain[end] as number] === kind) {
      hash = Math.imul(hash ^ (plain[end++] as number), 0x01000193);
    }
    const piece = end - at < MIN_PIECE_BYTES ? -1 : pieceOf(codec, plain, at, end, hash ^ (hash >>> 15));
    if (piece >= 0) {
      packed[size++] = 0x80 | (piece >> 8);
      packed[size++] = piece & 0xff;
    } else {
      for (let from = at; from < end; from++) packed[size++] = plain[from] as number;
    }
    at = end;
  }
  return packed.subarray(0, size);
}

export function decodeText(codec: TextCodec, packed: Uint8Array, start: number, end: number): string {
  const { bytes, starts } = codec;
  const most = ((end - start) * MAX_PIECE_BYTES) / 2;
  const plain = most > KEPT_SCRATCH_BYTES ? Buffer.alloc(most) : plainScratch;
  let size = 0;
  for (let at = start; at < end; at++) {
    const byte = packed[at] as number;
    if (byte < 0x80) {
      plain[size++] = byte;
      continue;
    }
    const piece = ((byte & 0x7f) << 8) | (packed[++at] as number);
    const pieceEnd = starts[piece + 1] as number;
    for (let from = starts[piece] as number; from < pieceEnd; from++) plain[size++] = bytes[from] as number;
  }
  return plain.toString('latin1', 0, size);
}

/** Pieces that were read from a file are found again from here on. */
export function indexPieces(codec: TextCodec): void {
  for (let piece = 0; piece < codec.pieceCount; piece++) {
    const start = codec.starts[piece] as number;
    const end = codec.starts[piece + 1] as number;
    codec.slots[slotOf(codec, codec.bytes, start, end, hashOf(codec.bytes, start, end))] = piece + 1;
  }
}

const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
const SPACE = 3;
const classes = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[a-zA-Z]/.test(character) ? LETTER : /[0-9]/.test(character) ? DIGIT : character === ' ' ? SPACE : OTHER;
});

/** -1 where it is none yet. */
function pieceOf(codec: TextCodec, plain: Uint8Array, start: number, end: number, hash: number): number {
  const slot = slotOf(codec, plain, start, end, hash);
  const known = (codec.slots[slot] as number) - 1;
  if (known >= 0 || codec.pieceCount === MAX_PIECES || !isOften(codec, plain, start, end, hash)) return known;
  const piece = codec.pieceCount++;
  const from = codec.starts[piece] as number;
  codec.bytes = roomFor(codec.bytes, from + end - start);
  codec.bytes.set(plain.subarray(start, end), from);
  codec.starts[piece + 1] = from + end - start;
  codec.slots[slot] = piece + 1;
  return piece;
}

function isOften(codec: TextCodec, plain: Uint8Array, start: number, end: number, hash: number): boolean {
  if (classes[plain[start] as number] === DIGIT && end - start > MAX_LEARNT_DIGITS) return false;
  if (--codec.tokensToHalving === 0) {
    codec.tokensToHalving = TOKENS_A_HALVING;
    for (let at = 0; at < COUNTERS; at++) codec.seen[at] = (codec.seen[at] as number) >> 1;
  }
  const counter = hash & (COUNTERS - 1);
  codec.seen[counter] = (codec.seen[counter] as number) + 1;
  if ((codec.seen[counter] as number) < LEARN_AFTER) return false;
  codec.seen[counter] = 0;
  return true;
}

function slotOf(codec: TextCodec, plain: Uint8Array, start: number, end: number, hash: number): number {
  const { slots, starts, bytes } = codec;
  const mask = slots.length - 1;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const piece = (slots[slot] as number) - 1;
    if (piece === -1) return slot;
    const from = starts[piece] as number;
    if ((starts[piece + 1] as number) - from !== end - start) continue;
    let at = 0;
    while (start + at < end && bytes[from + at] === plain[start + at]) at++;
    if (start + at === end) return slot;
  }
}

function hashOf(plain: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (plain[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
