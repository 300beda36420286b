// Text to fewer bytes. What many products say in the same words is a phrase, and two bytes name it; other text is ASCII, where a
// byte below 128 is itself and from 128 on two bytes name a piece, mostly a word with the space before it. Pieces are learnt from
// the first texts that come. A product takes a third of its room so, and is read back in about a microsecond; zstd with a
// dictionary made it a quarter, and took forty to read.
import { type CodedBytes, makeRoom, readNumber, writeNumber } from './coded-bytes.ts';
import { openPhrases, type Phrase, type Phrases, phraseOf, sentencesOf } from './phrases.ts';
import { openPieces, type Pieces, pieceOf } from './pieces.ts';

export type TextCodec = { pieces: Pieces; phrases: Phrases };

// A text's first byte: from PHRASE on a phrase's upper half, below LONG the length of what follows.
const PHRASE = 0x80;
const LONG = 0x7c;
/** With other letters than ASCII has, these written as \u and four digits. */
const ESCAPED = 0x7d;
const DIGITS = 0x7e;
const NONE = 0x7f;

/** Fewer are as short as they stand; more do not fit a number. */
const MIN_DIGITS = 5;
const MAX_DIGITS = 15;
/** Larger texts get memory of their own, which is not kept. */
const KEPT_SCRATCH_BYTES = 1 << 20;
const ESCAPED_CHARACTERS = /[\\\u0080-\uffff]/g;
const ESCAPES = /\\u([0-9a-f]{4})/g;

const plainScratch = Buffer.alloc(KEPT_SCRATCH_BYTES);

export function openTextCodec(): TextCodec {
  return { pieces: openPieces(), phrases: openPhrases() };
}

/** A text that other products hardly have. */
export function writeText(codec: TextCodec, target: CodedBytes, text: string): void {
  const plain = plainOf(text.length);
  if (!copyAscii(text, plain)) {
    const escaped = text.replace(ESCAPED_CHARACTERS, escapeOf);
    const escapedPlain = plainOf(escaped.length);
    copyAscii(escaped, escapedPlain);
    writePlain(codec, target, ESCAPED, escapedPlain, escaped.length);
  } else if (isNumber(plain, text.length)) {
    makeRoom(target, 1);
    target.bytes[target.at++] = DIGITS;
    writeNumber(target, Number(text));
  } else writePlain(codec, target, text.length < LONG ? text.length : LONG, plain, text.length);
}

/** A text that others may have too. */
export function writeValue(codec: TextCodec, target: CodedBytes, value: string): void {
  const phrase = phraseOf(codec.phrases, value);
  if (!phrase) writeText(codec, target, value);
  else {
    makeRoom(target, 2);
    target.bytes[target.at++] = PHRASE | (phrase.number >> 8);
    target.bytes[target.at++] = phrase.number;
  }
}

export function writeNoText(target: CodedBytes): void {
  makeRoom(target, 1);
  target.bytes[target.at++] = NONE;
}

export function writeSentences(codec: TextCodec, target: CodedBytes, text: string): void {
  const sentences = sentencesOf(text);
  writeNumber(target, sentences.length);
  for (const sentence of sentences) writeValue(codec, target, sentence);
}

export function readText(codec: TextCodec, source: CodedBytes): string {
  return readOptionalText(codec, source) ?? '';
}

export function readOptionalText(codec: TextCodec, source: CodedBytes): string | null {
  const head = source.bytes[source.at++] as number;
  if (head >= PHRASE) {
    return (codec.phrases.list[((head - PHRASE) << 8) | (source.bytes[source.at++] as number)] as Phrase).text;
  }
  if (head < LONG) return readPlain(codec, source, head);
  if (head === DIGITS) return String(readNumber(source));
  if (head === NONE) return null;
  const plain = readPlain(codec, source, readNumber(source));
  if (head === LONG) return plain;
  return plain.replace(ESCAPES, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

export function readSentences(codec: TextCodec, source: CodedBytes): string {
  let text = '';
  const count = readNumber(source);
  for (let read = 0; read < count; read++) text += read === 0 ? readText(codec, source) : ` ${readText(codec, source)}`;
  return text;
}

function plainOf(length: number): Buffer {
  return length > KEPT_SCRATCH_BYTES ? Buffer.alloc(length) : plainScratch;
}

/** False where it has other letters. */
function copyAscii(text: string, plain: Uint8Array): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return false;
    plain[at] = code;
  }
  return true;
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Digits that are the same again when they were a number. */
function isNumber(plain: Uint8Array, length: number): boolean {
  if (length < MIN_DIGITS || length > MAX_DIGITS || plain[0] === 48) return false;
  for (let at = 0; at < length; at++) if ((plain[at] as number) < 48 || (plain[at] as number) > 57) return false;
  return true;
}

function writePlain(codec: TextCodec, target: CodedBytes, head: number, plain: Uint8Array, length: number): void {
  makeRoom(target, length + 1);
  target.bytes[target.at++] = head;
  if (head >= LONG) writeNumber(target, length);
  makeRoom(target, length);
  const { bytes } = target;
  let size = target.at;
  for (let at = 0; at < length; ) {
    const { piece, end } = pieceOf(codec.pieces, plain, at, length);
    if (piece >= 0) {
      bytes[size++] = 0x80 | (piece >> 8);
      bytes[size++] = piece & 0xff;
    } else {
      for (let from = at; from < end; from++) bytes[size++] = plain[from] as number;
    }
    at = end;
  }
  target.at = size;
}

function readPlain({ pieces }: TextCodec, source: CodedBytes, length: number): string {
  const plain = plainOf(length);
  const { bytes: pieceBytes, starts } = pieces;
  const { bytes } = source;
  let { at } = source;
  for (let size = 0; size < length; ) {
    const byte = bytes[at++] as number;
    if (byte < 0x80) {
      plain[size++] = byte;
      continue;
    }
    const piece = ((byte & 0x7f) << 8) | (bytes[at++] as number);
    const end = starts[piece + 1] as number;
    for (let from = starts[piece] as number; from < end; from++) plain[size++] = pieceBytes[from] as number;
  }
  source.at = at;
  return plain.toString('latin1', 0, length);
}
