// Working memory of one query at a time in this thread, so that a query allocates nothing the size of the shop.
import { MAX_SEGMENT_SLOTS } from './segment.ts';

/** One segment's worth: 0.6 MB, which stays in the processor's cache. All marks are 0 between queries. */
export const scratch = {
  slots: new Uint16Array(MAX_SEGMENT_SLOTS),
  scores: new Float32Array(MAX_SEGMENT_SLOTS),
  marks: new Uint8Array(MAX_SEGMENT_SLOTS),
  hits: new Uint8Array(MAX_SEGMENT_SLOTS),
};
