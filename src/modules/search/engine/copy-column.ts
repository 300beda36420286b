// A column of old slots to a column of new ones. A loop for each width of number: one that sees all kinds of arrays takes five
// times as long, and a swap of segments is waited for.
import type { Columns } from './columns.ts';

/** In a remap: died, and has no new slot. */
export const NO_SLOT = 0xffffffff;

type Column = Columns[keyof Columns];

export function copyColumn(from: Column, to: Column, remap: Uint32Array): void {
  const width = from.BYTES_PER_ELEMENT;
  if (width === 1) copyBytes(from as Uint8Array, to as Uint8Array, remap);
  else if (width === 2) copyHalves(from as Uint16Array, to as Uint16Array, remap);
  else if (width === 4) copyWords(inWords(from), inWords(to), remap);
  else copyDoubles(from as Float64Array, to as Float64Array, remap);
}

function inWords({ buffer, byteOffset, length }: Column): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}

function copyBytes(from: Uint8Array, to: Uint8Array, remap: Uint32Array): void {
  for (let slot = 0; slot < remap.length; slot++) {
    const target = remap[slot] as number;
    if (target !== NO_SLOT) to[target] = from[slot] as number;
  }
}

function copyHalves(from: Uint16Array, to: Uint16Array, remap: Uint32Array): void {
  for (let slot = 0; slot < remap.length; slot++) {
    const target = remap[slot] as number;
    if (target !== NO_SLOT) to[target] = from[slot] as number;
  }
}

function copyWords(from: Uint32Array, to: Uint32Array, remap: Uint32Array): void {
  for (let slot = 0; slot < remap.length; slot++) {
    const target = remap[slot] as number;
    if (target !== NO_SLOT) to[target] = from[slot] as number;
  }
}

function copyDoubles(from: Float64Array, to: Float64Array, remap: Uint32Array): void {
  for (let slot = 0; slot < remap.length; slot++) {
    const target = remap[slot] as number;
    if (target !== NO_SLOT) to[target] = from[slot] as number;
  }
}
