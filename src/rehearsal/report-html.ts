// The report as one file that needs nothing else: its figures, its charts and uPlot inside.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { html, nothing, raw } from '../lib/html.ts';
import { answered, ENDINGS, type GROUPS, percentileMs, sumOf } from './figures.ts';
import { FAULTS } from './plan.ts';
import { clock } from './recorder.ts';
import type { Result } from './rehearse.ts';
import { totalsOf } from './report-text.ts';

const packages = createRequire(import.meta.url);

export function reportHtml(result: Result): string {
  const { plan, reasons, audit, findings, timeline } = result;
  const totals = totalsOf(result);
  const isPass = reasons.length === 0;
  const count = (value: number): string => value.toLocaleString('en-US');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Souk rehearsal, seed ${plan.seed}: ${isPass ? 'PASS' : 'FAIL'}</title>
<style>${raw(readFileSync(packages.resolve('uplot/dist/uPlot.min.css'), 'utf8'))}
${raw(readFileSync(new URL('report.css', import.meta.url), 'utf8'))}</style>
</head>
<body>
<header>
<p class="verdict ${isPass ? 'pass' : 'fail'}">${isPass ? 'PASS' : 'FAIL'}</p>
<h1>${count(plan.buyers)} buyers, ${count(plan.stock)} units</h1>
<p>mode ${plan.mode}, arrival ${plan.arrival}, ${plan.faults.length === 0 ? 'no faults' : `faults: ${plan.faults.join(', ')}`} · seed ${plan.seed}, schedule ${result.scheduleHash} · ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC</p>
</header>
<main>
${isPass ? '' : html`<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
<dl class="figures">
${figure('requests', count(result.requests))}${figure('a second at the peak', count(totals.offeredPeak))}
${figure('sold', `${count(totals.sold)} of ${count(plan.stock)}`)}${figure('in line at most', count(totals.waitingPeak))}
${figure('p99 of a visitor’s looking', latencyText(percentileMs(totals.latency.visit, 0.99)))}${figure('p99 of pressing Buy', latencyText(percentileMs(totals.latency.buy, 0.99)))}
${figure('p99 of paying', latencyText(percentileMs(totals.latency.pay, 0.99)))}${figure('seconds in all', count(Math.round(result.tookMs / 1_000)))}
</dl>
<h2>What was broken</h2>
${plan.faults.includes('payments') ? html`<p>From the first to the last: ${FAULTS.payments}.</p>` : nothing}
${timeline.struck.length === 0 ? html`<p>${plan.faults.includes('payments') ? 'Nothing else.' : 'Nothing.'}</p>` : html`<ol class="faults">${timeline.struck.map((struck) => html`<li><time>${clock(Math.floor(struck.atMs / 1_000))}</time> ${struck.what}</li>`)}</ol>`}
<h2>Requests a second</h2><div id="rates"></div>
<h2>Latency, from the moment a request was due</h2><div id="latency"></div>
<h2>The drop</h2><div id="drop"></div>
<h2>The proof</h2>
<table>
${[
  ...audit.checks.map(({ promise, offending }) =>
    proofRow('books', promise, offending.length, JSON.stringify(offending[0] ?? '')),
  ),
  ...findings.map(({ promise, count: times, examples }) => proofRow('history', promise, times, examples[0] ?? '')),
]}
</table>
<p>Settled ${Math.round(result.settled.tookMs / 1_000)} s after the crowd. ${count(result.books.charges.length)} charges at the provider, ${count(result.books.orders.length)} orders.</p>
</main>
<script type="application/json" id="figures">${raw(JSON.stringify(chartData(result)).replaceAll('<', '\\u003c'))}</script>
<script>${raw(readFileSync(packages.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'))}</script>
<script>${raw(readFileSync(new URL('report-charts.js', import.meta.url), 'utf8'))}</script>
</body>
</html>`;
  return String(page);
}

function figure(name: string, value: string) {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function proofRow(where: string, promise: string, offending: number, example: string) {
  return html`<tr class="${offending === 0 ? 'ok' : 'bad'}"><td>${offending === 0 ? 'ok' : `${offending} ×`}</td><td>${where}</td><td>${promise}${offending === 0 ? '' : html`<br><code>${example}</code>`}</td></tr>`;
}

function latencyText(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Columns as uPlot takes them, one value a second. */
function chartData({ timeline, plan }: Result): Record<string, unknown> {
  const { seconds, drop, struck } = timeline;
  const percentiles = (share: number, groups: readonly (typeof GROUPS)[number][]): (number | null)[] =>
    seconds.map((second) => percentileMs(sumOf(groups.map((group) => second.latency[group])), share));
  return {
    seconds: seconds.map((second) => second.second),
    stock: plan.stock,
    offered: seconds.map((second) => second.offered),
    answered: seconds.map(answered),
    endings: Object.fromEntries(ENDINGS.map((ending) => [ending, seconds.map((second) => second.endings[ending])])),
    latency: {
      visitP50: percentiles(0.5, ['visit']),
      visitP99: percentiles(0.99, ['visit']),
      lookP99: percentiles(0.99, ['look']),
      buyP50: percentiles(0.5, ['buy']),
      buyP99: percentiles(0.99, ['buy']),
      payP99: percentiles(0.99, ['pay']),
    },
    held: seconds.map((_, n) => drop[n]?.held ?? null),
    sold: seconds.map((_, n) => drop[n]?.sold ?? null),
    waiting: seconds.map((_, n) => drop[n]?.waiting ?? null),
    struck: struck.map(({ atMs, forMs, what }) => ({ from: atMs / 1_000, to: (atMs + forMs) / 1_000, what })),
  };
}
