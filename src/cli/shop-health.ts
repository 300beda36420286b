// What an open shop still lacks, as its web process says it on the second port.
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from './ports.ts';

const ANSWER_WITHIN_MS = 5_000;
const ASK_EVERY_MS = 1_000;

export async function readDegraded(opsPort: number): Promise<string[]> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await fetch(`http://${LOOPBACK}:${opsPort}/health/ready`, { signal });
    return ((await answer.json()) as { degraded: string[] }).degraded;
  } catch {
    // Whoever was ready a moment ago is on its way down or very busy: neither is a reason for this process to end.
    return ['web: /health/ready does not answer'];
  }
}

/** Waits until searches are answered, or for the end. */
export async function untilSearching(opsPort: number, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted && (await readDegraded(opsPort)).some((what) => /^(?:search|web):/.test(what))) {
    await sleep(ASK_EVERY_MS, undefined, { signal: stopping }).catch(() => {});
  }
}
