// Runs in the report, after uPlot: three charts over one time axis.
/* global uPlot */
const figures = JSON.parse(document.getElementById('figures').textContent);
// A canvas knows no light-dark(): what it comes to is asked of an element.
const probe = document.body.appendChild(document.createElement('i'));
const color = (name) => {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
};
const HEIGHT_PX = 280;
const charts = [];

/** Faults are drawn behind the lines: a band for as long as something stood still, else a stroke, with its number. */
function drawFaults(plot) {
  const { ctx, bbox } = plot;
  ctx.save();
  figures.struck.forEach(({ from, to, what }) => {
    const left = plot.valToPos(from, 'x', true);
    const width = Math.max(2, plot.valToPos(to, 'x', true) - left);
    ctx.fillStyle = color('fault');
    ctx.globalAlpha = 0.35;
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.globalAlpha = 1;
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.fillStyle = color('text');
    ctx.translate(left + 4, bbox.top + 4);
    ctx.rotate(Math.PI / 2);
    ctx.fillText(what, 0, 0);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
  });
  ctx.restore();
}

const number = (value) => (value === null || value === undefined ? '–' : Math.round(value).toLocaleString('en-US'));
const time = (second) => `${Math.floor(second / 60)}:${String(Math.floor(second % 60)).padStart(2, '0')}`;
const duration = (ms) =>
  ms === null || ms === undefined ? '–' : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
const line = (label, stroke, extra = {}) => ({
  label,
  stroke: color(stroke),
  width: 1.75,
  spanGaps: true,
  value: (_plot, value) => number(value),
  ...extra,
});

function draw(id, series, columns, options = {}) {
  const place = document.getElementById(id);
  const axis = { stroke: color('text'), grid: { stroke: color('grid'), width: 1 }, ticks: { stroke: color('grid') } };
  const { scales = {}, axes = [] } = options;
  charts.push([
    place,
    new uPlot(
      {
        width: place.clientWidth,
        height: HEIGHT_PX,
        cursor: { sync: { key: 'rehearsal' } },
        scales: { x: { time: false }, ...scales },
        axes: [
          { ...axis, values: (_plot, ticks) => ticks.map(time) },
          ...(axes.length > 0 ? axes : [{ values: (_plot, ticks) => ticks.map(number) }]).map((given) => ({
            ...axis,
            size: 70,
            ...given,
          })),
        ],
        series: [{ label: 'time', value: (_plot, value) => (value === null ? '–' : time(value)) }, ...series],
        hooks: { drawClear: [drawFaults] },
      },
      [figures.seconds, ...columns],
      place,
    ),
  ]);
}

draw(
  'rates',
  [
    line('asked', 'asked', { dash: [4, 3] }),
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
);
const milliseconds = { value: (_plot, value) => duration(value) };
draw(
  'latency',
  [
    line('looking p50', 'good', { ...milliseconds, dash: [4, 3] }),
    line('looking p99', 'good', milliseconds),
    line('Buy p50', 'asked', { ...milliseconds, dash: [4, 3] }),
    line('Buy p99', 'asked', milliseconds),
    line('paying p99', 'warn', milliseconds),
  ],
  [
    figures.latency.lookP50,
    figures.latency.lookP99,
    figures.latency.buyP50,
    figures.latency.buyP99,
    figures.latency.payP99,
  ],
  {
    scales: { y: { distr: 3 } },
    axes: [{ values: (_plot, ticks) => ticks.map((tick) => (tick === null ? null : duration(tick))) }],
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
      { values: (_plot, ticks) => ticks.map(number) },
      { scale: 'line', side: 1, grid: { show: false }, values: (_plot, ticks) => ticks.map(number) },
    ],
  },
);
addEventListener('resize', () => {
  for (const [place, plot] of charts) plot.setSize({ width: place.clientWidth, height: HEIGHT_PX });
});
