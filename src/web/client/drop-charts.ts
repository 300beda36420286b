// Keeps an operator's drop page up to date and draws its charts. Without this script the page has the same figures.
//   <div data-live="/operator/drops/4711"> <span data-figure="stock.held">12</span> … </div> and <figure data-chart="units">
// The server sends the last ten minutes first (event `history`), then the document once a second with its row as `point`.
import type UPlot from 'uplot';

// A script of its own, loaded before this one.
declare const uPlot: typeof UPlot;

type Line = { column: string; label: string; color: string };

const MAX_POINTS = 600;
const HEIGHT_PX = 190;
const SILENT_AFTER_MS = 5_000;
const TIME_STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300];
const TIME_LABEL = '{HH}:{mm}:{ss}';
const TIME_LABEL_PX = 75;
const LAST_LABEL_PX = 28;
// By number of the line: whoever does not see colours sees these.
const DASHES = [[], [8, 4], [2, 3], [12, 4, 2, 4]];
// Names of the style sheet's colours.
const CHARTS: Record<string, Line[]> = {
  units: [
    { column: 'available', label: 'Available', color: '--good' },
    { column: 'held', label: 'Held', color: '--saffron' },
    { column: 'sold', label: 'Sold', color: '--ink' },
  ],
  line: [{ column: 'waiting', label: 'Waiting', color: '--tile' }],
  answers: [
    { column: 'yes', label: 'Yes', color: '--good' },
    { column: 'no', label: 'No', color: '--ink' },
    { column: 'shed', label: 'Shed', color: '--bad' },
    { column: 'turnedAway', label: 'Turned away', color: '--saffron' },
  ],
  payments: [
    { column: 'paid', label: 'Paid', color: '--good' },
    { column: 'declined', label: 'Declined', color: '--bad' },
    { column: 'expired', label: 'Expired', color: '--saffron' },
  ],
  node: [{ column: 'eventLoopMs', label: 'Delay', color: '--tile' }],
};

const shown = document.querySelector<HTMLElement>('[data-live]');
const address = shown?.dataset.live;
if (shown && address) follow(shown, address);

function follow(figures: HTMLElement, from: string): void {
  const status = document.querySelector('[data-live-status]');
  const charts = [...document.querySelectorAll<HTMLElement>('[data-chart]')].map(drawn);
  let columns: string[] = [];
  let points: number[][] = [];
  let heardAt = performance.now();
  let silent = false;

  const source = new EventSource(from);
  source.addEventListener('history', (event: MessageEvent<string>) => {
    ({ columns, points } = JSON.parse(event.data) as { columns: string[]; points: number[][] });
    redraw();
  });
  source.addEventListener('message', (event: MessageEvent<string>) => {
    const { point, ...drop } = JSON.parse(event.data) as { point: number[]; state: string };
    heardAt = performance.now();
    say(false);
    for (const element of figures.querySelectorAll<HTMLElement>('[data-figure]')) {
      const text = figureText(drop, element.dataset.figure ?? '');
      if (element.textContent !== text) element.textContent = text;
    }
    showState(drop.state);
    // A database that does not answer leaves the point as it was.
    if (point[0] === points.at(-1)?.[0]) return;
    points.push(point);
    if (points.length > MAX_POINTS) points.shift();
    redraw();
  });
  setInterval(() => say(performance.now() - heardAt > SILENT_AFTER_MS), 1_000);
  window.addEventListener('pagehide', () => source.close());

  function showState(state: string): void {
    const badge = document.querySelector<HTMLElement>('[data-state]');
    if (!badge || badge.dataset.state === state) return;
    // Paused or resumed, by whomever: the page comes with the other button.
    if (state === 'paused' || badge.dataset.state === 'paused') location.reload();
    badge.dataset.state = state;
    badge.className = `badge badge-${state === 'open' ? 'good' : state === 'sold_out' ? 'bad' : 'plain'}`;
    badge.textContent = state === 'open' ? 'Open' : state === 'sold_out' ? 'Sold out' : 'Announced';
  }

  function redraw(): void {
    const data = points[0]?.map((_, index) => points.map((point) => point[index] ?? 0)) ?? [];
    for (const chart of charts) chart(columns, data);
  }

  function say(isSilent: boolean): void {
    if (!status || isSilent === silent) return;
    silent = isSilent;
    status.textContent = isSilent ? 'The server is silent. These figures are old.' : 'Live again.';
  }
}

function figureText(drop: unknown, path: string): string {
  const value = path.split('.').reduce((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], drop);
  return typeof value === 'number' ? value.toLocaleString('en-US') : '–';
}

/** Takes all columns and draws those that belong to this figure. */
function drawn(figure: HTMLElement): (columns: string[], data: number[][]) => void {
  const lines = CHARTS[figure.dataset.chart ?? ''] ?? [];
  const frame = figure.querySelector('div') ?? figure;
  figure.hidden = false;
  let plot: UPlot | undefined;
  const pick = (columns: string[], data: number[][]): UPlot.AlignedData =>
    ['at', ...lines.map((line) => line.column)].map((name) => data[columns.indexOf(name)] ?? []) as UPlot.AlignedData;
  new ResizeObserver(() => plot?.setSize({ width: frame.clientWidth, height: HEIGHT_PX })).observe(frame);
  return (columns, data) => {
    const picked = pick(columns, data);
    if (plot) plot.setData(picked);
    // Of a single moment there is no line, and its axis would show years to come.
    else if (picked[0].length > 1) plot = new uPlot(options(frame, lines), picked, frame);
  };
}

function options(frame: HTMLElement, lines: Line[]): UPlot.Options {
  const style = getComputedStyle(frame);
  const color = (name: string): string => resolved(frame, style.getPropertyValue(name));
  const axis = { stroke: color('--muted'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  return {
    width: frame.clientWidth,
    height: HEIGHT_PX,
    padding: [null, LAST_LABEL_PX, null, null],
    // As all times of the shop, and not those of a browser in America or Asia.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.1)] } },
    axes: [
      { ...axis, incrs: TIME_STEPS_SECONDS, space: TIME_LABEL_PX, values: TIME_LABEL },
      { ...axis, size: 64, values: (_plot, splits) => splits.map((value) => value.toLocaleString('en-US')) },
    ],
    series: [
      { label: 'UTC', value: TIME_LABEL },
      ...lines.map((line, index) => ({
        label: line.label,
        stroke: color(line.color),
        width: 2,
        dash: DASHES[index] ?? [],
        points: { show: false },
      })),
    ],
  };
}

/** A canvas does not know light-dark(); the style engine does. */
function resolved(frame: HTMLElement, value: string): string {
  const probe = document.createElement('span');
  probe.style.color = value;
  frame.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
