// Work that may wait a moment, some milliseconds of it a turn of the event loop. In between whoever came meanwhile is read, and what is
// short (a page, a refusal) is answered. A process has one event loop, so there is one queue: several that took a few milliseconds
// of a turn each held it up together for 15 ms and more.

const WORK_A_TURN_MS = 1;
/** Between two looks at the clock: what one request does next takes 0.05 to 0.2 ms. */
const WORKS_AT_ONCE = 5;

// As long as there are requests that were let in: its bound is theirs.
const waiting: (() => void)[] = [];
let isComing = false;
let endedMs = 0;

/** Runs `work`, which must not throw, in a turn that has time for it, in the order of asking. */
export function inTurn(work: () => void): void {
  waiting.push(work);
  if (isComing) return;
  isComing = true;
  setImmediate(workSome, WORK_A_TURN_MS);
}

function workSome(forMs: number): void {
  workUntil(performance.now() + forMs);
}

function workUntil(untilMs: number): void {
  for (const work of waiting.splice(0, WORKS_AT_ONCE)) work();
  // A tick that a microtask asks for comes when there are no more of them: these works have done what follows at once from them then.
  queueMicrotask(() => process.nextTick(goOn, untilMs));
}

function goOn(untilMs: number): void {
  const nowMs = performance.now();
  if (waiting.length > 0 && nowMs < untilMs) {
    workUntil(untilMs);
    return;
  }
  isComing = waiting.length > 0;
  if (!isComing) return;
  endedMs = nowMs;
  setImmediate(workOn);
}

/** Or half as long as all else took since: a crowd that is read without end must not keep those who were let in from being served. */
function workOn(): void {
  workSome(Math.max(WORK_A_TURN_MS, (performance.now() - endedMs) / 2));
}
