// The crowd of bench/surge.ts, in processes of its own: buyers in a closed loop for the capacity, in an open one for the surge, and a
// few visitors who look and buy meanwhile.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESS } from '../src/checks/fixtures.ts';
import { closedLoop, type LoopFigures } from './load.ts';
import { openLoop, type Phase, p99 } from './open-loop.ts';
import { openRawClient, rawGet, rawPost } from './raw-http.ts';

// A crowd: most come for the first time, and nobody buys the same twice.
export const BUYERS = 100_000;
export const CAPACITY_CONNECTIONS = 200;
const SURGE_CONNECTIONS = 3_000;
/** A process of its own that has nothing else to do: what it hears late was late in the server. */
const VISITS_A_SECOND = 90;
const VISIT_CONNECTIONS = 90;
const VISITS = ['search', 'product', 'purchase'] as const;
/** What a visit is counted under, where it is no purchase. */
export const SEARCHED = 0;
export const LOOKED = 1;
/** Who holds a unit presses Pay again when told to, as the answer says. */
const PAY_AGAIN_AFTER_MS = 2_000;
const MAX_PRESSES_OF_PAY = 10;
const HELD = 303;
const OVERLOADED = 503;
export const NEVER_PAID = -2;

/** `buy`: presses Buy and has a unit. `pay`: pays for it too. */
export type Purchase = 'buy' | 'pay';
export type Order = {
  port: number;
  headersFile: string;
  /** Each is bought once by each buyer. */
  productIds: number[];
  purchase: Purchase;
  /** How many purchases were made before, which must not be made again. */
  from: number;
};
type Answers = { count: number; p50Ms: number; p99Ms: number };
export type Bin = { offered: number; answered: Record<string, number>; byStatus: Record<string, Answers> };
export type Crowd = { seconds: Bin[]; payRefused: number };

type Sent = Order & ({ what: 'capacity'; count: number } | { what: 'surge' | 'visits'; phases: Phase[] });

if (process.argv[1] === import.meta.filename) await drive(JSON.parse(process.argv[2] ?? '') as Sent);

export function measureCapacity(order: Order, count: number): Promise<LoopFigures> {
  return runLoad<LoopFigures>({ ...order, what: 'capacity', count });
}

export function driveCrowd(order: Order, phases: Phase[]): Promise<Crowd> {
  return runLoad<Crowd>({ ...order, what: 'surge', phases });
}

export function driveVisits(order: Order, seconds: number): Promise<Crowd> {
  return runLoad<Crowd>({ ...order, what: 'visits', phases: [{ seconds, perSecond: VISITS_A_SECOND }] });
}

async function runLoad<Figures>(order: Sent): Promise<Figures> {
  // A session of its own, as buyers have machines of their own: see running-web.ts.
  const child = fork(import.meta.filename, [JSON.stringify(order)], { detached: true });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the load process ended with ${code}`);
  });
  const [figures] = (await Promise.race([once(child, 'message'), ended])) as [Figures];
  return figures;
}

async function drive(order: Sent): Promise<void> {
  const headers = JSON.parse(await readFile(order.headersFile, 'utf8')) as Record<string, string>[];
  const connections = { capacity: CAPACITY_CONNECTIONS, surge: SURGE_CONNECTIONS, visits: VISIT_CONNECTIONS };
  const client = await openRawClient(order.port, connections[order.what]);
  let payRefused = 0;

  const post = (path: string, n: number, more: object): Buffer => {
    const at = order.from + n;
    const productId = String(order.productIds[Math.floor(at / BUYERS)]);
    return rawPost(path, headers[at % BUYERS] ?? {}, { productId, ...more });
  };
  const buying = (n: number): Buffer => post('/product/purchase', n, {});
  const buy = async (n: number, asked: Promise<number>): Promise<number> => {
    const status = await asked;
    return status === HELD && order.purchase === 'pay' ? pay(n) : status;
  };
  const pay = async (n: number): Promise<number> => {
    const paymentDetails = { token: 'tok_visa', shippingAddress: ADDRESS };
    for (let press = 0; press < MAX_PRESSES_OF_PAY; press++) {
      const status = await client.ask(post('/product/payment', n, { paymentDetails }));
      if (status !== OVERLOADED) return status;
      payRefused++;
      await sleep(PAY_AGAIN_AFTER_MS);
    }
    return NEVER_PAID;
  };

  const pages = [rawGet('/search?term=lamp', 'text/html'), rawGet(`/product/${order.productIds[0]}/`, 'text/html')];
  const visit = async (n: number): Promise<number> => {
    const page = pages[n % VISITS.length];
    if (!page) return client.ask(buying(n));
    await client.ask(page);
    return n % VISITS.length;
  };

  if (order.what === 'capacity') {
    const purchase = (n: number): Promise<number> => buy(n, client.ask(buying(n)));
    process.send?.(await closedLoop(order.count, CAPACITY_CONNECTIONS, purchase));
  } else {
    const press = (n: number): Promise<number> =>
      buy(
        n,
        client.askNow(() => buying(n)),
      );
    const seconds = await openLoop(order.phases, order.what === 'visits' ? visit : press);
    process.send?.({ seconds: binsOf(seconds), payRefused } satisfies Crowd);
  }
  client.close();
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
