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
import { LOST, NOT_SENT, openRawClient, rawGet, rawPost } from './raw-http.ts';
import { startRunningWeb } from './running-web.ts';

const SURGE_SECONDS = Number(process.argv[2] ?? 10);
const CALM_SECONDS = 4;
const AFTER_SECONDS = 8;
const OVERLOAD = 3;
const CALM_SHARE = 0.5;
// A crowd: most come for the first time, and nobody buys the same twice.
const BUYERS = 100_000;
/** Of the last product, which the crowd does not reach. */
const VISITORS_FROM = 4 * BUYERS;
const PRODUCTS = 5;
const CAPACITY_REQUESTS = 20_000;
const CAPACITY_CONNECTIONS = 200;
const SURGE_CONNECTIONS = 3_000;
/** A process of its own that has nothing else to do: what it hears late was late in the server. */
const VISITS_A_SECOND = 90;
const VISIT_CONNECTIONS = 90;
const VISITS = ['search', 'product', 'purchase'] as const;
const GOODPUT_GOAL = 0.8;
const RECOVERY_GOAL_SECONDS = 5;
const REFUSAL_GOAL_MS = 10;

type Order = {
  port: number;
  headersFile: string;
  productIds: number[];
  /** How many purchases were made before, which must not be made again. */
  from: number;
  what: 'capacity' | 'surge' | 'visits';
  phases: Phase[];
};
type Answers = { count: number; p50Ms: number; p99Ms: number };
type Bin = { offered: number; answered: Record<string, number>; byStatus: Record<string, Answers> };

if (process.argv[2] === 'load') await driveLoad(JSON.parse(process.argv[3] ?? '') as Order);
else await surge();

async function driveLoad(order: Order): Promise<void> {
  const { port, what, phases, productIds } = order;
  const headers = JSON.parse(await readFile(order.headersFile, 'utf8')) as Record<string, string>[];
  const purchase = (at: number): Buffer => {
    const productId = productIds[Math.floor(at / BUYERS) % PRODUCTS];
    return rawPost('/product/purchase', headers[at % BUYERS] ?? {}, { productId: String(productId) });
  };
  if (what === 'visits') {
    const client = await openRawClient(port, VISIT_CONNECTIONS);
    const [search, product] = ['/search?q=lamp', `/product/${productIds[0]}/`].map((path) => rawGet(path, 'text/html'));
    const visit = (n: number): Buffer | undefined => [search, product][n % VISITS.length];
    const kindOf = (n: number, status: number): number => (n % VISITS.length === 2 ? status : n % VISITS.length);
    const ask = async (n: number): Promise<number> => kindOf(n, await client.ask(visit(n) ?? purchase(order.from + n)));
    process.send?.(binsOf(await openLoop(phases, ask)));
    client.close();
  } else {
    const client = await openRawClient(port, what === 'capacity' ? CAPACITY_CONNECTIONS : SURGE_CONNECTIONS);
    const request = (n: number): Buffer => purchase(order.from + n);
    if (what === 'surge') process.send?.(binsOf(await openLoop(phases, (n) => client.askNow(() => request(n)))));
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
  let productIds: number[] = [];
  const shop = await startRunningWeb(async (db) => {
    const buyers = await makeBuyers(db, BUYERS);
    await writeFile(
      headersFile,
      JSON.stringify(buyers.map(({ headers }) => ({ authorization: headers.authorization }))),
    );
    productIds = await Promise.all(Array.from({ length: PRODUCTS }, () => makeProduct(db, { stock: BUYERS })));
  }, undefined);
  try {
    const order = { port: shop.port, headersFile, productIds, phases: [] };
    // The first round warms up: every buyer's token is verified once.
    await loadFrom<LoopFigures>({ ...order, from: 0, what: 'capacity' });
    const { perSecond: capacity } = await loadFrom<LoopFigures>({
      ...order,
      from: CAPACITY_REQUESTS,
      what: 'capacity',
    });
    const lengths = [CALM_SECONDS, SURGE_SECONDS, AFTER_SECONDS];
    const rates = [CALM_SHARE, OVERLOAD, CALM_SHARE].map((share) => share * capacity);
    const buying = lengths.map((seconds, n) => ({ seconds, perSecond: rates[n] ?? 0 }));
    const visiting = [{ seconds: lengths.reduce((sum, seconds) => sum + seconds), perSecond: VISITS_A_SECOND }];
    const [purchases, visits] = await Promise.all([
      loadFrom<Bin[]>({ ...order, from: 2 * CAPACITY_REQUESTS, what: 'surge', phases: buying }),
      loadFrom<Bin[]>({ ...order, from: VISITORS_FROM, what: 'visits', phases: visiting }),
    ]);
    print(capacity, purchases, visits);
    const report = await auditBooks(shop.db);
    console.log(`books ${report.kind}; load average ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    await shop.close();
    await rm(headersFile, { force: true });
  }
}

function print(capacity: number, purchases: Bin[], visits: Bin[]): void {
  console.log(`capacity (closed loop, ${CAPACITY_CONNECTIONS} connections): ${Math.round(capacity)} purchases/s`);
  printTable(
    purchases.map(({ offered, answered, byStatus }, second) => ({
      second,
      offered,
      accepted: answered[303] ?? 0,
      'p99 ms': byStatus[303]?.p99Ms ?? 0,
      refused: answered[503] ?? 0,
      'p50 ms': byStatus[503]?.p50Ms ?? 0,
      'no connection free': byStatus[NOT_SENT]?.count ?? 0,
      lost: byStatus[LOST]?.count ?? 0,
      'idle client: refused p50 ms': visits[second]?.byStatus[503]?.p50Ms ?? 0,
      'refused p99 ms': visits[second]?.byStatus[503]?.p99Ms ?? 0,
      'search p99 ms': visits[second]?.byStatus[0]?.p99Ms ?? 0,
      'product p99 ms': visits[second]?.byStatus[1]?.p99Ms ?? 0,
    })),
  );
  const phases = [
    [1, CALM_SECONDS],
    [CALM_SECONDS, CALM_SECONDS + SURGE_SECONDS],
    [CALM_SECONDS + SURGE_SECONDS + RECOVERY_GOAL_SECONDS, purchases.length],
  ] as const;
  const during = purchases.slice(...phases[1]);
  const goodput = during.reduce((sum, bin) => sum + (bin.answered[303] ?? 0), 0) / SURGE_SECONDS;
  const calmMs = Math.max(...purchases.slice(...phases[0]).map((bin) => bin.byStatus[303]?.p99Ms ?? 0));
  const after = purchases.slice(CALM_SECONDS + SURGE_SECONDS);
  const recovered = after.findIndex((bin) => !bin.byStatus[503] && (bin.byStatus[303]?.p99Ms ?? Infinity) < 2 * calmMs);
  const said = (isGood: boolean): string => (isGood ? 'reached' : 'MISSED');
  const share = goodput / capacity;
  console.log(
    `goodput at ${OVERLOAD}x: ${share.toFixed(2)} of capacity (goal ${GOODPUT_GOAL}: ${said(share >= GOODPUT_GOAL)})`,
  );
  const refusal = (bins: Bin[], name: 'p50Ms' | 'p99Ms'): number =>
    median(bins.flatMap((bin) => bin.byStatus[503]?.[name] ?? []));
  const visited = visits.slice(...phases[1]);
  const refusalMs = refusal(visited, 'p50Ms');
  console.log(
    `refused, heard by a client that is idle otherwise: p50 ${refusalMs.toFixed(1)} ms (goal ${REFUSAL_GOAL_MS}: ${said(refusalMs < REFUSAL_GOAL_MS)}), ` +
      `p99 ${refusal(visited, 'p99Ms').toFixed(1)} ms; by the crowd's, from when it was due: p50 ${refusal(during, 'p50Ms').toFixed(1)} ms, p99 ${refusal(during, 'p99Ms').toFixed(1)} ms`,
  );
  const isBack = recovered >= 0 && recovered < RECOVERY_GOAL_SECONDS;
  console.log(
    `as before after ${recovered < 0 ? 'never' : `${recovered} s`} (goal ${RECOVERY_GOAL_SECONDS}: ${said(isBack)})`,
  );
  for (const [kind, name] of VISITS.slice(0, 2).entries()) {
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

async function loadFrom<Figures>(order: Order): Promise<Figures> {
  const child = fork(import.meta.filename, ['load', JSON.stringify(order)]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the load process ended with ${code}`);
  });
  const [figures] = (await Promise.race([once(child, 'message'), ended])) as [Figures];
  return figures;
}
