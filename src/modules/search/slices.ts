// Long work in short slices, so that no request waits for it.
import { setImmediate } from 'node:timers/promises';

/** A query takes a millisecond or two, so one that comes in mid-slice waits about as long as four others. */
const SLICE_MS = 8;

/** Resolves at once while the slice lasts, else after everybody else had a turn. */
type Pause = () => Promise<void> | undefined;

export function openSlices(): Pause {
  let until = performance.now() + SLICE_MS;
  return () => {
    if (performance.now() < until) return undefined;
    return setImmediate().then(() => {
      until = performance.now() + SLICE_MS;
    });
  };
}

export async function runSliced<T>(work: Generator<unknown, T, undefined>): Promise<T> {
  const pause = openSlices();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await pause();
  }
}
