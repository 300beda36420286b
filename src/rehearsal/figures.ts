// Figures of a second, small enough to be sent between processes, and added up by whoever gets them.
export const ENDINGS = ['ok', 'refused', 'shed', 'fault', 'lost'] as const;
/** ok: got it. refused: a "no" that the contract has. shed: 503 or 429. fault: any other. lost: no answer. */
export type Ending = (typeof ENDINGS)[number];
export const GROUPS = ['visit', 'look', 'buy', 'wait', 'pay'] as const;
/** visit: the visitor's looks; all others are the crowd's. */
export type Group = (typeof GROUPS)[number];
export type CrowdGroup = Exclude<Group, 'visit'>;
/** Counts by bucket; the bucket's upper bound follows from its number. */
export type Histogram = Record<number, number>;

export type Second = {
  second: number;
  offered: number;
  endings: Record<Ending, number>;
  latency: Record<Group, Histogram>;
};

const BUCKETS_AN_OCTAVE = 16; // 4 % wide
const SMALLEST_MS = 0.25;

export function newSecond(second: number): Second {
  return {
    second,
    offered: 0,
    endings: { ok: 0, refused: 0, shed: 0, fault: 0, lost: 0 },
    latency: { visit: {}, look: {}, buy: {}, wait: {}, pay: {} },
  };
}

/** Seconds by the time of what happens in them, until they are taken. */
export function openSeconds(): { at(atMs: number): Second; take(): Second[] } {
  let seconds = new Map<number, Second>();
  return {
    at: (atMs) => {
      const second = Math.max(0, Math.floor(atMs / 1_000));
      const entry = seconds.get(second) ?? newSecond(second);
      seconds.set(second, entry);
      return entry;
    },
    take: () => {
      const taken = [...seconds.values()];
      seconds = new Map();
      return taken;
    },
  };
}

export function note(histogram: Histogram, latencyMs: number): void {
  const bucket = Math.ceil(Math.log2(Math.max(latencyMs, SMALLEST_MS) / SMALLEST_MS) * BUCKETS_AN_OCTAVE);
  histogram[bucket] = (histogram[bucket] ?? 0) + 1;
}

function add(into: Histogram, from: Histogram): void {
  for (const [bucket, count] of Object.entries(from)) into[Number(bucket)] = (into[Number(bucket)] ?? 0) + count;
}

export function addSecond(into: Second, from: Second): void {
  into.offered += from.offered;
  for (const ending of ENDINGS) into.endings[ending] += from.endings[ending];
  for (const group of GROUPS) add(into.latency[group], from.latency[group]);
}

export function sumOf(histograms: readonly Histogram[]): Histogram {
  const sum: Histogram = {};
  for (const histogram of histograms) add(sum, histogram);
  return sum;
}

export function countOf(histogram: Histogram): number {
  return Object.values(histogram).reduce((sum, count) => sum + count, 0);
}

/** Null without any request. */
export function percentileMs(histogram: Histogram, share: number): number | null {
  const total = countOf(histogram);
  if (total === 0) return null;
  let left = Math.ceil(total * share);
  for (const [bucket, count] of Object.entries(histogram).sort(([a], [b]) => Number(a) - Number(b))) {
    left -= count;
    if (left <= 0) return SMALLEST_MS * 2 ** (Number(bucket) / BUCKETS_AN_OCTAVE);
  }
  return null;
}

export function answered(second: Second): number {
  return ENDINGS.reduce((sum, ending) => sum + (ending === 'lost' ? 0 : second.endings[ending]), 0);
}
