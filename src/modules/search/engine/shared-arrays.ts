// Typed arrays in memory that every thread of the node can read: one copy, however many threads search.

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

export function sharedUint8(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

export function sharedUint16(length: number): Uint16Array {
  return new Uint16Array(new SharedArrayBuffer(length * 2));
}

export function sharedUint32(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

export function sharedFloat32(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * 4));
}

export function sharedFloat64(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}

/** The same numbers with room for at least `length`: half as much again, for doubling 1M products would waste a third of a node. */
export function roomFor<T extends Numbers>(array: T, length: number): T {
  if (length <= array.length) return array;
  return resized(array, Math.max(length, Math.ceil(array.length * 1.5)));
}

/** The first `length` numbers in an array of just that length, zeros behind what there is. */
export function resized<T extends Numbers>(array: T, length: number): T {
  const make = array.constructor as new (buffer: SharedArrayBuffer) => T;
  const other = new make(new SharedArrayBuffer(length * array.BYTES_PER_ELEMENT));
  other.set(length < array.length ? array.subarray(0, length) : array);
  return other;
}
