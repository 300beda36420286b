// What of a segment can be sent to another thread, and a segment made of it there: the same memory, nothing is copied.
import type { Columns } from './columns.ts';
import { type GrowingArrays, type GrowingSegment, growingSegmentToRead } from './growing-segment.ts';
import { type PackedArrays, type PackedSegment, packedSegment } from './packed-segment.ts';

export type SharedSegment =
  | { kind: 'packed'; number: number; slotCount: number; columns: Columns; arrays: PackedArrays }
  | { kind: 'growing'; number: number; arrays: GrowingArrays };

export function sharedSegment(segment: PackedSegment | GrowingSegment): SharedSegment {
  const { number } = segment;
  if ('listCount' in segment) return { kind: 'growing', number, arrays: segment.arrays };
  return { kind: 'packed', number, slotCount: segment.slotCount, columns: segment.columns, arrays: segment.arrays };
}

/** For reading only. */
export function segmentToRead(shared: SharedSegment): PackedSegment | GrowingSegment {
  if (shared.kind === 'growing') return growingSegmentToRead(shared.number, shared.arrays);
  return packedSegment(shared.number, shared.slotCount, 0, shared.columns, shared.arrays);
}
