// Buying over HTTP with one web process: holds accepted, "sold out" answered, orders paid; each durable, each beside baselines of
// the same run.
//   node bench/pay.ts [buyers] [--profile=DIRECTORY]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import pg from 'pg';
import { ADDRESS, makeProduct } from '../src/checks/fixtures.ts';
import { freePort, makeBuyers } from '../src/checks/running-shop.ts';
import { sql } from '../src/lib/db.ts';
import { newKeyedId } from '../src/lib/ids.ts';
import { auditBooks } from '../src/modules/orders/index.ts';
import { closedLoop, type LoopFigures, printTable } from './load.ts';
import { openRawClient, rawPost } from './raw-http.ts';
import { cpuSeconds, startRunningWeb } from './running-web.ts';

const BUYERS = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 40_000);
const PAYERS = Math.min(BUYERS, 4_000);
const NAIVE_BUYERS = Math.min(BUYERS, 4_000);
const CONNECTIONS = 200;
const WARM_UP_REQUESTS = 2_000;
const NAIVE_CONNECTIONS = 20;

type Step = { path: string; body: object; expected: number[] };
type Order = { port: number; headersFile: string; from: number; count: number; warmUp: number; steps: Step[] };

const [mode, given] = process.argv.slice(2);
if (mode === 'load') await driveLoad(JSON.parse(given ?? '') as Order);
else if (mode === 'baseline') await serveBaselines(given ?? '');
else await compare();

/** One answer after the other for each buyer; what counts is the whole of a buyer's steps. */
async function driveLoad(order: Order): Promise<void> {
  const { default: headers } = (await import(order.headersFile, { with: { type: 'json' } })) as {
    default: Record<string, string>[];
  };
  const client = await openRawClient(order.port, CONNECTIONS);
  const requests = order.steps.map(({ path, body }) => headers.map((buyer) => rawPost(path, buyer, body)));
  const buy = async (n: number): Promise<void> => {
    for (const [at, step] of order.steps.entries()) {
      const request = requests[at]?.[(order.from + n) % headers.length];
      const status = request && (await client.ask(request));
      if (!step.expected.includes(status ?? 0)) throw new Error(`${step.path} answered ${status}`);
    }
  };
  if (order.warmUp > 0) await closedLoop(order.warmUp, CONNECTIONS, buy);
  const figures = await closedLoop(order.count, CONNECTIONS, (n) => buy(order.warmUp + n));
  client.close();
  process.send?.(figures);
  process.disconnect?.();
}

/** What Fastify alone does with such a request, and what most shops do with the database. */
async function serveBaselines(databaseUrl: string): Promise<void> {
  const app = fastify();
  const body = {
    type: 'object',
    properties: { productId: { type: 'string' } },
    required: ['productId'],
    additionalProperties: false,
  };
  app.post('/bare', { schema: { body } }, async (_request, reply) => reply.code(303).send({ held: true }));
  const pool = new pg.Pool({ connectionString: databaseUrl, max: NAIVE_CONNECTIONS });
  let userId = 1_000_000;
  app.post('/naive', { schema: { body } }, async (request, reply) => {
    const { productId } = request.body as { productId: string };
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query({
        name: 'n1',
        text: 'select available from inventory where product_id = $1 for update',
        values: [productId],
      });
      await client.query({
        name: 'n2',
        text: 'update inventory set available = available - 1 where product_id = $1',
        values: [productId],
      });
      await client.query({
        name: 'n3',
        text: `insert into reservation (product_id, user_id, reservation_id, price_minor, currency, reserved_at, expires_at)
               values ($1, $2, $3, 2999, 'USD', now(), now() + interval '10 minutes')`,
        values: [productId, ++userId, newKeyedId(Number(productId))],
      });
      await client.query('commit');
    } finally {
      client.release();
    }
    return reply.code(303).send({ held: true });
  });
  const port = await freePort();
  await app.listen({ port, host: '127.0.0.1' });
  process.send?.({ port });
  process.on('disconnect', () => process.exit());
}

async function compare(): Promise<void> {
  const profile = process.argv.find((argument) => argument.startsWith('--profile='))?.split('=')[1];
  let products: number[] = [];
  const headersFile = join(tmpdir(), `souk-bench-headers-${process.pid}.json`);
  const shop = await startRunningWeb(async (db) => {
    const buyers = await makeBuyers(db, BUYERS + WARM_UP_REQUESTS);
    await writeFile(
      headersFile,
      JSON.stringify(buyers.map((buyer) => ({ authorization: buyer.headers.authorization ?? '' }))),
    );
    const stocks = [BUYERS + WARM_UP_REQUESTS, 1, PAYERS + WARM_UP_REQUESTS, NAIVE_BUYERS];
    products = await Promise.all(stocks.map((stock) => makeProduct(db, { stock })));
  }, profile);
  const baseline = fork(import.meta.filename, ['baseline', shop.url]);
  const [{ port: baselinePort }] = (await once(baseline, 'message')) as [{ port: number }];
  const [plenty, gone, paid, naive] = products.map(String) as [string, string, string, string];
  const purchase = (productId: string, expected: number[], path = '/product/purchase'): Step => ({
    path,
    body: { productId },
    expected,
  });
  const payment: Step = {
    path: '/product/payment',
    body: { productId: paid, paymentDetails: { token: 'tok_visa', shippingAddress: ADDRESS } },
    expected: [201],
  };
  const common = { headersFile, from: 0, warmUp: WARM_UP_REQUESTS };
  const at = { ...common, port: shop.port };
  const atBaseline = { ...common, port: baselinePort };
  const runs: [name: string, goal: number, order: Order][] = [
    ['bare Fastify, a JSON body', 0, { ...atBaseline, count: BUYERS, steps: [purchase('1', [303], '/bare')] }],
    [
      'naive shop: a transaction a buyer',
      0,
      { ...atBaseline, warmUp: 0, count: NAIVE_BUYERS, steps: [purchase(naive, [303], '/naive')] },
    ],
    ['accepted', 4_000, { ...at, count: BUYERS, steps: [purchase(plenty, [303])] }],
    ['sold out', 12_000, { ...at, count: BUYERS, steps: [purchase(gone, [303, 409])] }],
    ['bought and paid', 500, { ...at, count: PAYERS, steps: [purchase(paid, [303]), payment] }],
  ];
  try {
    type Row = { name: string; goal: number; figures: LoopFigures; load: number; cpuMicros: number[] };
    const rows: Row[] = [];
    const spent = (): Promise<number[]> =>
      Promise.all([shop.web.pid, shop.sandbox.pid, shop.postgresPid].map(cpuSeconds));
    for (const [name, goal, order] of runs) {
      if (name === 'sold out') await loadFrom({ ...order, warmUp: 0, count: 1 });
      const before = await spent();
      const figures = await loadFrom(order);
      const after = await spent();
      const each = after.map((seconds, n) => ((seconds - (before[n] ?? 0)) * 1e6) / (order.count + order.warmUp));
      rows.push({ name, goal, figures, load: loadavg()[0] ?? 0, cpuMicros: each });
    }
    const bare = rows[0]?.figures.perSecond ?? 1;
    const naiveRate = rows[1]?.figures.perSecond ?? 1;
    console.log(`one web process, ${CONNECTIONS} connections, load, shop and database on one machine, fsync on`);
    printTable(
      rows.map(({ name, goal, figures, load, cpuMicros: [web, sandbox, database] }) => ({
        answer: name,
        'per second': figures.perSecond,
        'p50 ms': figures.p50Ms,
        'p99 ms': figures.p99Ms,
        'of bare': (figures.perSecond / bare).toFixed(2),
        'x naive': figures.perSecond / naiveRate,
        goal: goal === 0 ? '' : goal,
        'web µs': Math.round(web ?? 0),
        'provider µs': Math.round(sandbox ?? 0),
        'database µs': Math.round(database ?? 0),
        'load average': load,
      })),
    );
    const [books] = await shop.db.query<{ orders: number }>(
      sql('bench_pay_books', 'select count(*) as orders from orders'),
    );
    const report = await auditBooks(shop.db);
    console.log(`orders on disk: ${books?.orders} of ${PAYERS + WARM_UP_REQUESTS}; books ${report.kind}`);
  } finally {
    baseline.disconnect();
    await shop.close();
  }
}

async function loadFrom(order: Order): Promise<LoopFigures> {
  const child = fork(import.meta.filename, ['load', JSON.stringify(order)]);
  const [figures] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the load process ended with ${code}`);
    }),
  ])) as [LoopFigures];
  return figures;
}
