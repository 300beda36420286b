// Pieces of text that come often: words with the space before them, numbers, signs. Each has a number of 15 bits.
import { isOften, type Often, openOften } from './often.ts';
import { roomFor, sharedUint8, sharedUint32 } from './shared-arrays.ts';

const MAX_PIECES = 32_768;
const MAX_PIECE_BYTES = 16;
const MIN_PIECE_BYTES = 3;
/** Codes and prices are not worth a piece. */
const MAX_LEARNT_DIGITS = 3;
const COUNTERS = 1 << 16;
const TOKENS_A_HALVING = 1 << 18;

export type Pieces = {
  count: number;
  bytes: Uint8Array;
  /** By piece, with the end of the last one behind it. */
  starts: Uint32Array;
  /** Open addressing: piece + 1; 0 is free. */
  slots: Uint32Array;
  /** What is none yet. */
  seen: Often;
};

export function openPieces(): Pieces {
  return {
    count: 0,
    bytes: sharedUint8(1 << 12),
    starts: sharedUint32(MAX_PIECES + 1),
    slots: sharedUint32(MAX_PIECES * 2),
    seen: openOften(COUNTERS, TOKENS_A_HALVING),
  };
}

const next = { piece: -1, end: 0 };

/** What stands at `start`: its end, and its number, or -1 where it is none yet. Valid until the next call. */
export function pieceOf(pieces: Pieces, plain: Uint8Array, start: number, length: number): Readonly<typeof next> {
  const first = plain[start] as number;
  const limit = Math.min(length, start + MAX_PIECE_BYTES);
  let kind = classes[first] as number;
  let hash = Math.imul(0x811c9dc5 ^ first, 0x01000193);
  let end = start + 1;
  // Letters with a space before them, digits, or signs.
  if (kind === SPACE) kind = LETTER;
  while (end < limit && classes[plain[end] as number] === kind) {
    hash = Math.imul(hash ^ (plain[end++] as number), 0x01000193);
  }
  next.end = end;
  const isNone = end - start < MIN_PIECE_BYTES || (kind === DIGIT && end - start > MAX_LEARNT_DIGITS);
  next.piece = isNone ? -1 : findOrLearn(pieces, plain, start, end, hash ^ (hash >>> 15));
  return next;
}

/** Pieces that were read from a file are found again from here on. */
export function indexPieces(pieces: Pieces): void {
  const { bytes, starts, slots } = pieces;
  for (let piece = 0; piece < pieces.count; piece++) {
    const start = starts[piece] as number;
    const end = starts[piece + 1] as number;
    slots[slotOf(pieces, bytes, start, end, hashOf(bytes, start, end))] = piece + 1;
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

function findOrLearn(pieces: Pieces, plain: Uint8Array, start: number, end: number, hash: number): number {
  const slot = slotOf(pieces, plain, start, end, hash);
  const known = (pieces.slots[slot] as number) - 1;
  if (known >= 0 || pieces.count === MAX_PIECES || !isOften(pieces.seen, hash)) return known;
  const piece = pieces.count++;
  const from = pieces.starts[piece] as number;
  pieces.bytes = roomFor(pieces.bytes, from + end - start);
  pieces.bytes.set(plain.subarray(start, end), from);
  pieces.starts[piece + 1] = from + end - start;
  pieces.slots[slot] = piece + 1;
  return piece;
}

function slotOf(pieces: Pieces, plain: Uint8Array, start: number, end: number, hash: number): number {
  const { slots, starts, bytes } = pieces;
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
