// What is dear to make and may be some seconds old.
import { Problem } from '../../lib/problem.ts';

/**
 * The last value while it is fresh; those who ask meanwhile share one making. While what it is made of is out, the last one is answered.
 */
export function keptFor<Value>(freshMs: number, make: () => Promise<Value>): () => Promise<Value> {
  let kept: { until: number; value: Promise<Value> } | undefined;
  return () => {
    if (kept && performance.now() < kept.until) return kept.value;
    const last = kept?.value;
    const value = make().catch((error: unknown) => {
      if (last !== undefined && error instanceof Problem) return last;
      kept = undefined;
      throw error;
    });
    kept = { until: performance.now() + freshMs, value };
    return value;
  };
}
