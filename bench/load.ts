// What the benchmarks share: closed loops, percentiles, a table.
export type LoopFigures = { perSecond: number; p50Ms: number; p99Ms: number };

/** `count` calls, `inFlight` of them at any time. */
export async function closedLoop(
  count: number,
  inFlight: number,
  call: (n: number) => Promise<unknown>,
): Promise<LoopFigures> {
  const latenciesMs = new Float64Array(count);
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const n = next++;
      const startedAt = performance.now();
      await call(n);
      latenciesMs[n] = performance.now() - startedAt;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, caller));
  const seconds = (performance.now() - startedAt) / 1_000;
  latenciesMs.sort();
  return { perSecond: count / seconds, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) };
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function printTable(rows: Record<string, string | number>[]): void {
  const names = Object.keys(rows[0] ?? {});
  const text = (value: string | number | undefined): string =>
    typeof value === 'number'
      ? value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 })
      : (value ?? '');
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => text(row[name]).length)));
  const line = (cells: string[]): string =>
    cells.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  ');
  console.log(line(names));
  for (const row of rows) console.log(line(names.map((name) => text(row[name]))));
}
