// Working memory of one query at a time in this thread, so that a query allocates nothing the size of the shop.
import { MAX_PROFILES } from './profiles.ts';
import { MAX_SEGMENT_SLOTS } from './segment.ts';

/** One segment's worth: 0.8 MB, which stays in the processor's cache. Marks, hits and counts are 0 between queries. */
export const scratch = {
  slots: new Uint16Array(MAX_SEGMENT_SLOTS),
  scores: new Float32Array(MAX_SEGMENT_SLOTS),
  marks: new Uint8Array(MAX_SEGMENT_SLOTS),
  hits: new Uint8Array(MAX_SEGMENT_SLOTS),
  /** Found, and through all filters. */
  passing: new Uint16Array(MAX_SEGMENT_SLOTS),
  /** By profile: which filters on its category, brand and seller fail. */
  profileFails: new Uint8Array(MAX_PROFILES),
};
