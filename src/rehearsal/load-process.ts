// A part of the crowd, in a process of its own: starts each buyer on time whatever the shop does, and tells its parent the figures.
import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BuyerEnd, live, nobodyGone, type World } from './buyer.ts';
import type { Second } from './figures.ts';
import { openHistory } from './history.ts';
import { openDesk } from './load-desk.ts';
import type { Plan } from './plan.ts';
import { arrivalsOf, scriptOf } from './schedule.ts';
import { openShopClient } from './shop-client.ts';
import { type VisitMessage, type VisitOrder, visit } from './visitor.ts';

export type LoadOrder = {
  plan: Plan;
  part: number;
  parts: number;
  origin: string;
  productId: string;
  terms: string[];
  productIds: string[];
  userIds: number[];
  tokenKey: string;
  historyPath: string;
  /** Epoch time of the first possible arrival. */
  startsAtMs: number;
};
export type LoadMessage =
  | { kind: 'ready' }
  | {
      kind: 'figures';
      /** The figures of everything before are told. */
      untilMs: number;
      seconds: Second[];
      came: number;
      gone: Record<BuyerEnd, number>;
      inFlight: number;
      lagMs: number;
    }
  | { kind: 'done'; isHistoryWhole: boolean; requests: number }
  | VisitMessage;
export type LoadRequest = { kind: 'start'; order: LoadOrder } | { kind: 'visit'; order: VisitOrder } | { kind: 'end' };

const TICK_MS = 5;
const TELL_EVERY_MS = 500;
const LOOSE_ENDS_MS = 20_000; // longer than any request can take

/** Listens to its parent; ends when told so, or when the parent is gone. */
export function runLoadProcess(): void {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // every open stream listens to it
  const tell = (message: LoadMessage): void => void process.send?.(message);
  process.on('message', (message: LoadRequest) => {
    if (message.kind === 'end') return ending.abort();
    const work =
      message.kind === 'visit' ? visit(message.order, ending.signal, tell) : crowd(message.order, ending.signal, tell);
    work.then(
      () => process.disconnect?.(),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
  // The terminal's Ctrl-C is the parent's business.
  process.on('SIGINT', () => {});
  tell({ kind: 'ready' });
}

async function crowd(order: LoadOrder, ending: AbortSignal, tell: (message: LoadMessage) => void): Promise<void> {
  const { plan, part, parts } = order;
  const arrivals = arrivalsOf(plan);
  const now = (): number => performance.timeOrigin + performance.now() - order.startsAtMs;
  const client = openShopClient(order.origin, part);
  const history = openHistory(order.historyPath);
  const desk = openDesk(order, now, client, history, ending);
  const gone = nobodyGone();
  const living = new Set<Promise<void>>();
  let came = 0;
  let lagMs = 0;

  const sleepUntil = openSleep(now, ending);
  const report = (): void =>
    tell({
      kind: 'figures',
      untilMs: now(),
      seconds: desk.takeFigures(),
      came,
      gone,
      inFlight: desk.inFlight(),
      lagMs,
    });
  const reporting = setInterval(report, TELL_EVERY_MS);

  for (let buyer = part; buyer < plan.buyers && !ending.aborted; ) {
    const nowMs = now();
    for (; buyer < plan.buyers && (arrivals[buyer] ?? 0) <= nowMs; buyer += parts) {
      came++;
      const arrivesAtMs = arrivals[buyer] ?? 0;
      lagMs = nowMs - arrivesAtMs;
      const life = live(desk.worldOf(buyer, sleepUntil), scriptOf(plan, buyer), arrivesAtMs).then((end) => {
        gone[end]++;
        living.delete(life);
      });
      living.add(life);
    }
    await sleep(TICK_MS);
  }
  const everybody = Promise.all(living);
  await Promise.race([everybody, afterEnd(ending)]);
  // Whoever still waits for an answer then hangs up.
  await client.close();
  await everybody;
  clearInterval(reporting);
  report();
  const { isWhole } = await history.close();
  tell({ kind: 'done', isHistoryWhole: isWhole, requests: desk.requests() });
}

/** When the last request that was sent by the end must have its answer. */
async function afterEnd(ending: AbortSignal): Promise<void> {
  if (!ending.aborted) await once(ending, 'abort');
  await sleep(LOOSE_ENDS_MS);
}

/** One timer for all who wait, so that the end of the rehearsal wakes 100,000 at once. */
function openSleep(now: () => number, ending: AbortSignal): World['sleepUntil'] {
  const waiting = new Map<() => void, NodeJS.Timeout>();
  ending.addEventListener('abort', () => {
    for (const [wake, timer] of waiting) {
      clearTimeout(timer);
      wake();
    }
    waiting.clear();
  });
  return (atMs) => {
    if (ending.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const wake = (): void => resolve(!ending.aborted);
      const timer = setTimeout(
        () => {
          waiting.delete(wake);
          wake();
        },
        Math.max(0, atMs - now()),
      );
      waiting.set(wake, timer);
    });
  };
}
