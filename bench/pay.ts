// Buying over HTTP with one web process: holds accepted, "sold out" answered, orders paid by 32 and by 200 at once; each durable, each
// beside the naive way in the same run, and none of them answered with anything but a yes.
//   node bench/pay.ts [buyers] [--profile=DIRECTORY]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import { Pool } from 'undici';
import { ADDRESS, makeProduct } from '../src/checks/fixtures.ts';
import { freePort, makeBuyers } from '../src/checks/running-shop.ts';
import { type Database, sql } from '../src/lib/db.ts';
import { newKeyedId } from '../src/lib/ids.ts';
import { ensureSecrets } from '../src/lib/secrets.ts';
import { auditBooks } from '../src/modules/orders/index.ts';
import { closedLoop, type LoopFigures, printTable } from './load.ts';
import { holdNaively, inTransaction, openNaivePool } from './naive.ts';
import { openRawClient, rawPost } from './raw-http.ts';
import { cpuSeconds, startRunningWeb } from './running-web.ts';

const BUYERS = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 20_000);
const CROWD = 200;
const FEW = 32;
const PAYERS = { [FEW]: Math.min(BUYERS, 3_000), [CROWD]: Math.min(BUYERS, 6_000) };
const NAIVE_BUYERS = Math.min(BUYERS, 1_500);
const WARM_UP_REQUESTS = 1_000;
const LONGEST_NEWS_MS = 20_000;
const NEWS_POLL_MS = 100;

type Step = { path: string; body: object; expected: number[] };
type Order = { port: number; headersFile: string; atOnce: number; count: number; warmUp: number; steps: Step[] };

const [mode, given] = process.argv.slice(2);
if (mode === 'load') await driveLoad(JSON.parse(given ?? '') as Order);
else if (mode === 'baseline') await serveBaselines(given ?? '');
else await compare();

/** One answer after the other for each buyer; what counts is the whole of a buyer's steps. */
async function driveLoad(order: Order): Promise<void> {
  const { default: headers } = (await import(order.headersFile, { with: { type: 'json' } })) as {
    default: Record<string, string>[];
  };
  const client = await openRawClient(order.port, order.atOnce);
  const requests = order.steps.map(({ path, body }) => headers.map((buyer) => rawPost(path, buyer, body)));
  const buy = async (n: number): Promise<void> => {
    for (const [at, step] of order.steps.entries()) {
      const request = requests[at]?.[n % headers.length];
      const status = request && (await client.ask(request));
      if (!step.expected.includes(status ?? 0)) throw new Error(`${step.path} answered ${status}`);
    }
  };
  if (order.warmUp > 0) await closedLoop(order.warmUp, order.atOnce, buy);
  const figures = await closedLoop(order.count, order.atOnce, (n) => buy(order.warmUp + n));
  client.close();
  process.send?.(figures);
  process.disconnect?.();
}

/** What Fastify alone does with such a request, and what most shops do with the database. */
async function serveBaselines(given: string): Promise<void> {
  const { databaseUrl, sandboxPort, shopOrigin, apiKey } = JSON.parse(given) as Provided;
  const app = fastify();
  const body = {
    type: 'object',
    properties: { productId: { type: 'string' } },
    required: ['productId'],
    additionalProperties: false,
  };
  app.post('/bare', { schema: { body } }, async (_request, reply) => reply.code(303).send({ held: true }));
  const pool = openNaivePool(databaseUrl);
  let userId = 1_000_000;
  app.post('/naive', { schema: { body } }, async (request, reply) => {
    const { productId } = request.body as { productId: string };
    await holdNaively(pool, Number(productId), ++userId);
    return reply.code(303).send({ held: true });
  });
  // Charge, then write it all down in a transaction of one's own.
  const provider = new Pool(`http://127.0.0.1:${sandboxPort}`, { connections: CROWD });
  app.post('/naive-pay', { schema: { body } }, async (request, reply) => {
    const { productId } = request.body as { productId: string };
    const [orderId, paymentId] = [newKeyedId(Number(productId)), newKeyedId(Number(productId))];
    const charge = await provider.request({
      method: 'POST',
      path: '/v1/charges',
      headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': paymentId, 'content-type': 'application/json' },
      body: JSON.stringify({
        amount: 2999,
        currency: 'USD',
        token: 'tok_visa',
        description: 'Nova lamp',
        return_url: `${shopOrigin}/thanks`,
      }),
    });
    const { id } = (await charge.body.json()) as { id: string };
    await inTransaction(pool, async (client) => {
      for (const [n, [text, values]] of naiveOrder(Number(productId), orderId, paymentId, id).entries())
        await client.query({ name: `p${n}`, text, values });
    });
    return reply.code(201).send({ orderId });
  });
  const port = await freePort();
  await app.listen({ port, host: '127.0.0.1' });
  process.send?.({ port });
  process.on('disconnect', () => process.exit());
}

function naiveOrder(productId: number, orderId: string, paymentId: string, chargeId: string): [string, unknown[]][] {
  return [
    [
      `update reservation set state = 'sold', slot = 1 where (product_id, user_id, slot) in
         (select product_id, user_id, slot from reservation where product_id = $1 and state = 'held' limit 1 for update skip locked)`,
      [productId],
    ],
    [
      `insert into payment (product_id, payment_id, reservation_id, user_id, state, amount_minor, currency, token, shipping_address,
         charge_id, captured_at, created_at, updated_at) values ($1, $2, $2, 1, 'succeeded', 2999, 'USD', 'tok_visa', $3, $4, now(), now(), now())`,
      [productId, paymentId, ADDRESS, chargeId],
    ],
    [
      `insert into orders (product_id, order_id, reservation_id, payment_id, user_id, seller_id, state, title, price_minor, currency,
         shipping_address, earliest_delivery, latest_delivery, placed_at)
       values ($1, $2, $3, $3, 1, 1, 'placed', 'Nova lamp', 2999, 'USD', $4, now(), now(), now())`,
      [productId, orderId, paymentId, ADDRESS],
    ],
    [
      `insert into order_event (product_id, order_id, sequence, state, at) values ($1, $2, 1, 'placed', now())`,
      [productId, orderId],
    ],
    [
      `insert into ledger_entry (product_id, posting_id, account, seller_id, kind, amount_minor, currency, at)
       values ($1, $2, 'provider', 1, 'sale', 2999, 'USD', now()), ($1, $2, 'seller', 1, 'sale', -2999, 'USD', now())`,
      [productId, paymentId],
    ],
    [
      `with c as (insert into receipt_counter as c (seller_id, last_number) values (-1, 1)
         on conflict (seller_id) do update set last_number = c.last_number + 1 returning last_number)
       insert into receipt (product_id, order_id, seller_id, number, seller_name, amount_minor, tax_minor, tax_basis_points, currency,
         paid_at, method_brand, method_last4) select $1, $2, -1, last_number, 'naive', 2999, 0, 0, 'USD', now(), 'visa', '4242' from c`,
      [productId, orderId],
    ],
  ];
}

type Provided = { databaseUrl: string; sandboxPort: number; shopOrigin: string; apiKey: string };

async function compare(): Promise<void> {
  const profile = process.argv.find((argument) => argument.startsWith('--profile='))?.split('=')[1];
  let products: number[] = [];
  let apiKey = '';
  const headersFile = join(tmpdir(), `souk-bench-headers-${process.pid}.json`);
  const shop = await startRunningWeb(async (db) => {
    const buyers = await makeBuyers(db, BUYERS + WARM_UP_REQUESTS);
    await writeFile(
      headersFile,
      JSON.stringify(buyers.map((buyer) => ({ authorization: buyer.headers.authorization ?? '' }))),
    );
    const stocks = [BUYERS, 1, NAIVE_BUYERS, NAIVE_BUYERS, NAIVE_BUYERS, PAYERS[FEW] ?? 0, PAYERS[CROWD] ?? 0];
    products = await Promise.all(stocks.map((stock) => makeProduct(db, { stock: stock + WARM_UP_REQUESTS })));
    const secrets = await ensureSecrets(db, ['provider-api-key']);
    apiKey = secrets['provider-api-key'].toString('hex');
  }, profile);
  const provided: Provided = {
    databaseUrl: shop.url,
    sandboxPort: shop.sandboxPort,
    shopOrigin: `http://127.0.0.1:${shop.port}`,
    apiKey,
  };
  const baseline = fork(import.meta.filename, ['baseline', JSON.stringify(provided)]);
  const [{ port: baselinePort }] = (await once(baseline, 'message')) as [{ port: number }];
  const [plenty, gone, naive, naiveFew, naiveCrowd, paidFew, paidCrowd] = products.map(String) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const ask = (path: string, productId: string, expected: number[]): Step => ({ path, body: { productId }, expected });
  const buy = (productId: string): Step[] => [
    ask('/product/purchase', productId, [303]),
    {
      path: '/product/payment',
      body: { productId, paymentDetails: { token: 'tok_visa', shippingAddress: ADDRESS } },
      expected: [201],
    },
  ];
  const buyNaively = (productId: string) => [ask('/naive', productId, [303]), ask('/naive-pay', productId, [201])];
  const warmUp = WARM_UP_REQUESTS;
  const at = { headersFile, warmUp, port: shop.port, atOnce: CROWD };
  const atBaseline = { ...at, port: baselinePort };
  const count = NAIVE_BUYERS;
  /** `beside`: the run that does the same naively. */
  const runs: { name: string; goal: number; order: Order; beside?: string }[] = [
    { name: 'bare', goal: 0, order: { ...atBaseline, count: BUYERS, steps: [ask('/bare', '1', [303])] } },
    { name: 'naive hold', goal: 0, order: { ...atBaseline, count, steps: [ask('/naive', naive, [303])] } },
    {
      name: 'accepted',
      goal: 4_000,
      order: { ...at, count: BUYERS, steps: [ask('/product/purchase', plenty, [303])] },
      beside: 'naive hold',
    },
    {
      name: 'sold out',
      goal: 12_000,
      order: { ...at, count: BUYERS, steps: [ask('/product/purchase', gone, [303, 409])] },
      beside: 'naive hold',
    },
    {
      name: `naive paid, ${FEW} at once`,
      goal: 0,
      order: { ...atBaseline, atOnce: FEW, count, steps: buyNaively(naiveFew) },
    },
    {
      name: `paid, ${FEW} at once`,
      goal: 500,
      order: { ...at, atOnce: FEW, count: PAYERS[FEW] ?? 0, steps: buy(paidFew) },
      beside: `naive paid, ${FEW} at once`,
    },
    { name: `naive paid, ${CROWD} at once`, goal: 0, order: { ...atBaseline, count, steps: buyNaively(naiveCrowd) } },
    {
      name: `paid, ${CROWD} at once`,
      goal: 500,
      order: { ...at, count: PAYERS[CROWD] ?? 0, steps: buy(paidCrowd) },
      beside: `naive paid, ${CROWD} at once`,
    },
  ];
  try {
    const rates = new Map<string, number>();
    const rows: Record<string, string | number>[] = [];
    const spent = (): Promise<number[]> =>
      Promise.all([shop.web.pid, shop.sandbox.pid, shop.postgresPid].map(cpuSeconds));
    for (const { name, goal, order, beside } of runs) {
      const before = await spent();
      const figures = await loadFrom(order);
      const newsMs = await untilNewsIsTold(shop.db);
      const after = await spent();
      const each = after.map((seconds, n) => ((seconds - (before[n] ?? 0)) * 1e6) / (order.count + order.warmUp));
      rates.set(name, figures.perSecond);
      rows.push({
        answer: name,
        'per second': figures.perSecond,
        'p50 ms': figures.p50Ms,
        'p99 ms': figures.p99Ms,
        'x naive': beside === undefined ? '' : figures.perSecond / (rates.get(beside) ?? Number.NaN),
        goal: goal === 0 ? '' : goal,
        'web µs': Math.round(each[0] ?? 0),
        'provider µs': Math.round(each[1] ?? 0),
        'database µs': Math.round(each[2] ?? 0),
        'news after s': newsMs / 1_000,
        'load average': loadavg()[0] ?? 0,
      });
    }
    console.log(`one web process, ${CROWD} at once or as said; load, shop and database on one machine, fsync on`);
    printTable(rows);
    // The naive rows are no books: nothing of theirs is checked.
    await shop.db.query(sql('bench_pay_forget_receipts', 'delete from receipt where product_id = any ($1)'), [
      [naiveFew, naiveCrowd],
    ]);
    for (const table of [
      'order_event',
      'ledger_entry',
      'orders',
      'payment',
      'reservation',
      'inventory',
      'stock_change',
    ])
      await shop.db.query(sql(`bench_pay_forget_${table}`, `delete from ${table} where product_id = any ($1)`), [
        [naive, naiveFew, naiveCrowd],
      ]);
    await shop.db.query(sql('bench_pay_forget_counter', 'delete from receipt_counter where seller_id = -1'));
    const [books] = await shop.db.query<{ orders: number }>(
      sql('bench_pay_books', 'select count(*) as orders from orders'),
    );
    const report = await auditBooks(shop.db);
    const paid = (PAYERS[FEW] ?? 0) + (PAYERS[CROWD] ?? 0) + 2 * WARM_UP_REQUESTS;
    console.log(`orders on disk: ${books?.orders} of ${paid}; books ${report.kind}`);
    if (report.kind !== 'clean')
      console.log(JSON.stringify(report.checks.filter(({ offending }) => offending.length > 0)));
  } finally {
    baseline.disconnect();
    await shop.close();
  }
}

/** What the provider still has to tell the shop is work of the run as well. */
async function untilNewsIsTold(db: Database): Promise<number> {
  const untold = sql(
    'bench_pay_untold',
    'select 1 as yes from sandbox.webhook where next_attempt_at is not null limit 1',
  );
  const startedAt = performance.now();
  while (performance.now() - startedAt < LONGEST_NEWS_MS && (await db.query(untold)).length > 0)
    await sleep(NEWS_POLL_MS);
  return performance.now() - startedAt;
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
