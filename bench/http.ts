// Requests a second of the pages and answers that shoppers ask for most, beside a bare Fastify route in the same run.
//   node bench/http.ts [products]
// Load comes from a process of its own on the same machine; each route is driven alone, keep-alive, closed loop.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fastify } from 'fastify';
import { Pool } from 'undici';
import { seedDemo } from '../src/modules/catalog/index.ts';
import { setImportedStock } from '../src/modules/inventory/index.ts';
import { closedLoop, type LoopFigures, printTable } from './load.ts';
import { startRunningWeb } from './running-web.ts';

const PRODUCTS = Number(process.argv[2] ?? 5_000);
const CONNECTIONS = 32;
const WARM_UP_REQUESTS = 4_000;
const REQUESTS = 20_000;
const ROUNDS = 3;
const BARE_PORT = 3390;

type Target = { name: string; origin: string; path(n: number): string; accept: string };

if (process.argv[2] === 'bare') await serveBare();
else if (process.argv[2] === 'load')
  await driveLoad(
    JSON.parse(process.argv[3] ?? '{}') as { origin: string; paths: string[]; accept: string; requests: number },
  );
else await compare();

async function serveBare(): Promise<void> {
  const app = fastify();
  app.get('/', async () => ({ hello: 'world' }));
  await app.listen({ port: BARE_PORT, host: '127.0.0.1' });
  process.send?.({ kind: 'ready' });
  process.on('disconnect', () => process.exit());
}

async function driveLoad(order: { origin: string; paths: string[]; accept: string; requests: number }): Promise<void> {
  const pool = new Pool(order.origin, { connections: CONNECTIONS, pipelining: 1 });
  const ask = async (n: number): Promise<void> => {
    const path = order.paths[n % order.paths.length] ?? '/';
    const { statusCode, body } = await pool.request({ path, method: 'GET', headers: { accept: order.accept } });
    await body.dump({ limit: 10_000_000 });
    if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`);
  };
  await closedLoop(WARM_UP_REQUESTS, CONNECTIONS, ask);
  const figures = await closedLoop(order.requests, CONNECTIONS, ask);
  await pool.close();
  process.send?.(figures);
  process.disconnect?.();
}

async function compare(): Promise<void> {
  const shop = await startRunningWeb(
    (db) => seedDemo({ db, products: PRODUCTS, afterBatch: setImportedStock, onProgress: () => {}, today: new Date() }),
    undefined,
  );
  const bare = fork(import.meta.filename, ['bare']);
  try {
    await once(bare, 'message');
    await report(shop.port, shop.web.pid ?? 0);
  } finally {
    bare.disconnect();
    await once(bare, 'exit');
    await shop.close();
  }
}

async function report(port: number, webPid: number): Promise<void> {
  const shop = `http://127.0.0.1:${port}`;
  const { ids, terms } = await whatToAsk(shop);
  const searchPath = (n: number): string =>
    `/search/?term=${encodeURIComponent(terms[n % terms.length] ?? '')}&page=${1 + (n % 3)}`;
  const productPath = (n: number): string => `/product/${ids[n % ids.length]}/`;
  const targets: (Target & { goal: number })[] = [
    { name: 'bare Fastify', origin: `http://127.0.0.1:${BARE_PORT}`, path: () => '/', accept: '*/*', goal: 1 },
    { name: 'product JSON', origin: shop, path: productPath, accept: 'application/json', goal: 1 / 2 },
    { name: 'product page', origin: shop, path: productPath, accept: 'text/html', goal: 1 / 4 },
    { name: 'search JSON', origin: shop, path: searchPath, accept: 'application/json', goal: 1 / 10 },
    { name: 'search page', origin: shop, path: searchPath, accept: 'text/html', goal: 1 / 10 },
  ];
  const best = new Map<string, LoopFigures>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const target of targets) {
      const paths = Array.from({ length: 500 }, (_, n) => target.path(n));
      const figures = await loadFrom({ origin: target.origin, paths, accept: target.accept, requests: REQUESTS });
      if (figures.perSecond > (best.get(target.name)?.perSecond ?? 0)) best.set(target.name, figures);
    }
  }
  const bare = best.get('bare Fastify')?.perSecond ?? 1;
  console.log(
    `${PRODUCTS.toLocaleString('en-US')} products, one web process, ${CONNECTIONS} connections, best of ${ROUNDS} rounds`,
  );
  printTable(
    targets.map(({ name, goal }) => {
      const figures = best.get(name) ?? { perSecond: 0, p50Ms: 0, p99Ms: 0 };
      return {
        route: name,
        'requests/s': figures.perSecond,
        'p50 ms': figures.p50Ms,
        'p99 ms': figures.p99Ms,
        'of bare': (figures.perSecond / bare).toFixed(2),
        goal: goal.toFixed(2),
      };
    }),
  );
  const status = await readFile(`/proc/${webPid}/status`, 'utf8');
  console.log(
    `resident memory of the web process: ${Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)} MB`,
  );
}

/** Ids and words of what is on sale, so that every request asks for something else. */
async function whatToAsk(shop: string): Promise<{ ids: string[]; terms: string[] }> {
  const ids: string[] = [];
  const terms = new Set<string>();
  for (let page = 1; page <= 5; page++) {
    const answer = (await (await fetch(`${shop}/search/?size=100&page=${page}&sort=newest`)).json()) as {
      items: { productId: string; title: string }[];
    };
    for (const { productId, title } of answer.items) {
      ids.push(productId);
      const words = title.split(/\s+/);
      terms.add(words.slice(-2).join(' ')).add(words.at(-1) ?? '');
    }
  }
  return { ids, terms: [...terms] };
}

async function loadFrom(order: {
  origin: string;
  paths: string[];
  accept: string;
  requests: number;
}): Promise<LoopFigures> {
  const child = fork(import.meta.filename, ['load', JSON.stringify(order)]);
  const [figures] = (await once(child, 'message')) as [LoopFigures];
  return figures;
}
