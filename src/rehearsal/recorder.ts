// The figures of all load processes and of the drop, second by second, while it runs.
import { type BuyerEnd, nobodyGone } from './buyer.ts';
import { addSecond, ENDINGS, newSecond, percentileMs, type Second, sumOf } from './figures.ts';
import type { LoadMessage } from './load-process.ts';
import type { DropNow } from './store.ts';
import type { Struck } from './strike.ts';

export type Timeline = {
  /** One a second, from 0 on without a gap. */
  seconds: Second[];
  /** Null while the database could not be asked. */
  drop: (DropNow | null)[];
  struck: Struck[];
};
/** untilMs: what all load processes have told of. */
export type Crowd = { untilMs: number; came: number; gone: Record<BuyerEnd, number>; inFlight: number; lagMs: number };
export type Recorder = {
  timeline: Timeline;
  hear(part: number, message: Extract<LoadMessage, { kind: 'figures' }>): void;
  hearVisitor(seconds: Second[]): void;
  seeDrop(second: number, drop: DropNow | null): void;
  crowd(): Crowd;
  line(second: number, buyers: number): string;
};

const MAX_SECONDS = 7_200;

export function openRecorder(): Recorder {
  const timeline: Timeline = { seconds: [], drop: [], struck: [] };
  const parts = new Map<number, Crowd>();

  function at(second: number): Second | undefined {
    if (second > MAX_SECONDS) return undefined;
    for (let next = timeline.seconds.length; next <= second; next++) timeline.seconds.push(newSecond(next));
    return timeline.seconds[second];
  }

  function addAll(seconds: readonly Second[]): void {
    for (const second of seconds) {
      const entry = at(second.second);
      if (entry) addSecond(entry, second);
    }
  }

  function crowd(): Crowd {
    const sum: Crowd = {
      untilMs: Math.min(...[...parts.values()].map((part) => part.untilMs)),
      came: 0,
      gone: nobodyGone(),
      inFlight: 0,
      lagMs: 0,
    };
    for (const { came, gone, inFlight, lagMs } of parts.values()) {
      sum.came += came;
      sum.inFlight += inFlight;
      sum.lagMs = Math.max(sum.lagMs, lagMs);
      for (const end of Object.keys(gone) as BuyerEnd[]) sum.gone[end] += gone[end];
    }
    return sum;
  }

  return {
    timeline,
    hear: (part, { untilMs, seconds, came, gone, inFlight, lagMs }) => {
      parts.set(part, { untilMs, came, gone, inFlight, lagMs });
      addAll(seconds);
    },
    hearVisitor: addAll,
    seeDrop: (second, drop) => {
      if (!at(second)) return;
      while (timeline.drop.length < second) timeline.drop.push(timeline.drop.at(-1) ?? null);
      timeline.drop[second] = drop;
    },
    crowd,
    line: (second, buyers) => lineOf(timeline, crowd(), second, buyers),
  };
}

/** What is on the screen while it runs: the second that is just complete. */
function lineOf(timeline: Timeline, crowd: Crowd, now: number, buyers: number): string {
  const second = timeline.seconds[Math.min(now, Math.floor(crowd.untilMs / 1_000)) - 1] ?? newSecond(0);
  const drop = timeline.drop.at(-1);
  const answers = ENDINGS.map((ending) => [ending, second.endings[ending]] as const).filter(([, count]) => count > 0);
  const p99 = percentileMs(sumOf(Object.values(second.latency)), 0.99);
  const fault = timeline.struck.findLast((struck) => now * 1_000 - struck.atMs - struck.forMs < 4_000);
  return [
    clock(now),
    `${crowd.came.toLocaleString('en-US')}/${buyers.toLocaleString('en-US')} came`,
    `asked ${second.offered}/s`,
    answers.map(([ending, count]) => `${ending} ${count}`).join(' ') || 'no answers',
    p99 === null ? '' : `p99 ${Math.round(p99)} ms`,
    drop ? `held ${drop.held} sold ${drop.sold}/${drop.total} line ${drop.waiting}` : 'database away',
    fault ? `! ${fault.what}` : '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

export function clock(seconds: number): string {
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
