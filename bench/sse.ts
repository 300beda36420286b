// How many people one web process keeps up to date about their place in a line: memory, and how soon a grant is pushed.
//   node bench/sse.ts [connections]
// The people are two processes of their own, each from a loopback address of its own, since one has 28,000 ports at most.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { makeProduct, makeSeller } from '../src/checks/fixtures.ts';
import { makeBuyers } from '../src/checks/running-shop.ts';
import { type Database, sql } from '../src/lib/db.ts';
import { moveLines, openReservations, setDrop } from '../src/modules/inventory/index.ts';
import { closedLoop } from './load.ts';
import { cpuSeconds, startRunningWeb } from './running-web.ts';

const WANTED_CONNECTIONS = 20_000;
const OTHER_FILES = 200;
const CLIENT_ADDRESSES = ['127.0.0.2', '127.0.0.3'];
// Chosen here: left to itself, Linux takes 5 ms to find one that is free when half of them are taken.
const FIRST_CLIENT_PORT = 20_000;
const OPENING_AT_ONCE = 100;
/** Fewer than may wait for one product. */
const JOINING_AT_ONCE = 2_000;
const GRANT_ROUNDS = 5;
const GRANTS_A_ROUND = 100;
const REST_MS = 10_000;

const addStock = sql(
  'bench_add_stock',
  'update inventory set total = total + $2, available = available + $2, version = version + 1 where product_id = $1',
);

type Reader = { ticketId: string; authorization: string };
type Told = { kind: 'told'; events: number; granted: number[] };

if (process.argv[2] === 'read') await read();
else await measure();

/** Opens a stream for each reader it is sent, and says when which event came. */
async function read(): Promise<void> {
  const localAddress = process.argv[3] ?? '';
  const port = Number(process.argv[4]);
  let localPort = FIRST_CLIENT_PORT;
  let events = 0;
  let granted: number[] = [];
  let lost = 0;
  const open = ({ ticketId, authorization }: Reader): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress, localPort: localPort++ });
      socket.on('error', reject);
      socket.on('close', () => lost++);
      socket.once('data', (first) => {
        if (!first.toString().startsWith('HTTP/1.1 200')) reject(new Error(first.toString().slice(0, 300)));
        else resolve();
      });
      socket.on('data', (bytes) => {
        const text = bytes.toString();
        if (text.includes('data: ')) events++;
        if (text.includes('event: granted')) granted.push(Date.now());
      });
      socket.write(
        `GET /line/${ticketId} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\nAuthorization: ${authorization}\r\n\r\n`,
      );
    });
  process.on('message', async (message: Reader[] | 'tell') => {
    if (message === 'tell') {
      process.send?.({ kind: 'told', events, granted, lost });
      events = 0;
      granted = [];
      return;
    }
    const readers = message.values();
    await Promise.all(
      Array.from({ length: OPENING_AT_ONCE }, async () => {
        for (const reader of readers) await open(reader);
      }),
    );
    process.send?.({ kind: 'open' });
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ kind: 'ready' });
}

async function measure(): Promise<void> {
  const connections = Math.min(Number(process.argv[2] ?? WANTED_CONNECTIONS), openFilesLimit() - OTHER_FILES);
  let line: { productId: number; readers: Reader[] } | undefined;
  const shop = await startRunningWeb(async (db) => {
    line = await makeLine(db, connections);
  }, undefined);
  const clients: ChildProcess[] = [];
  try {
    if (!line) throw new Error('nothing was prepared');
    for (const address of CLIENT_ADDRESSES) clients.push(await startReader(address, shop.port));
    await report(shop.db, line.productId, shop.web.pid ?? 0, clients, line.readers);
  } finally {
    for (const client of clients) {
      const exited = once(client, 'exit');
      client.disconnect();
      await exited;
    }
    await shop.close();
  }
}

async function report(
  db: Database,
  productId: number,
  webPid: number,
  clients: ChildProcess[],
  readers: Reader[],
): Promise<void> {
  const before = await residentMb(webPid);
  const startedAt = performance.now();
  const cpuAtStart = await cpuSeconds(webPid);
  const share = Math.ceil(readers.length / clients.length);
  await Promise.all(
    clients.map(async (client, n) => {
      client.send(readers.slice(n * share, (n + 1) * share));
      await once(client, 'message');
    }),
  );
  const openedInSeconds = (performance.now() - startedAt) / 1_000;
  const openingCpuSeconds = (await cpuSeconds(webPid)) - cpuAtStart;
  await pause(REST_MS);
  await ask(clients);
  const after = await residentMb(webPid);
  const cpuBefore = await cpuSeconds(webPid);
  await pause(REST_MS);
  const restingCpu = ((await cpuSeconds(webPid)) - cpuBefore) / (REST_MS / 1_000);
  await ask(clients);

  const delaysMs: number[] = [];
  let events = 0;
  const movingFrom = performance.now();
  const cpuMovingFrom = await cpuSeconds(webPid);
  for (let round = 0; round < GRANT_ROUNDS; round++) {
    await db.query(addStock, [productId, GRANTS_A_ROUND]);
    await moveLines(db, null);
    const grantedAt = Date.now();
    await pause(REST_MS / GRANT_ROUNDS);
    const told = await ask(clients);
    events += told.events;
    delaysMs.push(...told.granted.map((at) => at - grantedAt));
  }
  const movingSeconds = (performance.now() - movingFrom) / 1_000;
  const movingCpu = ((await cpuSeconds(webPid)) - cpuMovingFrom) / movingSeconds;
  const most = await residentMb(webPid);
  delaysMs.sort((one, other) => one - other);
  const at = (part: number): number =>
    delaysMs[Math.min(delaysMs.length - 1, Math.floor(delaysMs.length * part))] ?? -1;
  const perReader = ((after - before) * 1_024) / readers.length;
  console.log(
    `${readers.length.toLocaleString('en-US')} open streams, one web process, opened in ${openedInSeconds.toFixed(1)} s with ${openingCpuSeconds.toFixed(1)} s of its processor time`,
  );
  console.log(
    `resident memory: ${before} MB before, ${after} MB with all open (${perReader.toFixed(1)} KB each), ${most} MB while the line moves`,
  );
  console.log(
    `processor: ${percent(restingCpu)} of a core while the line rests, ${percent(movingCpu)} while it moves (${Math.round(events / movingSeconds)} events/s)`,
  );
  console.log(
    `${delaysMs.length} of ${GRANT_ROUNDS * GRANTS_A_ROUND} grants pushed: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, last ${at(1)} ms after the commit`,
  );
}

/** Somebody signed in at each place of a line, and nothing to sell yet. */
async function makeLine(db: Database, count: number): Promise<{ productId: number; readers: Reader[] }> {
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: 0, sellerId });
  const opensAt = new Date(Date.now() - 1_000);
  await setDrop(db, productId, sellerId, { opensAt, mode: 'line', perCustomerLimit: 1, holdSeconds: 3_600 });
  const reservations = openReservations(db);
  const buyers = await makeBuyers(db, count);
  const readers: Reader[] = [];
  await closedLoop(count, JOINING_AT_ONCE, async (n) => {
    const { userId, headers } = buyers[n] as (typeof buyers)[number];
    const joined = await reservations.reserve(productId, userId);
    if (joined.kind !== 'in-line') throw new Error(joined.kind);
    readers.push({ ticketId: joined.ticket.ticketId, authorization: headers.authorization ?? '' });
  });
  await reservations.drain();
  return { productId, readers };
}

async function startReader(address: string, port: number): Promise<ChildProcess> {
  const child = fork(import.meta.filename, ['read', address, String(port)]);
  await once(child, 'message');
  return child;
}

async function ask(clients: ChildProcess[]): Promise<{ events: number; granted: number[] }> {
  const told = await Promise.all(
    clients.map(async (client) => {
      client.send('tell');
      return ((await once(client, 'message')) as [Told])[0];
    }),
  );
  return {
    events: told.reduce((sum, one) => sum + one.events, 0),
    granted: told.flatMap((one) => one.granted),
  };
}

function openFilesLimit(): number {
  return Number(
    /Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? WANTED_CONNECTIONS,
  );
}

async function residentMb(pid: number): Promise<number> {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
