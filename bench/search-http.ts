// Searches a second over HTTP in a large shop, as JSON and as pages, none of them answered from memory: no two are the same.
//   node bench/search-http.ts [products] [directory for a CPU profile of the web process, or -] [directory to keep the shop in]
// One web process starts from a snapshot that is made here: PostgreSQL is there and empty, for a search asks nothing of it. Load
// comes from a process of its own on the same machine, keep-alive, closed loop.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../src/checks/running-shop.ts';
import { WEB_ARGUMENTS } from '../src/cli/web-arguments.ts';
import { openDatabase } from '../src/lib/db.ts';
import { startEmbeddedPostgres } from '../src/lib/embedded-postgres.ts';
import { openLog } from '../src/lib/log.ts';
import { migrate } from '../src/lib/migrate.ts';
import { openReplica, type SearchQuery } from '../src/modules/search/index.ts';
import { replicaSource } from '../src/replica-source.ts';
import { searchUrl } from '../src/web/shop/search-url.ts';
import { closedLoop, type LoopFigures, printTable } from './load.ts';
import { openRawClient, rawGet } from './raw-http.ts';
import { drawQueries } from './search-queries.ts';
import { openDemoShop } from './search-shop.ts';

const PRODUCTS = Number(process.argv[2] ?? 1_000_000);
const PROFILE_DIRECTORY = process.argv[3] === '-' ? undefined : process.argv[3];
/** Made by the first run and read by the next ones. */
const KEPT_DIRECTORY = process.argv[4];
/** As many as keep two threads and the next query of each busy while others are read and written. */
const CONNECTIONS = 12;
const WARM_UP_REQUESTS = 1_000;
/** Before all: the first ten thousand searches of a process take a quarter longer, until V8 has compiled the engine in each thread. */
const FIRST_REQUESTS = 12_000;
const REQUESTS = 4_000;
const ROUNDS = 4;
const GOALS = [
  { name: 'JSON', accept: 'application/json', perSecond: 1_500 },
  { name: 'page', accept: 'text/html', perSecond: 700 },
];

type Order = { port: number; queriesFile: string; accept: string; from: number; count: number };

if (process.argv[2] === 'load') await driveLoad(JSON.parse(process.argv[3] ?? '') as Order);
else await measure();

async function driveLoad({ port, queriesFile, accept, from, count }: Order): Promise<void> {
  const queries = JSON.parse(await readFile(queriesFile, 'utf8')) as SearchQuery[];
  const client = await openRawClient(port, CONNECTIONS);
  const ask = async (n: number): Promise<void> => {
    const path = pathOf(queries[n % queries.length] as SearchQuery, n);
    const status = await client.ask(rawGet(path, accept));
    if (status !== 200) throw new Error(`${path} answered ${status}`);
  };
  await closedLoop(WARM_UP_REQUESTS, CONNECTIONS, (n) => ask(from + n));
  process.send?.(await closedLoop(count, CONNECTIONS, (n) => ask(from + WARM_UP_REQUESTS + n)));
  client.close();
  process.disconnect?.();
}

async function runLoad(order: Order): Promise<LoopFigures> {
  const child = fork(import.meta.filename, ['load', JSON.stringify(order)]);
  const [figures] = (await once(child, 'message')) as [LoopFigures];
  return figures;
}

/** The same search for the engine, another one for everything that remembers what was searched. */
function pathOf(query: SearchQuery, n: number): string {
  const other = (text: string) => inOtherCapitals(text, n);
  const path = searchUrl({ ...query, term: other(query.term), categories: query.categories.map(other) });
  return path.includes('?') ? path : `${path}?page=1`;
}

function inOtherCapitals(text: string, n: number): string {
  const pattern = Math.imul(n + 1, 0x9e3779b1);
  return text.replace(/[a-z]/g, (letter, at: number) => ((pattern >>> (at % 31)) & 1 ? letter.toUpperCase() : letter));
}

async function measure(): Promise<void> {
  const directory = KEPT_DIRECTORY ?? (await mkdtemp(join(tmpdir(), 'souk-bench-search-')));
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres') });
  let web: ChildProcess | undefined;
  try {
    await migrate(postgres.url, join(import.meta.dirname, '../migrations'));
    const queriesFile = join(directory, 'queries.json');
    if (!existsSync(queriesFile))
      await writeFile(queriesFile, JSON.stringify(await makeSnapshot(postgres.url, join(directory, 'search'))));
    const port = await freePort();
    web = await startWeb(directory, postgres.url, port);
    await report(port, queriesFile);
  } finally {
    if (web?.connected) {
      web.kill('SIGTERM');
      await once(web, 'exit');
    }
    await postgres.stop();
    if (KEPT_DIRECTORY === undefined) await rm(directory, { recursive: true, force: true });
  }
}

/** The demo shop's products under this database's name, and what is asked of them. */
async function makeSnapshot(databaseUrl: string, directory: string): Promise<SearchQuery[]> {
  await mkdir(directory, { recursive: true });
  const db = openDatabase({ url: databaseUrl, applicationName: 'bench', maxConnections: 2, statementTimeoutMs: 0 });
  const shop = openDemoShop(PRODUCTS);
  const { databaseId, openFeed } = replicaSource(db);
  const source = { ...shop, databaseId, openFeed };
  const replica = await openReplica({ directory, source, log: openLog('bench', 'silent'), pollEveryMs: 100 });
  await replica.close();
  await db.close();
  return drawQueries(shop.samples, WARM_UP_REQUESTS + REQUESTS, seeded(1)).map(({ query }) => query);
}

async function startWeb(directory: string, databaseUrl: string, port: number): Promise<ChildProcess> {
  const profiling = PROFILE_DIRECTORY === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${PROFILE_DIRECTORY}`];
  const web = fork(join(import.meta.dirname, '../src/main.ts'), ['web'], {
    env: {
      ...process.env,
      PORT: String(port),
      OPS_PORT: String(await freePort()),
      SANDBOX_PORT: String(await freePort()),
      SOUK_DATA: directory,
      DATABASE_URL: databaseUrl,
      SOUK_DEMO: 'off',
      LOG_LEVEL: 'error',
    },
    execArgv: [...WEB_ARGUMENTS, ...profiling],
  });
  const [message] = (await once(web, 'message')) as [{ kind: string; reason?: string }];
  if (message.kind !== 'ready') throw new Error(message.reason ?? message.kind);
  return web;
}

async function report(port: number, queriesFile: string): Promise<void> {
  const { total } = (await (await fetch(`http://127.0.0.1:${port}/search/`)).json()) as { total: number };
  await runLoad({ port, queriesFile, accept: 'application/json', from: 0, count: FIRST_REQUESTS });
  let from = FIRST_REQUESTS;
  const rows = [];
  for (const { name, accept, perSecond } of GOALS) {
    let best: LoopFigures | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const figures = await runLoad({ port, queriesFile, accept, from, count: REQUESTS });
      from += WARM_UP_REQUESTS + REQUESTS;
      if (figures.perSecond > (best?.perSecond ?? 0)) best = figures;
    }
    rows.push({
      search: name,
      'searches/s': best?.perSecond ?? 0,
      'p50 ms': best?.p50Ms ?? 0,
      'p99 ms': best?.p99Ms ?? 0,
      'goal/s': perSecond,
    });
  }
  const loadAverage = loadavg()[0]?.toFixed(1);
  console.log(
    `${total.toLocaleString('en-US')} products, one web process, ${CONNECTIONS} connections, best of ${ROUNDS} rounds, load ${loadAverage}`,
  );
  printTable(rows);
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
