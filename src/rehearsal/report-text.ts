// The verdict and its figures, in the terminal and for programs.
import { ENDINGS, type Ending, GROUPS, type Group, type Histogram, percentileMs, sumOf } from './figures.ts';
import { clock } from './recorder.ts';
import type { Result } from './rehearse.ts';

const GROUP_NAMES: Record<Group, string> = {
  visit: 'a visitor, looking',
  look: 'the crowd, looking',
  buy: 'pressing Buy',
  wait: 'asking how it stands',
  pay: 'paying',
};
const ENDING_NAMES: Record<Ending, string> = {
  ok: 'yes',
  refused: 'a no of the contract',
  shed: 'come again (503, 429)',
  fault: 'anything else',
  lost: 'no answer',
};

export type Totals = {
  endings: Record<Ending, number>;
  latency: Record<Group, Histogram>;
  offeredPeak: number;
  sold: number;
  waitingPeak: number;
};

export function totalsOf({ timeline, books }: Result): Totals {
  const { seconds, drop } = timeline;
  return {
    endings: Object.fromEntries(
      ENDINGS.map((ending) => [ending, seconds.reduce((sum, second) => sum + second.endings[ending], 0)]),
    ) as Totals['endings'],
    latency: Object.fromEntries(
      GROUPS.map((group) => [group, sumOf(seconds.map((second) => second.latency[group]))]),
    ) as Totals['latency'],
    offeredPeak: Math.max(0, ...seconds.map((second) => second.offered)),
    sold: books.orders.filter((order) => order.state !== 'cancelled').length,
    waitingPeak: Math.max(0, ...drop.map((now) => now?.waiting ?? 0)),
  };
}

export function reportText(result: Result, reportPath: string): string {
  const { plan, crowd, audit, findings, settled, reasons } = result;
  const totals = totalsOf(result);
  const count = (value: number): string => value.toLocaleString('en-US');
  const ms = (value: number | null): string => (value === null ? '–' : `${count(Math.round(value))} ms`).padStart(10);
  return [
    '',
    `  ${count(plan.buyers)} buyers, ${count(plan.stock)} units, mode ${plan.mode}${plan.condition === 'none' ? '' : `, ${plan.condition}`}, arrival ${plan.arrival}, seed ${plan.seed}, schedule ${result.scheduleHash}`,
    `  ${count(result.requests)} requests, ${count(totals.offeredPeak)}/s at the peak; ${count(totals.sold)} sold, ${count(totals.waitingPeak)} in line at most; ${Math.round(result.tookMs / 1_000)} s in all`,
    `  buyers: ${Object.entries(crowd.gone)
      .filter(([, people]) => people > 0)
      .map(([end, people]) => `${count(people)} ${end}`)
      .join(', ')}`,
    '',
    `  ${'from the scheduled time on'.padEnd(26)}${['p50', 'p95', 'p99', 'p99.9'].map((name) => name.padStart(10)).join('')}`,
    ...GROUPS.map(
      (group) =>
        `  ${GROUP_NAMES[group].padEnd(26)}${[0.5, 0.95, 0.99, 0.999].map((share) => ms(percentileMs(totals.latency[group], share))).join('')}`,
    ),
    '',
    `  answers: ${ENDINGS.filter((ending) => totals.endings[ending] > 0)
      .map((ending) => `${count(totals.endings[ending])} ${ENDING_NAMES[ending]}`)
      .join(', ')}`,
    ...result.timeline.struck.map(({ atMs, what }) => `  ${clock(Math.floor(atMs / 1_000))}  ${what}`),
    `  settled ${Math.round(settled.tookMs / 1_000)} s after the crowd`,
    '',
    ...audit.checks.map(({ promise, offending }) => `  ${offending.length === 0 ? 'ok ' : 'BAD'}  books: ${promise}`),
    ...findings.map(({ promise, count: times }) => `  ${times === 0 ? 'ok ' : 'BAD'}  history: ${promise}`),
    '',
    ...(reasons.length === 0 ? ['  PASS'] : ['  FAIL', ...reasons.map((reason) => `    ${reason}`)]),
    `  ${reportPath}`,
    '',
  ].join('\n');
}

export function reportJson(result: Result): Record<string, unknown> {
  const { plan, scheduleHash, crowd, requests, settled, audit, findings, reasons, timeline, tookMs } = result;
  const { endings, latency, offeredPeak, sold, waitingPeak } = totalsOf(result);
  return {
    verdict: reasons.length === 0 ? 'PASS' : 'FAIL',
    reasons,
    plan,
    scheduleHash,
    requests,
    offeredPeak,
    endings,
    latencyMs: Object.fromEntries(
      GROUPS.map((group) => [
        group,
        {
          p50: percentileMs(latency[group], 0.5),
          p95: percentileMs(latency[group], 0.95),
          p99: percentileMs(latency[group], 0.99),
        },
      ]),
    ),
    sold,
    waitingPeak,
    buyers: crowd.gone,
    faults: timeline.struck,
    settled,
    audit,
    history: findings,
    tookMs: Math.round(tookMs),
  };
}
