// Bytes that are written one after the other and read in the same order; numbers take as few as they need.
import { roomFor } from './shared-arrays.ts';

export type CodedBytes = { bytes: Uint8Array; at: number };

// A number's first byte: below PAIRS the number itself, below LONGS its upper part with the lower one behind it,
// from LONGS on how many bytes follow, or one of the last two.
const PAIRS = 192;
const LONGS = 240;
const NONE = 254;
const FRACTION = 255;
const FIRST_LONG = PAIRS + (LONGS - PAIRS) * 256;
const MAX_NUMBER_BYTES = 9;

const fraction = new Float64Array(1);
const fractionBytes = new Uint8Array(fraction.buffer);

export function makeRoom(target: CodedBytes, length: number): void {
  target.bytes = roomFor(target.bytes, target.at + length);
}

export function writeNumber(target: CodedBytes, value: number | null): void {
  makeRoom(target, MAX_NUMBER_BYTES);
  const { bytes } = target;
  if (value === null) bytes[target.at++] = NONE;
  else if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
    bytes[target.at++] = FRACTION;
    fraction[0] = value;
    bytes.set(fractionBytes, target.at);
    target.at += fractionBytes.length;
  } else if (value < PAIRS) bytes[target.at++] = value;
  else if (value < FIRST_LONG) {
    bytes[target.at++] = PAIRS + ((value - PAIRS) >> 8);
    bytes[target.at++] = value - PAIRS;
  } else {
    const head = target.at++;
    for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes[target.at++] = rest % 256;
    bytes[head] = LONGS + target.at - head - 1;
  }
}

export function readNumber(source: CodedBytes): number {
  return readOptionalNumber(source) ?? 0;
}

export function readOptionalNumber(source: CodedBytes): number | null {
  const { bytes } = source;
  const head = bytes[source.at++] as number;
  if (head < PAIRS) return head;
  if (head < LONGS) return ((head - PAIRS) << 8) + (bytes[source.at++] as number) + PAIRS;
  if (head === NONE) return null;
  if (head === FRACTION) {
    for (let at = 0; at < fractionBytes.length; at++) fractionBytes[at] = bytes[source.at++] as number;
    return fraction[0] as number;
  }
  let value = 0;
  source.at += head - LONGS;
  for (let at = source.at - 1, end = at - (head - LONGS); at > end; at--) value = value * 256 + (bytes[at] as number);
  return value;
}
