// One drop, live. The figures stand in the page; client/drop-charts.ts keeps them up to date and draws the charts beside.
import { type Html, html, nothing } from '../../lib/html.ts';
import { assetUrl } from '../kit/assets.ts';
import { button, postButton } from '../kit/components/button.ts';
import { countText } from '../kit/components/count.ts';
import { selectField } from '../kit/components/field.ts';
import { keyValues } from '../kit/components/key-values.ts';
import { notice } from '../kit/components/notice.ts';
import { pageHead, panel } from '../kit/components/section.ts';
import { exactTime } from '../kit/components/time.ts';
import { layout } from '../kit/layout.ts';
import type { DropDocument } from './drop-json.ts';
import { MODE_TEXTS, type OperatorCaller, stateBadge } from './drops-page.ts';

const REFRESH_OFFERED_SECONDS = 5;

const CONDITIONS = [
  { value: 'none', text: 'Nothing more than an account' },
  { value: 'proof-of-work', text: 'A puzzle solved by the browser, or a short wait' },
  { value: 'verified-mail', text: 'An e-mail address that was verified' },
  { value: 'payment-method', text: 'A saved payment method' },
] as const;
/** In the order of the page; drop-charts.ts knows what belongs into each. */
const CHARTS = [
  { name: 'units', title: 'Units' },
  { name: 'line', title: 'Waiting in line' },
  { name: 'answers', title: 'Answers a second, this node' },
  { name: 'payments', title: 'Paid, declined, expired a second' },
  { name: 'node', title: 'Event loop delay, ms, this node' },
] as const;

type Asked = { refreshSeconds: number | undefined; saved: 'condition' | undefined };

export function dropPage(drop: DropDocument, caller: OperatorCaller, { refreshSeconds, saved }: Asked): Html {
  const path = `/operator/drops/${drop.productId}`;
  return layout({
    title: `Drop: ${drop.title}`,
    caller,
    robots: 'noindex',
    head: html`<link rel="stylesheet" href="${assetUrl('uPlot.css')}">
<script defer src="${assetUrl('uPlot.js')}"></script>`,
    scripts: ['drop-charts'],
    main: html`<nav class="breadcrumbs" aria-label="Breadcrumb"><ol><li><a href="/operator/drops">Drops</a></li><li aria-current="page">${drop.title}</li></ol></nav>
${pageHead(drop.title, html`<div class="actions">${stateBadge(drop.state)}${steps(drop, path)}</div>`)}
${saved ? notice('good', `Saved. Buyers must bring: ${conditionText(drop.entryCondition)}.`) : nothing}
<noscript>${refreshNote(path, refreshSeconds)}</noscript>
<p class="muted" data-live-status role="status"></p>
<div class="drop-watch" data-live="${path}">
${panel('Units', units(drop))}
${panel('Line and answers', answers(drop))}
${panel('Payments', payments(drop))}
${panel('Holds that run out', expiries(drop))}
${panel('This node', node(drop))}
${panel('Terms', terms(drop, path))}
</div>
<div class="drop-charts">${CHARTS.map(
      (chart) =>
        html`<figure data-chart="${chart.name}" hidden><figcaption>${chart.title}</figcaption><div></div></figure>`,
    )}</div>`,
  });
}

function conditionText(condition: DropDocument['entryCondition']): string {
  const text = CONDITIONS.find(({ value }) => value === condition)?.text ?? condition;
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function steps(drop: DropDocument, path: string): Html {
  return drop.state === 'paused'
    ? postButton(`${path}/resume`, 'Resume')
    : postButton(`${path}/pause`, 'Pause', {}, 'danger');
}

function refreshNote(path: string, refreshSeconds: number | undefined): Html {
  return refreshSeconds === undefined
    ? html`<p><a href="${path}?refresh=${REFRESH_OFFERED_SECONDS}">Load the figures again every ${REFRESH_OFFERED_SECONDS} seconds</a></p>`
    : html`<p>The figures are loaded again every ${refreshSeconds} seconds. <a href="${path}">Stop that</a></p>`;
}

/** `name` is the path into the document by which the script finds the figure again. */
function figure(name: string, value: number | null): Html {
  return html`<span class="number" data-figure="${name}">${value === null ? '–' : countText(value)}</span>`;
}

function units({ stock }: DropDocument): Html {
  return keyValues([
    ['In all', figure('stock.total', stock.total)],
    ['Available', figure('stock.available', stock.available)],
    ['Held', figure('stock.held', stock.held)],
    ['Being paid for', figure('stock.paying', stock.paying)],
    ['Sold', figure('stock.sold', stock.sold)],
    ['Returned', figure('stock.returned', stock.returned)],
  ]);
}

function answers({ line, answersPerSecond: answered }: DropDocument): Html {
  return keyValues([
    ['Waiting in line', figure('line.waiting', line.waiting)],
    ['Yes, a second', figure('answersPerSecond.yes', answered.yes)],
    ['No, a second', figure('answersPerSecond.no', answered.no)],
    ['Too many at once, a second', figure('answersPerSecond.shed', answered.shed)],
    ['Turned away, a second', figure('answersPerSecond.turnedAway', answered.turnedAway)],
  ]);
}

function payments({ payments: paid }: DropDocument): Html {
  return keyValues([
    ['Paid', figure('payments.succeeded', paid.succeeded)],
    ['Paid, a second', figure('payments.succeededPerSecond', paid.succeededPerSecond)],
    ['Declined', figure('payments.declined', paid.declined)],
    ['Under way', figure('payments.processing', paid.processing)],
    ['The bank asks the buyer', figure('payments.requiresAction', paid.requiresAction)],
    ['Too late, goes back', figure('payments.unsold', paid.unsold)],
  ]);
}

function expiries({ expiries: ends }: DropDocument): Html {
  const span = (from: number, to: number | null): string => {
    if (to === null) return `Later than ${from / 60} minutes`;
    return from === 0 ? 'Within a minute' : `In ${from / 60} to ${to / 60} minutes`;
  };
  return keyValues([
    ...ends.ahead.map(
      ({ fromSeconds, toSeconds, holds }, index) =>
        [span(fromSeconds, toSeconds), figure(`expiries.ahead.${index}.holds`, holds)] as const,
    ),
    ['Ran out so far', figure('expiries.past', ends.past)],
    ['Let go by buyers', figure('expiries.letGo', ends.letGo)],
  ]);
}

function node({ node: health }: DropDocument): Html {
  return keyValues([
    ['Database answers in, ms', figure('node.databaseMs', health.databaseMs)],
    ['Event loop delay p99, ms', figure('node.eventLoopMs', health.eventLoopMs)],
    ['Memory, MB', figure('node.memoryMegabytes', health.memoryMegabytes)],
    ['Buyers in the queue', figure('node.queuedBuyers', health.queuedBuyers)],
    ['Payments under way', figure('node.paymentsUnderWay', health.paymentsUnderWay)],
    ['Search lies behind, seconds', figure('node.replicaAgeSeconds', health.replicaAgeSeconds)],
    ['Open streams', figure('node.streams', health.streams)],
  ]);
}

function terms(drop: DropDocument, path: string): Html {
  return html`${keyValues([
    ['Opens', exactTime(drop.opensAt)],
    ['Sells by', MODE_TEXTS[drop.mode]],
    ['Limit a customer', drop.perCustomerLimit ?? 'none'],
    ['Hold, seconds', countText(drop.holdSeconds)],
  ])}<form method="post" action="${path}/condition">
${selectField({ name: 'entryCondition', label: 'Buyers must bring', value: drop.entryCondition, options: CONDITIONS, required: true })}
<p class="actions">${button('Change', 'quiet')}</p></form>
<p><a href="/product/${drop.productId}">As shoppers see it</a></p>`;
}
