// Arrivals by the clock, whether or not earlier ones were answered; latency counts from when a request was due (no coordinated omission).
import { setTimeout as sleep } from 'node:timers/promises';

export type Phase = { perSecond: number; seconds: number };
export type Second = {
  /** Due in this second, and what they heard how much later. */
  offered: number;
  latenciesMs: Map<number, number[]>;
  /** Answers that came in this second, whenever they were due. */
  answered: Map<number, number>;
};

const TICK_MS = 4;

/** What was offered in each second, and when it was answered with which status. Resolves when all answers are in. */
export async function openLoop(phases: readonly Phase[], call: (n: number) => Promise<number>): Promise<Second[]> {
  const seconds: Second[] = [];
  const answers: Promise<void>[] = [];
  let n = 0;
  const startMs = performance.now();
  let phaseStartMs = startMs;
  for (const { perSecond, seconds: length } of phases) {
    const total = Math.round(perSecond * length);
    const first = seconds.length;
    for (let s = 0; s < length; s++) seconds.push({ offered: 0, latenciesMs: new Map(), answered: new Map() });
    for (let sent = 0; sent < total; ) {
      const due = Math.min(total, Math.ceil(((performance.now() - phaseStartMs) * perSecond) / 1_000));
      for (; sent < due; sent++) {
        const dueMs = phaseStartMs + (sent * 1_000) / perSecond;
        const bin = seconds[first + Math.floor(sent / perSecond)];
        if (bin) bin.offered++;
        answers.push(
          call(n++).then((status) => {
            const latencies = bin?.latenciesMs.get(status);
            const nowMs = performance.now();
            const latencyMs = nowMs - dueMs;
            const answered = seconds[Math.floor((nowMs - startMs) / 1_000)]?.answered;
            answered?.set(status, (answered.get(status) ?? 0) + 1);
            if (latencies) latencies.push(latencyMs);
            else bin?.latenciesMs.set(status, [latencyMs]);
          }),
        );
      }
      await sleep(TICK_MS);
    }
    phaseStartMs += length * 1_000;
  }
  await Promise.all(answers);
  return seconds;
}

export function p99(latencies: readonly number[]): number {
  const sorted = latencies.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? Number.NaN;
}
