// Merging in a worker thread, so that no request waits for it. A merge that the thread does not finish is done again, and in
// the end here, in slices: a segment too many costs time only, but packing must not stop for ever.
import { Worker } from 'node:worker_threads';
import type { Log } from '../../../lib/log.ts';
import { type Merged, mergeSegments, mergeSource } from '../engine/merge.ts';
import type { MergeableSegment, Packing } from '../engine/packing.ts';
import { sharedSegment } from '../engine/shared-segment.ts';
import { openSlices, runSliced } from '../slices.ts';
import type { MergeRequest } from './merge-thread.ts';

export type Merger = {
  /** Runs a packing to its end. */
  run(packing: Packing): Promise<void>;
  /** When nothing runs any more. */
  close(): Promise<void>;
};

/** Fewer are merged here sooner than sent there: a thousand products take about a millisecond. */
const MIN_SLOTS_FOR_THREAD = 2_048;
const MAX_TRIES = 2;
/** The largest merge takes a tenth of a second. */
const MERGE_TIMEOUT_MS = 20_000;
/** Then the thread goes, with its memory; the next merge starts another one. */
const IDLE_MS = 30_000;

export function openMerger(log: Log, script: URL = new URL('./merge-thread.ts', import.meta.url)): Merger {
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function start(): Worker {
    const started = new Worker(script, { name: 'search merge' });
    // Who waits for an answer hears of it too; between two merges nobody does.
    started.on('error', () => {});
    started.on('exit', () => {
      if (thread === started) thread = undefined;
    });
    return started;
  }

  async function end(): Promise<void> {
    clearTimeout(idle);
    const ending = thread;
    thread = undefined;
    await ending?.terminate();
  }

  async function merge(segments: MergeableSegment[]): Promise<Merged> {
    const sources = segments.map(mergeSource);
    const slots = sources.reduce((sum, { alive }) => sum + alive.length, 0);
    if (slots < MIN_SLOTS_FOR_THREAD) return runSliced(mergeSegments(sources));
    const request: MergeRequest = segments.map((segment, at) => ({
      segment: sharedSegment(segment),
      alive: sources[at]?.alive ?? new Uint8Array(),
    }));
    clearTimeout(idle);
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      try {
        thread ??= start();
        const merged = await answerOf(thread, request);
        idle = setTimeout(end, IDLE_MS).unref();
        return merged;
      } catch (error) {
        log.warn({ err: error, tries }, 'the thread that merges search segments failed');
        await end();
      }
    }
    log.warn({ slots }, 'search segments are merged between requests, which slows these a little');
    return runSliced(mergeSegments(sources));
  }

  /** Two states may be packed at once, the old one and the one that a scan makes. */
  function inTurn(work: () => Promise<Merged>): Promise<Merged> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  return {
    async run(packing) {
      const pause = openSlices();
      for (let step = packing.next(); !step.done; ) {
        const segments = step.value;
        const merged = segments && (await inTurn(() => merge(segments)));
        if (!merged) await pause();
        step = packing.next(merged);
      }
    },
    close: end,
  };
}

function answerOf(thread: Worker, request: MergeRequest): Promise<Merged> {
  const { promise, resolve, reject } = Promise.withResolvers<Merged>();
  const ended = (code: number) => reject(new Error(`it ended with code ${code}`));
  const late = setTimeout(() => reject(new Error(`it took longer than ${MERGE_TIMEOUT_MS} ms`)), MERGE_TIMEOUT_MS);
  thread.ref();
  thread.once('message', resolve).once('error', reject).once('exit', ended);
  thread.postMessage(request);
  return promise.finally(() => {
    clearTimeout(late);
    thread.off('message', resolve).off('error', reject).off('exit', ended);
    thread.unref();
  });
}
