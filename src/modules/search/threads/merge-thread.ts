// A worker thread that merges segments, one merge at a time: it reads their arrays and makes new ones, all in shared memory.
import { parentPort } from 'node:worker_threads';
import { mergeSegments } from '../engine/merge.ts';
import { type SharedSegment, segmentToRead } from '../engine/shared-segment.ts';

export type MergeRequest = { segment: SharedSegment; alive: Uint8Array }[];

parentPort?.on('message', (request: MergeRequest) => {
  const sources = request.map(({ segment, alive }) => ({ segment: segmentToRead(segment), alive }));
  const work = mergeSegments(sources);
  let step = work.next();
  while (!step.done) step = work.next();
  parentPort?.postMessage(step.value);
});
