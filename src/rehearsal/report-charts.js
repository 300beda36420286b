// Runs in the report, after uPlot: three charts over one time axis.
/* global uPlot */
const figures = JSON.parse(document.getElementById('figures').textContent);
// A canvas knows no light-dark(): what it comes to is asked of an element.
const probe = document.body.appendChild(document.createElement('i'));
const color = (name) => {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
};
const HEIGHT_PX = 300;
const charts = [];

/** Behind the lines: a band for as long as something stood still, else a stroke. */
function drawFaults({ ctx, bbox, valToPos }) {
  ctx.save();
  ctx.fillStyle = color('fault');
  ctx.globalAlpha = 0.35;
  for (const { from, to } of figures.struck) {
    const left = valToPos(from, 'x', true);
    ctx.fillRect(left, bbox.top, Math.max(2, valToPos(to, 'x', true) - left), bbox.height);
  }
  ctx.restore();
}

/** Above the plot, beside each other where faults were close: the numbers of the list of what was broken. */
function drawNumbers({ ctx, bbox, valToPos }) {
  const radius = 8 * devicePixelRatio;
  ctx.save();
  ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  let last = Number.NEGATIVE_INFINITY;
  figures.struck.forEach(({ from }, n) => {
    const x = Math.max(valToPos(from, 'x', true), last + 2.2 * radius);
    last = x;
    const y = bbox.top - radius - 2 * devicePixelRatio;
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = color('fault-number');
    ctx.fill();
    ctx.fillStyle = color('page');
    ctx.fillText(String(n + 1), x, y);
  });
  ctx.restore();
}

// Nothing where nothing is pointed at.
const number = (value) => (value === null || value === undefined ? '' : Math.round(value).toLocaleString('en-US'));
const time = (second) => `${Math.floor(second / 60)}:${String(Math.floor(second % 60)).padStart(2, '0')}`;
const duration = (ms) =>
  ms === null || ms === undefined ? '' : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
const line = (label, stroke, extra = {}) => ({
  label,
  stroke: color(stroke),
  width: 1.75,
  spanGaps: true,
  value: (_plot, value) => number(value),
  ...extra,
});

const counts = { values: (_plot, ticks) => ticks.map(number) };

function draw(id, series, columns, { scales = {}, axes }) {
  const place = document.getElementById(id);
  const axis = {
    stroke: color('text'),
    labelSize: 22,
    labelFont: '12px system-ui, sans-serif',
    grid: { stroke: color('grid'), width: 1 },
    ticks: { stroke: color('grid') },
  };
  charts.push([
    place,
    new uPlot(
      {
        width: place.clientWidth,
        height: HEIGHT_PX,
        cursor: { sync: { key: 'rehearsal' } },
        scales: { x: { time: false }, ...scales },
        axes: [
          { ...axis, label: 'minutes and seconds from the first arrival', values: (_plot, ticks) => ticks.map(time) },
          ...axes.map((given) => ({ ...axis, size: 64, ...given })),
        ],
        series: [{ label: 'time', value: (_plot, value) => (value === null ? '' : time(value)) }, ...series],
        padding: [24, null, null, null],
        hooks: { drawClear: [drawFaults], draw: [drawNumbers] },
      },
      [figures.seconds, ...columns],
      place,
    ),
  ]);
}

draw(
  'rates',
  [
    line('asked (dashed)', 'asked', { dash: [4, 3] }),
    line('yes', 'good'),
    line('no (contract)', 'neutral'),
    line('come again', 'warn'),
    line('other', 'bad'),
    line('no answer', 'lost'),
  ],
  [
    figures.offered,
    figures.endings.ok,
    figures.endings.refused,
    figures.endings.shed,
    figures.endings.fault,
    figures.endings.lost,
  ],
  { axes: [{ ...counts, label: 'requests a second' }] },
);
const milliseconds = { value: (_plot, value) => duration(value) };
draw(
  'latency',
  [
    line('visitor looking p50 (dashed)', 'good', { ...milliseconds, dash: [4, 3] }),
    line('visitor looking p99', 'good', milliseconds),
    line('crowd looking p99', 'neutral', milliseconds),
    line('Buy p50 (dashed)', 'asked', { ...milliseconds, dash: [4, 3] }),
    line('Buy p99', 'asked', milliseconds),
    line('paying p99', 'warn', milliseconds),
  ],
  [
    figures.latency.visitP50,
    figures.latency.visitP99,
    figures.latency.lookP99,
    figures.latency.buyP50,
    figures.latency.buyP99,
    figures.latency.payP99,
  ],
  {
    scales: { y: { distr: 3 } },
    // Powers of ten alone: ten strokes for each of them hid the lines.
    axes: [
      {
        label: 'latency',
        splits: (_plot, _axis, low, high) => [1, 10, 100, 1e3, 1e4, 1e5].filter((ms) => ms >= low && ms <= high),
        values: (_plot, ticks) => ticks.map((tick) => (tick < 1000 ? `${tick} ms` : `${tick / 1000} s`)),
      },
    ],
  },
);
draw(
  'drop',
  [line('held', 'warn'), line('sold', 'good'), line('in line (right)', 'neutral', { scale: 'line' })],
  [figures.held, figures.sold, figures.waiting],
  {
    scales: {
      y: { range: [0, Math.ceil(figures.stock * 1.05)] },
      line: { range: (_plot, _low, high) => [0, Math.max(10, high * 1.05)] },
    },
    axes: [
      { ...counts, label: 'units' },
      { ...counts, scale: 'line', side: 1, grid: { show: false }, label: 'people in line' },
    ],
  },
);
addEventListener('resize', () => {
  for (const [place, plot] of charts) plot.setSize({ width: place.clientWidth, height: HEIGHT_PX });
});
