// Three times as many buyers as one web process can serve: what is still sold, how quickly the others are told, how product pages
// fare meanwhile, and how soon it is as before. Open loop, load in processes of its own.
//   node bench/surge.ts [surge seconds]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProduct } from '../src/checks/fixtures.ts';
import { makeBuyers } from '../src/checks/running-shop.ts';
import { auditBooks } from '../src/modules/orders/index.ts';
import { closedLoop, type LoopFigures, printTable } from './load.ts';
import { openLoop, type Phase, p99 } from './open-loop.ts';
import { NOT_SENT, openRawClient, rawGet, rawPost } from './raw-http.ts';
import { startRunningWeb } from './running-web.ts';

const SURGE_SECONDS = Number(process.argv[2] ?? 10);
const CALM_SECONDS = 4;
const AFTER_SECONDS = 8;
const OVERLOAD = 3;
const CALM_SHARE = 0.5;
const BUYERS = 20_000;
const CAPACITY_REQUESTS = 20_000;
const CAPACITY_CONNECTIONS = 200;
const SURGE_CONNECTIONS = 3_000;
const PAGE_VIEWS_A_SECOND = 50;
const PAGE_CONNECTIONS = 50;
const GOODPUT_GOAL = 0.8;
const RECOVERY_GOAL_SECONDS = 5;
const REFUSAL_GOAL_MS = 10;

type Order = {
  port: number;
  headersFile: string;
  productId: number;
  what: 'capacity' | 'surge' | 'pages';
  phases: Phase[];
};
type Bin = {
  offered: number;
  answered: Record<string, number>;
  byStatus: Record<string, { count: number; p99Ms: number; p50Ms: number }>;
};

if (process.argv[2] === 'load') await driveLoad(JSON.parse(process.argv[3] ?? '') as Order);
else await surge();

async function driveLoad(order: Order): Promise<void> {
  const { port, what, phases, productId } = order;
  if (what === 'pages') {
    const client = await openRawClient(port, PAGE_CONNECTIONS);
    const request = rawGet(`/product/${productId}`, 'text/html');
    process.send?.(binsOf(await openLoop(phases, () => client.ask(request))));
    client.close();
  } else {
    const headers = JSON.parse(await readFile(order.headersFile, 'utf8')) as Record<string, string>[];
    const body = { productId: String(productId) };
    const requests = headers.map((buyer) => rawPost('/product/purchase', buyer, body));
    const client = await openRawClient(port, what === 'capacity' ? CAPACITY_CONNECTIONS : SURGE_CONNECTIONS);
    const request = (n: number): Buffer => requests[n % requests.length] ?? Buffer.alloc(0);
    if (what === 'surge') process.send?.(binsOf(await openLoop(phases, (n) => client.askNow(request(n)))));
    else process.send?.(await closedLoop(CAPACITY_REQUESTS, CAPACITY_CONNECTIONS, (n) => client.ask(request(n))));
    client.close();
  }
  process.disconnect?.();
}

function binsOf(seconds: Awaited<ReturnType<typeof openLoop>>): Bin[] {
  return seconds.map(({ offered, answered, latenciesMs }) => ({
    offered,
    answered: Object.fromEntries(answered),
    byStatus: Object.fromEntries(
      [...latenciesMs].map(([status, ms]) => {
        const sorted = ms.toSorted((a, b) => a - b);
        return [status, { count: ms.length, p99Ms: p99(ms), p50Ms: sorted[Math.floor(ms.length / 2)] ?? Number.NaN }];
      }),
    ),
  }));
}

async function surge(): Promise<void> {
  const headersFile = join(tmpdir(), `souk-bench-surge-${process.pid}.json`);
  let productId = 0;
  const shop = await startRunningWeb(async (db) => {
    const buyers = await makeBuyers(db, BUYERS);
    await writeFile(
      headersFile,
      JSON.stringify(buyers.map(({ headers }) => ({ authorization: headers.authorization }))),
    );
    productId = await makeProduct(db, { stock: BUYERS });
  }, undefined);
  try {
    const order = { port: shop.port, headersFile, productId, phases: [] };
    // The first round warms up: every buyer's token is verified once.
    await loadFrom<LoopFigures>({ ...order, what: 'capacity' });
    const { perSecond: capacity } = await loadFrom<LoopFigures>({ ...order, what: 'capacity' });
    const lengths = [CALM_SECONDS, SURGE_SECONDS, AFTER_SECONDS];
    const rates = [CALM_SHARE, OVERLOAD, CALM_SHARE].map((share) => share * capacity);
    const buying = lengths.map((seconds, n) => ({ seconds, perSecond: rates[n] ?? 0 }));
    const viewing = [{ seconds: lengths.reduce((sum, seconds) => sum + seconds), perSecond: PAGE_VIEWS_A_SECOND }];
    const [purchases, pages] = await Promise.all([
      loadFrom<Bin[]>({ ...order, what: 'surge', phases: buying }),
      loadFrom<Bin[]>({ ...order, what: 'pages', phases: viewing }),
    ]);
    print(capacity, purchases, pages);
    const report = await auditBooks(shop.db);
    console.log(`books ${report.kind}; load average ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    await shop.close();
    await rm(headersFile, { force: true });
  }
}

function print(capacity: number, purchases: Bin[], pages: Bin[]): void {
  console.log(`capacity (closed loop, ${CAPACITY_CONNECTIONS} connections): ${Math.round(capacity)} purchases/s`);
  printTable(
    purchases.map(({ offered, answered, byStatus }, second) => ({
      second,
      offered,
      accepted: answered[303] ?? 0,
      'accepted p99 ms': byStatus[303]?.p99Ms ?? 0,
      refused: answered[503] ?? 0,
      'refused p50 ms': byStatus[503]?.p50Ms ?? 0,
      'no connection free': byStatus[NOT_SENT]?.count ?? 0,
      lost: byStatus[0]?.count ?? 0,
      'page p99 ms': Math.max(...Object.values(pages[second]?.byStatus ?? {}).map((answer) => answer.p99Ms)),
    })),
  );
  const during = purchases.slice(CALM_SECONDS, CALM_SECONDS + SURGE_SECONDS);
  const goodput = during.reduce((sum, bin) => sum + (bin.answered[303] ?? 0), 0) / SURGE_SECONDS;
  const calmMs = Math.max(...purchases.slice(1, CALM_SECONDS).map((bin) => bin.byStatus[303]?.p99Ms ?? 0));
  const after = purchases.slice(CALM_SECONDS + SURGE_SECONDS);
  const recovered = after.findIndex((bin) => !bin.byStatus[503] && (bin.byStatus[303]?.p99Ms ?? Infinity) < 2 * calmMs);
  const refusals = during.map((bin) => bin.byStatus[503]?.p50Ms ?? 0).sort((a, b) => a - b);
  const said = (isGood: boolean): string => (isGood ? 'reached' : 'MISSED');
  const share = goodput / capacity;
  console.log(
    `goodput at ${OVERLOAD}x: ${share.toFixed(2)} of capacity (goal ${GOODPUT_GOAL}: ${said(share >= GOODPUT_GOAL)})`,
  );
  const refusalMs = refusals[Math.floor(refusals.length / 2)] ?? 0;
  console.log(
    `refusals, median: ${refusalMs.toFixed(1)} ms (goal ${REFUSAL_GOAL_MS}: ${said(refusalMs < REFUSAL_GOAL_MS)})`,
  );
  const isBack = recovered >= 0 && recovered < RECOVERY_GOAL_SECONDS;
  console.log(
    `as before after ${recovered < 0 ? 'never' : `${recovered} s`} (goal ${RECOVERY_GOAL_SECONDS}: ${said(isBack)})`,
  );
}

async function loadFrom<Figures>(order: Order): Promise<Figures> {
  const child = fork(import.meta.filename, ['load', JSON.stringify(order)]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the load process ended with ${code}`);
  });
  const [figures] = (await Promise.race([once(child, 'message'), ended])) as [Figures];
  return figures;
}
