// Three times as many buyers as one web process can serve: what is still sold, how quickly the others are told, how product pages
// fare meanwhile, and how soon it is as before. Open loop, load in processes of its own.
//   node bench/surge.ts [surge seconds] [pay | buy]
// Twice. First whole purchases, Buy and Pay, as a shop sells: the payment is most of the work. Then Buy alone, which one process
// answers so often that three times as many requests are more than Node's HTTP server can read on one core (32 µs each).
import { rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProduct } from '../src/checks/fixtures.ts';
import { makeBuyers } from '../src/checks/running-shop.ts';
import { auditBooks } from '../src/modules/orders/index.ts';
import { printTable } from './load.ts';
import { LOST, NOT_SENT } from './raw-http.ts';
import { startRunningWeb } from './running-web.ts';
import {
  type Bin,
  BUYERS,
  CAPACITY_CONNECTIONS,
  type Crowd,
  driveCrowd,
  driveVisits,
  LOOKED,
  measureCapacity,
  type Order,
  type Purchase,
  SEARCHED,
} from './surge-load.ts';

const SURGE_SECONDS = Number(process.argv[2] ?? 10);
/** Both where none is named. */
const ONLY = process.argv[3];
const CALM_SECONDS = 4;
const AFTER_SECONDS = 8;
const OVERLOAD = 3;
const CALM_SHARE = 0.5;
const GOODPUT_GOAL = 0.8;
const RECOVERY_GOAL_SECONDS = 5;
const REFUSAL_GOAL_MS = 10;
const REFUSED = 503;

type Scenario = {
  purchase: Purchase;
  title: string;
  /** The answer that ends a purchase well. */
  sold: number;
  /** What the crowd can ask for; visitors have one of their own. */
  products: number;
  capacityPurchases: number;
};
const SCENARIOS: Scenario[] = [
  { purchase: 'pay', title: 'Buy and Pay', sold: 201, products: 2, capacityPurchases: 6_000 },
  { purchase: 'buy', title: 'Buy alone', sold: 303, products: 8, capacityPurchases: 20_000 },
];

const headersFile = join(tmpdir(), `souk-bench-surge-${process.pid}.json`);
try {
  for (const scenario of SCENARIOS) if (!ONLY || scenario.purchase === ONLY) await surge(scenario);
} finally {
  await rm(headersFile, { force: true });
}

async function surge(scenario: Scenario): Promise<void> {
  const { purchase, products, capacityPurchases } = scenario;
  let productIds: number[] = [];
  const shop = await startRunningWeb(async (db) => {
    const buyers = await makeBuyers(db, BUYERS);
    const headers = buyers.map((buyer) => ({ authorization: buyer.headers.authorization }));
    await writeFile(headersFile, JSON.stringify(headers));
    productIds = await Promise.all(Array.from({ length: products + 1 }, () => makeProduct(db, { stock: BUYERS })));
  }, undefined);
  try {
    const order: Order = { port: shop.port, headersFile, productIds, purchase, from: 0 };
    // The first round warms up: every buyer's token is verified once.
    await measureCapacity(order, capacityPurchases);
    const { perSecond: capacity } = await measureCapacity({ ...order, from: capacityPurchases }, capacityPurchases);
    const lengths = [CALM_SECONDS, SURGE_SECONDS, AFTER_SECONDS];
    const phases = [CALM_SHARE, OVERLOAD, CALM_SHARE].map((share, n) => ({
      seconds: lengths[n] ?? 0,
      perSecond: share * capacity,
    }));
    const [crowd, visits] = await Promise.all([
      driveCrowd({ ...order, from: 2 * capacityPurchases }, phases),
      driveVisits(
        { ...order, purchase: 'buy', from: products * BUYERS },
        lengths.reduce((sum, seconds) => sum + seconds),
      ),
    ]);
    print(scenario, capacity, crowd, visits.seconds);
    const report = await auditBooks(shop.db);
    console.log(`books ${report.kind}; load average ${loadavg()[0]?.toFixed(1)}\n`);
  } finally {
    await shop.close();
  }
}

function print({ title, sold }: Scenario, capacity: number, crowd: Crowd, visits: Bin[]): void {
  const { seconds, payRefused } = crowd;
  console.log(`${title}; capacity (closed loop, ${CAPACITY_CONNECTIONS} connections): ${Math.round(capacity)}/s`);
  printTable(
    seconds.map(({ offered, answered, byStatus }, second) => ({
      second,
      offered,
      sold: answered[sold] ?? 0,
      'p99 ms': byStatus[sold]?.p99Ms ?? 0,
      refused: answered[REFUSED] ?? 0,
      'p50 ms': byStatus[REFUSED]?.p50Ms ?? 0,
      'no connection free': byStatus[NOT_SENT]?.count ?? 0,
      lost: byStatus[LOST]?.count ?? 0,
      'idle client: refused p50 ms': visits[second]?.byStatus[REFUSED]?.p50Ms ?? 0,
      'refused p99 ms': visits[second]?.byStatus[REFUSED]?.p99Ms ?? 0,
      'search p99 ms': visits[second]?.byStatus[SEARCHED]?.p99Ms ?? 0,
      'product p99 ms': visits[second]?.byStatus[LOOKED]?.p99Ms ?? 0,
    })),
  );
  const phases = [
    [1, CALM_SECONDS],
    [CALM_SECONDS, CALM_SECONDS + SURGE_SECONDS],
    [CALM_SECONDS + SURGE_SECONDS + RECOVERY_GOAL_SECONDS, seconds.length],
  ] as const;
  const said = (isGood: boolean): string => (isGood ? 'reached' : 'MISSED');
  const during = seconds.slice(...phases[1]);
  const share = during.reduce((sum, bin) => sum + (bin.answered[sold] ?? 0), 0) / SURGE_SECONDS / capacity;
  console.log(
    `goodput at ${OVERLOAD}x: ${share.toFixed(2)} of capacity (goal ${GOODPUT_GOAL}: ${said(share >= GOODPUT_GOAL)})`,
  );
  const refusal = (bins: Bin[], name: 'p50Ms' | 'p99Ms'): number =>
    median(bins.flatMap((bin) => bin.byStatus[REFUSED]?.[name] ?? []));
  const visited = visits.slice(...phases[1]);
  const refusalMs = refusal(visited, 'p50Ms');
  console.log(
    `refused, heard by a client that is idle otherwise: p50 ${refusalMs.toFixed(1)} ms (goal ${REFUSAL_GOAL_MS}: ${said(refusalMs < REFUSAL_GOAL_MS)}), ` +
      `p99 ${refusal(visited, 'p99Ms').toFixed(1)} ms; by the crowd's, from when it was due: p50 ${refusal(during, 'p50Ms').toFixed(1)} ms, p99 ${refusal(during, 'p99Ms').toFixed(1)} ms`,
  );
  if (payRefused > 0) console.log(`asked to press Pay again: ${payRefused} times`);
  const calmMs = Math.max(...seconds.slice(...phases[0]).map((bin) => bin.byStatus[sold]?.p99Ms ?? 0));
  const after = seconds.slice(CALM_SECONDS + SURGE_SECONDS);
  const recovered = after.findIndex(
    ({ byStatus }) => !byStatus[REFUSED] && (byStatus[sold]?.p99Ms ?? Infinity) < 2 * calmMs,
  );
  const isBack = recovered >= 0 && recovered < RECOVERY_GOAL_SECONDS;
  console.log(
    `as before after ${recovered < 0 ? 'never' : `${recovered} s`} (goal ${RECOVERY_GOAL_SECONDS}: ${said(isBack)})`,
  );
  for (const [kind, name] of [
    [SEARCHED, 'search'],
    [LOOKED, 'product'],
  ] as const) {
    const [before, amid, later] = phases.map(([from, until]) => {
      const p99s = visits.slice(from, until).map((bin) => bin.byStatus[kind]?.p99Ms ?? Number.NaN);
      return median(p99s).toFixed(1);
    });
    console.log(`${name} pages, p99 of a second: ${before} ms before, ${amid} ms during, ${later} ms after`);
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
